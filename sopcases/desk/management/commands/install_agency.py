"""Set up a new agency from its file, whole, with the SOPs given: no programmer needed."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from sopcases.desk.installing import install_agency, install_sop
from sopcases.people.authority import Machine, local_day
from sopcases.refusal import Refused


class Command(BaseCommand):
    help = "Memasukkan perangkat daerah baru dari berkas YAML, berikut SOP yang langsung diberlakukan."

    def add_arguments(self, parser):
        parser.add_argument("agency", type=Path, help="berkas perangkat daerah (YAML)")
        parser.add_argument("sops", type=Path, nargs="*", help="berkas SOP (YAML)")

    def handle(self, *, agency, sops, **options):
        machine = Machine(timezone.now())
        try:
            with transaction.atomic():
                made = install_agency(agency, machine)
                today = local_day(made, machine.at)
                revisions = [install_sop(source, made, machine, today) for source in sops]
        except Refused as refused:
            raise CommandError(
                "\n".join(["Berkas ditolak, tidak ada yang disimpan:", *refused.sentences])
            ) from refused
        self.stdout.write(
            f"{made.name}: {made.positions.count()} jabatan, {made.paper_kinds.count()} jenis dokumen, "
            f"{made.series.count()} seri nomor, {made.outcomes.count()} hasil akhir disimpan."
        )
        for revision in revisions:
            self.stdout.write(f"SOP {revision.name} diberlakukan.")
