from django.core.management.base import BaseCommand, CommandError

from sopcases.worktime.seeding import missing_joint_leave, seed_holidays


class Command(BaseCommand):
    help = "Isi hari libur nasional dan cuti bersama untuk tahun yang disebut; yang sudah ada tidak diubah."

    def add_arguments(self, parser):
        parser.add_argument("years", nargs="+", type=int, metavar="TAHUN")

    def handle(self, years, **options):
        wrong = [year for year in years if not 1945 <= year <= 2099]
        if wrong:
            raise CommandError(f"Tahun {wrong[0]} tidak dapat diisi: sebut tahun antara 1945 dan 2099.")
        self.stdout.write(f"{len(seed_holidays(years))} hari libur ditambahkan.")
        for year in missing_joint_leave(years):
            self.stderr.write(self.style.WARNING(f"Cuti bersama {year} belum diketahui; lengkapi di admin."))
