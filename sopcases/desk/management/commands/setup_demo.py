"""Fill an empty database with the demonstration, and say who may sign in."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sopcases.desk import demo

ADDRESS = "http://127.0.0.1:8000"


class Command(BaseCommand):
    help = "Mengisi basis data kosong dengan data peragaan, dan menampilkan akunnya."

    def add_arguments(self, parser):
        parser.add_argument("--accounts", action="store_true", help="hanya tampilkan alamat dan akun")
        parser.add_argument("--address", default=ADDRESS, help=f"alamat server (baku: {ADDRESS})")

    def handle(self, *, accounts, address, **options):
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError(
                "Data peragaan berkata sandi umum; hanya boleh dimuat dengan DEMO=true atau DEBUG=true."
            )
        if not accounts:
            self.fill()
        found = demo.accounts()
        if not found:
            raise CommandError("Belum ada akun peragaan. Jalankan: manage.py setup_demo")
        if accounts:
            self.stdout.write(f"Alamat: {address}/masuk/\n")
        self.table(found)

    def fill(self) -> None:
        if demo.accounts():
            self.stdout.write("Data peragaan sudah ada dan dibiarkan seperti adanya.")
        elif not demo.is_empty():
            raise CommandError("Basis data ini sudah berisi data. Data peragaan hanya dimuat ke yang kosong.")
        else:
            self.stdout.write("Memuat data peragaan …")
            demo.set_up(timezone.now())

    def table(self, rows: list[tuple[str, str, str]]) -> None:
        rows = [("Nama pengguna", "Jabatan", "Perangkat daerah"), *rows]
        widths = [max(len(row[no]) for row in rows) for no in range(3)]
        self.stdout.write("")
        rows.insert(1, tuple("-" * width for width in widths))
        for row in rows:
            cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())
        self.stdout.write(f"\nKata sandi semua akun: {demo.PASSWORD}")
