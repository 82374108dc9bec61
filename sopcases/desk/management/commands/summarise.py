"""Reckon the figures of every agency anew, as far as something was done since the last time."""

import logging

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sopcases.desk.figures.reckoning import reckon
from sopcases.people.models import Agency

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Memperbarui angka laporan. Aman dijalankan berulang; sekali sehari cukup."

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="hitung ulang semua penanganan")

    def handle(self, **options):
        at, failed = timezone.now(), []
        for agency in Agency.objects.order_by("slug"):
            try:
                count = reckon(agency, at, anew=options["all"])
            except Exception:  # the other agencies have their figures all the same
                log.exception("The figures of %s could not be reckoned.", agency.slug)
                failed.append(agency.slug)
            else:
                self.stdout.write(f"{agency.slug}: {count} penanganan dihitung.")
        if failed:
            raise CommandError(f"Angka tidak dapat dihitung: {', '.join(failed)}. Sebabnya tercatat di log.")
