"""The hand-over of letters to the archive: every letter as a file, and an index that says what each is."""

import csv
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from itertools import chain
from pathlib import Path

from django.db.models import QuerySet

from sopcases.letters import pdf, sheet
from sopcases.letters.models import IncomingLetter, Letter
from sopcases.letters.signing import WET
from sopcases.letters.states import ENDED, INKED, LetterState
from sopcases.people.files import unchanged
from sopcases.people.models import Agency
from sopcases.refusal import Refused

NONE = "none"
SIGNED = (*INKED, LetterState.COMPLETE)


@dataclass(frozen=True)
class Row:
    """A line of index.csv. `backend`: wet, certificate, bsre, or none where nothing is signed here."""

    file: str
    kind: str
    number: str
    date: str
    state: str
    signed_by: str
    backend: str
    sha256: str


Told = Callable[[int, int], object]
"""Is told after each letter how many of how many are written."""
INDEX = "index.csv"
HEAD = [field.name for field in fields(Row)]


def dump(folder: Path, at: datetime, agency: Agency | None = None, told: Told = lambda done, of: None) -> int:
    """Write every letter, those that came in too, and index.csv; answers how many letters.

    The folder is empty or holds an earlier hand-over, which is brought up to date: what it wrote and is no
    longer so goes. The scan of a letter signed in ink stands beside its PDF, "…-bertanda-tangan", the receipt
    of one that was sent too, "…-tanda-terima". Of a letter that came in the file is its scan, none while that
    is still to follow. Names tell no child's name. Raises FileExistsError for a folder that holds something
    else, or another office's hand-over where only one office is asked for.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _written_before(folder, agency)
    letters = Letter.objects.select_related("agency", "case__agency", "paper__kind").order_by("pk")
    came = IncomingLetter.objects.select_related("agency").order_by("pk")
    if agency is not None:
        letters, came = letters.filter(agency=agency), came.filter(agency=agency)
    total, count, kept = letters.count() + came.count(), 0, {INDEX}
    with (folder / f"{INDEX}.new").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        for row, written in chain(_ours(folder, letters, at), _incoming(folder, came)):
            out.writerow([_plain(text) for text in astuple(row)])
            kept.update(written)
            count += 1
            told(count, total)
    (folder / f"{INDEX}.new").replace(folder / INDEX)
    for name in before:
        for old in (folder / name).parent.glob(f"{Path(name).stem}*"):
            if old.name not in kept:
                old.unlink()
    return count


def _written_before(folder: Path, agency: Agency | None) -> list[str]:
    """The files that an earlier hand-over names; none where the folder is empty."""
    (folder / f"{INDEX}.new").unlink(missing_ok=True)  # one that was broken off
    if not (folder / INDEX).exists():
        if any(folder.iterdir()):
            raise FileExistsError(folder)
        return []
    with (folder / INDEX).open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames != HEAD:
            raise FileExistsError(folder)
        # A name of its own folder only, whatever was written into the index.
        names = [row["file"] for row in rows if row["file"] and Path(row["file"]).name == row["file"]]
    own = agency and re.compile(rf"{re.escape(agency.slug)}-(?:masuk-\d{{4}}-\d+\.|\d+-)")
    if own and not all(map(own.match, names)):
        raise FileExistsError(folder)  # another office's hand-over would be thrown away
    return names


def _ours(folder: Path, letters: QuerySet, at: datetime) -> Iterator[tuple[Row, list[str]]]:
    for letter in letters.iterator(chunk_size=100):
        content = _content(letter, at)
        name = f"{letter.agency.slug}-{letter.pk}-{letter.file_name}"
        (folder / name).write_bytes(content)
        stem = name.removesuffix(".pdf")
        beside = [
            (letter.paper.file, letter.paper.sha256, f"{stem}-bertanda-tangan"),
            (letter.receipt, letter.receipt_sha256, f"{stem}-tanda-terima"),
        ]
        row = Row(
            file=name,
            kind=str(letter.paper.kind),
            number=letter.number,
            date=letter.dated.isoformat() if letter.dated else "",
            state=letter.state,
            signed_by=letter.signer_name if letter.state in SIGNED else "",
            backend=letter.backend or WET if letter.state in SIGNED else NONE,
            sha256=hashlib.sha256(content).hexdigest(),
        )
        copies = [_copied(stored, told, folder, stem) for stored, told, stem in beside if stored]
        yield row, [name, *copies]


def _incoming(folder: Path, letters: QuerySet) -> Iterator[tuple[Row, list[str]]]:
    for letter in letters.iterator(chunk_size=100):
        stem = f"{letter.agency.slug}-masuk-{letter.year}-{letter.seq}"
        name = _copied(letter.file, letter.sha256, folder, stem) if letter.file else ""
        row = Row(
            file=name,
            kind=str(IncomingLetter._meta.verbose_name).capitalize(),
            number=letter.number,
            date=letter.dated.isoformat(),
            state=letter.state,
            signed_by="",
            backend=NONE,
            sha256=letter.sha256,
        )
        yield row, [name]


def _copied(stored, sha256: str, folder: Path, stem: str) -> str:
    """A kept file written into the folder under this name; answers the name with its ending."""
    name = f"{stem}.{stored.name.rsplit('.', 1)[-1]}"
    (folder / name).write_bytes(_whole(stored, sha256))
    return name


def _whole(stored, sha256: str) -> bytes:
    """A kept file, if it still is what was stored. Raises Refused: the archive takes nothing on trust."""
    content = unchanged(stored, sha256)
    if content is None:
        raise Refused(f"Berkas “{stored.name}” tidak lagi sama dengan yang disimpan. Ambil dari cadangan.")
    return content


def _content(letter: Letter, at: datetime) -> bytes:
    """The frozen PDF as it is served; of what was never frozen, or is void again, the text with its face."""
    if letter.pdf and letter.state not in ENDED:
        return _whole(letter.pdf, letter.sha256)
    return pdf.of(letter, letter.body or sheet.body_html(sheet.build(letter, at)))


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
