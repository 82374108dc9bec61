"""Write the SOP revision in force as YAML on standard output."""

from django.core.management.base import BaseCommand, CommandError

from sopcases.sops import sopfile
from sopcases.sops.models import Revision


class Command(BaseCommand):
    help = "Menulis revisi SOP yang berlaku sebagai YAML ke keluaran standar."

    def add_arguments(self, parser):
        parser.add_argument("slug", help="nama pendek SOP")
        parser.add_argument("--agency", help="nama pendek perangkat daerah, bila SOP ada di beberapa")

    def handle(self, *, slug, agency=None, **options):
        found = Revision.objects.filter(sop__slug=slug, state=Revision.State.IN_FORCE)
        if agency:
            found = found.filter(sop__agency__slug=agency)
        rows = list(found.select_related("sop__agency").order_by("sop__agency__slug")[:20])
        if not rows:
            raise CommandError(
                f"Tidak ada revisi SOP “{slug}” yang berlaku{f' di “{agency}”' if agency else ''}."
            )
        if len(rows) > 1:
            places = ", ".join(row.sop.agency.slug for row in rows)
            raise CommandError(
                f"SOP “{slug}” ada di beberapa perangkat daerah. Pilih dengan --agency: {places}."
            )
        self.stdout.write(sopfile.to_yaml(sopfile.dump(rows[0])), ending="")
