"""Write every letter and an index of them into a folder: the hand-over to the archive."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sopcases.letters import archive
from sopcases.people.models import Agency
from sopcases.refusal import Refused

WIDTH = 40


def bar(done: int, of: int, out=sys.stderr) -> None:
    """One line that fills as the work goes on; only where somebody sits before it."""
    if out.isatty():
        filled = WIDTH * done // of
        out.write(f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{of}" + ("\n" if done == of else ""))
        out.flush()


class Command(BaseCommand):
    help = (
        "Writes every letter, those that came in too, and index.csv into a folder that is empty or holds an "
        "earlier hand-over, which is brought up to date."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--agency", help="slug of one agency; all of them without it")

    def handle(self, *args, folder: Path, agency: str | None, **options):
        office = None
        if agency and (office := Agency.objects.filter(slug=agency).first()) is None:
            raise CommandError(f"Tidak ada perangkat daerah “{agency}”.")
        try:
            count = archive.dump(folder, timezone.now(), office, bar)
        except FileExistsError:
            raise CommandError(
                f"Folder {folder} sudah berisi hal lain; pilih folder yang kosong atau berisi penyerahan "
                "sebelumnya."
            ) from None
        except Refused as refused:
            raise CommandError(" ".join(refused.sentences)) from None
        except OSError as error:
            raise CommandError(f"Folder {folder} tidak dapat ditulisi: {error.strerror}.") from None
        self.stdout.write(f"{count} surat ditulis ke {folder}.")
