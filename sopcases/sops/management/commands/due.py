from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from sopcases.people.models import Agency
from sopcases.sops.durations import Unreadable, read
from sopcases.worktime.calendar import NoWorkingHours
from sopcases.worktime.models import calendar_for
from sopcases.worktime.seeding import missing_joint_leave


class Command(BaseCommand):
    help = "Hitung akhir waktu baku suatu langkah, tanpa kelonggaran, dan jelaskan hitungannya."

    def add_arguments(self, parser):
        parser.add_argument("agency", help="nama pendek perangkat daerah")
        parser.add_argument("start", help="saat mulai, misalnya 2024-04-05T08:00 (waktu setempat)")
        parser.add_argument("duration", help="lama waktu seperti tertulis pada SOP, misalnya '3 hari'")
        parser.add_argument("--basis", choices=["office", "calendar"], default="", help="menurut satuannya")

    def handle(self, agency, start, duration, basis, **options):
        try:
            office = Agency.objects.get(slug=agency)
        except Agency.DoesNotExist as error:
            raise CommandError(f"Perangkat daerah “{agency}” tidak ada.") from error
        try:
            begin = datetime.fromisoformat(start)
        except ValueError as error:
            raise CommandError(f"“{start}” bukan saat mulai; tulis misalnya 2024-04-05T08:00.") from error
        if begin.tzinfo is None:
            begin = begin.replace(tzinfo=ZoneInfo(office.timezone))
        calendar = calendar_for(office)
        try:
            length = read(duration)
            if length.is_zero:
                raise CommandError(f"“{duration}” tidak menetapkan waktu baku.")
            due = calendar.add(begin, length, basis)
            sentence = calendar.explain(begin, length, basis)
        except (Unreadable, NoWorkingHours) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(due.isoformat())
        self.stdout.write(sentence)
        for year in missing_joint_leave(range(begin.year, due.year + 1), office):
            self.stderr.write(
                self.style.WARNING(f"Cuti bersama {year} belum diketahui; hitungan dapat berubah.")
            )
