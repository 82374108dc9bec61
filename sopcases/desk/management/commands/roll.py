"""Open the periods of recurring steps that have come, mark those that went by unreported, drop old drafts."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sopcases.cases.walk import roll
from sopcases.people import drafts


class Command(BaseCommand):
    help = "Membuka masa kegiatan berkala yang tiba. Aman dijalankan berulang; sekali sehari cukup."

    def handle(self, **options):
        now = timezone.now()
        drafts.sweep(now)
        count, failed = roll(now)
        self.stdout.write(f"{count} penanganan dengan kegiatan berkala diperiksa.")
        if failed:
            raise CommandError("Belum dapat dibuka masanya:\n" + "\n".join(failed))
