"""Read an SOP, in a file of any format, into a draft revision; and a YAML file on request put in force."""

import json
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from sopcases.people.authority import Machine
from sopcases.people.keeping import keeping
from sopcases.people.models import Agency
from sopcases.refusal import Refused
from sopcases.sops import intake, revising, shapes, sopfile
from sopcases.sops.models import Revision
from sopcases.sops.reading.sources import limits


class Command(BaseCommand):
    help = "Membaca berkas SOP (YAML, .docx, .odt, .xlsx, .html, .txt) menjadi draf revisi."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="berkas SOP")
        parser.add_argument("--agency", required=True, help="nama pendek perangkat daerah")
        parser.add_argument(
            "--in-force",
            type=date.fromisoformat,
            metavar="TANGGAL",
            help="langsung berlakukan berkas YAML dari tanggal ini (misalnya 2024-03-04)",
        )
        parser.add_argument(
            "--official",
            default="",
            metavar="PEJABAT",
            help="yang menyetujui; bila kosong, menurut lembarnya",
        )
        parser.add_argument("--reason", default="Diberlakukan saat diimpor", metavar="ALASAN")
        parser.add_argument("--json", action="store_true", help="cetak yang dibaca sebagai JSON")
        parser.add_argument("--dry-run", action="store_true", help="jangan simpan apa pun")

    def handle(self, *, file, agency, in_force=None, json=False, dry_run=False, **options):
        owner = Agency.objects.filter(slug=agency).first()
        if owner is None:
            raise CommandError(f"Perangkat daerah “{agency}” tidak ada.")
        by = Machine(at=timezone.now())
        try:
            with keeping():
                if intake.is_sop_file(file.name):
                    if json:
                        raise Refused("--json hanya untuk berkas yang dibaca, bukan untuk YAML.")
                    revision = self.sop_file(file, owner, by, in_force, options)
                else:
                    if in_force:
                        raise Refused("--in-force hanya untuk YAML: yang dibaca harus diperiksa dahulu.")
                    revision = self.document(file, owner, by, json, dry_run)
                if dry_run:
                    transaction.set_rollback(True)
        except Refused as refused:
            raise CommandError(
                "\n".join(["Berkas ditolak, tidak ada yang disimpan:", *refused.sentences])
            ) from refused
        if dry_run:
            self.stderr.write("Tidak ada yang disimpan (--dry-run).")
            return
        told = self.stderr if json else self.stdout
        told.write(
            f"SOP “{revision.sop.slug}” {owner.short_name}: revisi {revision.no} disimpan, "
            f"status {revision.get_state_display()}, {revision.steps.count()} langkah, "
            f"{revision.notes.count()} catatan."
        )

    def sop_file(self, file: Path, owner: Agency, by, in_force: date | None, options: dict) -> Revision:
        data = sopfile.read(shapes.content(file), owner)
        revision = sopfile.load(data, owner, by)
        if not in_force:
            return revision
        official = options["official"] or revising.approved_by(revision)
        return revising.put_in_force(revision, by, in_force, official=official, reason=options["reason"])

    def document(self, file: Path, owner: Agency, by, as_json: bool, dry_run: bool) -> Revision | None:
        """What a document says, printed or kept or both; a trial keeps nothing, not even on the disk."""
        content = shapes.content(file, limits.MAX_BYTES)
        if as_json or dry_run:
            reading, _ = intake.read(file.name, content, owner)
            if as_json:
                self.stdout.write(json.dumps(reading.as_json(), ensure_ascii=False, indent=2))
            if dry_run:
                return None
        return intake.keep(intake.receive(file.name, content, owner, by), by)
