"""Write the SOP revision in force as YAML on standard output."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sopcases.people.authority import local_day
from sopcases.sops import sopfile
from sopcases.sops.models import Sop


class Command(BaseCommand):
    help = "Menulis revisi SOP yang berlaku sebagai YAML ke keluaran standar."

    def add_arguments(self, parser):
        parser.add_argument("slug", help="nama pendek SOP")
        parser.add_argument("--agency", help="nama pendek perangkat daerah, bila SOP ada di beberapa")

    def handle(self, *, slug, agency=None, **options):
        sops = Sop.objects.filter(slug=slug).select_related("agency").order_by("agency__slug")
        if agency:
            sops = sops.filter(agency__slug=agency)
        now = timezone.now()
        found = (sop.revision_on(local_day(sop.agency, now)) for sop in sops[:20])
        rows = [revision for revision in found if revision]
        if not rows:
            raise CommandError(
                f"Tidak ada revisi SOP “{slug}” yang berlaku{f' di “{agency}”' if agency else ''}."
            )
        if len(rows) > 1:
            places = ", ".join(row.sop.agency.slug for row in rows)
            raise CommandError(
                f"SOP “{slug}” ada di beberapa perangkat daerah. Pilih dengan --agency: {places}."
            )
        self.stdout.write(sopfile.exported(rows[0]), ending="")
