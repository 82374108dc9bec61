"""Open the periods of recurring steps that have come, mark those that went by unreported, store which
scheduled revisions have begun, drop old drafts; warn while a year has no cuti bersama."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sopcases.cases.walk import roll
from sopcases.people import drafts
from sopcases.sops import revising
from sopcases.worktime.seeding import uncertain_years


class Command(BaseCommand):
    help = "Membuka masa kegiatan berkala yang tiba. Aman dijalankan berulang; sekali sehari cukup."

    def handle(self, **options):
        now = timezone.now()
        drafts.sweep(now)
        revising.take_effect(now)
        count, failed = roll(now)
        self.stdout.write(f"{count} penanganan dengan kegiatan berkala diperiksa.")
        for year in uncertain_years(timezone.localdate(now)):
            self.stderr.write(self.style.WARNING(f"Cuti bersama {year} belum diketahui; lengkapi di admin."))
        if failed:
            raise CommandError("Belum dapat dibuka masanya:\n" + "\n".join(failed))
