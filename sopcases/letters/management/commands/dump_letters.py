"""Write every letter and an index of them into an empty folder: the hand-over to the archive."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sopcases.letters import archive
from sopcases.people.models import Agency


class Command(BaseCommand):
    help = "Writes every letter's PDF and index.csv into an empty folder."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--agency", help="slug of one agency; all of them without it")

    def handle(self, *args, folder: Path, agency: str | None, **options):
        office = None
        if agency and (office := Agency.objects.filter(slug=agency).first()) is None:
            raise CommandError(f"Tidak ada perangkat daerah “{agency}”.")
        try:
            count = archive.dump(folder, timezone.now(), office)
        except FileExistsError:
            raise CommandError(f"Folder {folder} sudah berisi; pilih folder yang kosong.") from None
        except OSError as error:
            raise CommandError(f"Folder {folder} tidak dapat ditulisi: {error.strerror}.") from None
        self.stdout.write(f"{count} surat ditulis ke {folder}.")
