"""Read an agency file: a new agency with its areas, positions and kinds of paper."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sopcases.people.authority import Machine
from sopcases.refusal import Refused
from sopcases.sops import agencyfile, shapes


class Command(BaseCommand):
    help = "Membaca berkas perangkat daerah baru (YAML)."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="berkas YAML")

    def handle(self, *, file, **options):
        try:
            data = agencyfile.read(shapes.content(file))
            agency = agencyfile.load(data, Machine(at=timezone.now()))
        except Refused as refused:
            raise CommandError(
                "\n".join(["Berkas ditolak, tidak ada yang disimpan:", *refused.sentences])
            ) from refused
        self.stdout.write(
            f"{agency.name}: {agency.positions.count()} jabatan, {agency.areas.count()} wilayah, "
            f"{agency.paper_kinds.count()} jenis dokumen disimpan."
        )
