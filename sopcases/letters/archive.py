"""The hand-over of letters to the archive: every letter as a file, and an index that says what each is."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from pathlib import Path

from sopcases.letters import pdf, sheet
from sopcases.letters.models import Letter
from sopcases.letters.signing import WET
from sopcases.letters.states import ENDED, INKED, LetterState
from sopcases.people.models import Agency

NONE = "none"
SIGNED = (*INKED, LetterState.COMPLETE)


@dataclass(frozen=True)
class Row:
    """A line of index.csv. `backend`: wet, certificate, bsre, or none where nothing is signed."""

    file: str
    kind: str
    number: str
    date: str
    state: str
    signed_by: str
    backend: str
    sha256: str


def dump(folder: Path, at: datetime, agency: Agency | None = None) -> int:
    """Write every letter's PDF and index.csv into an empty folder; answers how many letters.

    The scan of a letter signed in ink stands beside its PDF, "…-bertanda-tangan", the receipt of one that was
    sent too, "…-tanda-terima". Names tell no child's name. Raises FileExistsError for a folder that holds
    something.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(folder)
    count = 0
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow([field.name for field in fields(Row)])
        for row in _rows(folder, at, agency):
            out.writerow([_plain(text) for text in astuple(row)])
            count += 1
    return count


def _rows(folder: Path, at: datetime, agency: Agency | None) -> Iterator[Row]:
    letters = Letter.objects.select_related("agency", "case__agency", "paper__kind").order_by("pk")
    if agency is not None:
        letters = letters.filter(agency=agency)
    for letter in letters.iterator(chunk_size=100):
        content = _content(letter, at)
        name = f"{letter.agency.slug}-{letter.pk}-{letter.file_name}"
        (folder / name).write_bytes(content)
        if letter.paper.file:
            ending = letter.paper.file.name.rsplit(".", 1)[-1]
            scan = folder / f"{name.removesuffix('.pdf')}-bertanda-tangan.{ending}"
            with letter.paper.file.open("rb") as stored:
                scan.write_bytes(stored.read())
        if letter.receipt:
            ending = letter.receipt.name.rsplit(".", 1)[-1]
            receipt = folder / f"{name.removesuffix('.pdf')}-tanda-terima.{ending}"
            with letter.receipt.open("rb") as stored:
                receipt.write_bytes(stored.read())
        yield Row(
            file=name,
            kind=str(letter.paper.kind),
            number=letter.number,
            date=letter.dated.isoformat() if letter.dated else "",
            state=letter.state,
            signed_by=letter.signer_name if letter.state in SIGNED else "",
            backend=letter.backend or WET if letter.state in SIGNED else NONE,
            sha256=hashlib.sha256(content).hexdigest(),
        )


def _content(letter: Letter, at: datetime) -> bytes:
    """The frozen PDF as it is served; of what was never frozen, or is void again, the text with its face."""
    if letter.pdf and letter.state not in ENDED:
        with letter.pdf.open("rb") as stored:
            return stored.read()
    return pdf.of(letter, letter.body or sheet.body_html(sheet.build(letter, at)))


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
