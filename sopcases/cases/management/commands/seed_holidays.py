from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from sopcases.cases import retiming
from sopcases.people.authority import Machine
from sopcases.people.models import Agency
from sopcases.worktime.calendar import NoWorkingHours
from sopcases.worktime.seeding import missing_joint_leave, seed_holidays


class Command(BaseCommand):
    help = "Isi hari libur nasional dan cuti bersama untuk tahun yang disebut; yang sudah ada tidak diubah."

    def add_arguments(self, parser):
        parser.add_argument("years", nargs="+", type=int, metavar="TAHUN")
        parser.add_argument(
            "--geser", action="store_true", help="simpan juga bila batas waktu yang berjalan ikut bergeser"
        )

    def handle(self, years, geser, **options):
        wrong = [year for year in years if not 1945 <= year <= 2099]
        if wrong:
            raise CommandError(f"Tahun {wrong[0]} tidak dapat diisi: sebut tahun antara 1945 dan 2099.")
        with transaction.atomic():
            added = seed_holidays(years)
            moved = self._retime(added, geser) if added else 0
        self.stdout.write(f"{len(added)} hari libur ditambahkan; {moved} batas waktu bergeser.")
        for year in missing_joint_leave(years):
            self.stderr.write(self.style.WARNING(f"Cuti bersama {year} belum diketahui; lengkapi di admin."))

    def _retime(self, added, geser: bool) -> int:
        """Refuses, naming whose due moments would move, unless that was asked for."""
        agencies = list(Agency.objects.values_list("pk", flat=True))
        since, by = min(day.date for day in added), Machine(timezone.now())
        try:
            if geser:
                years = ", ".join(sorted({str(day.date.year) for day in added}))
                return retiming.retime(agencies, since, by, f"hari libur tahun {years} dilengkapi").count
            outlook = retiming.weigh(agencies, since, by)
        except NoWorkingHours as error:
            raise CommandError(str(error)) from error
        if outlook:
            told = [
                f"  {row.agency}: {row.sop}, {row.step}: {row.count} batas waktu, paling awal {row.first[0]} "
                f"menjadi {row.first[1]}, paling akhir {row.last[0]} menjadi {row.last[1]}"
                for row in outlook.rows
            ]
            raise CommandError(
                f"Belum disimpan: {outlook.count} batas waktu pada {outlook.cases} penanganan bergeser.\n"
                + "\n".join(told)
                + "\nJalankan lagi dengan --geser untuk menyimpannya."
            )
        return 0
