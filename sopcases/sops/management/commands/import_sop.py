"""Read an SOP file into a draft revision, and on request put it in force."""

from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from sopcases.people.authority import Machine
from sopcases.people.models import Agency
from sopcases.refusal import Refused
from sopcases.sops import revising, shapes, sopfile


class Command(BaseCommand):
    help = "Membaca berkas SOP (YAML) menjadi draf revisi."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="berkas YAML")
        parser.add_argument("--agency", required=True, help="nama pendek perangkat daerah")
        parser.add_argument(
            "--in-force",
            type=date.fromisoformat,
            metavar="TANGGAL",
            help="langsung berlakukan dari tanggal ini (misalnya 2024-03-04)",
        )

    def handle(self, *, file, agency, in_force=None, **options):
        owner = Agency.objects.filter(slug=agency).first()
        if owner is None:
            raise CommandError(f"Perangkat daerah “{agency}” tidak ada.")
        by = Machine(at=timezone.now())
        try:
            with transaction.atomic():
                data = sopfile.read(shapes.content(file), owner)
                revision = sopfile.load(data, owner, by)
                if in_force:
                    revision = revising.put_in_force(revision, by, in_force)
        except Refused as refused:
            raise CommandError(
                "\n".join(["Berkas ditolak, tidak ada yang disimpan:", *refused.sentences])
            ) from refused
        self.stdout.write(
            f"SOP “{revision.sop.slug}” {owner.short_name}: revisi {revision.no} disimpan, "
            f"status {revision.get_state_display()}, {revision.steps.count()} langkah, "
            f"{revision.notes.count()} catatan."
        )
