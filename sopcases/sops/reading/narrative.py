"""Reads what stands around the table: the titles, the lettered sections, a procedure told as a list. Pure."""

import re
from dataclasses import dataclass, field, replace

from sopcases.sops.reading.outcome import NOTHING, Told, Value
from sopcases.sops.reading.rows import Piece, Row
from sopcases.sops.reading.table import is_time
from sopcases.sops.reading.words import items

_PROCESS = (
    r"(?:uraian |tata cara |alur |langkah[- ]?langkah |tahapan |sistem,? mekanisme,? dan )?"
    r"(?:proses|prosedur|pelaksanaan|mekanisme|tahapan|langkah(?:[- ]langkah)?|kegiatan)"
    r"(?: (?:pelaksanaan|pelayanan|kerja|kegiatan|penyelesaian|pelaksanaan kegiatan))?"
)
SECTIONS = {
    "legal_basis": r"(?:dasar|landasan)(?: hukum)?",
    "target": r"(?:sasaran|objek|target)(?: (?:objek|sasaran|kegiatan|pelayanan|layanan))?",
    "term": r"(?:jangka waktu|waktu|lama)(?: (?:penyelesaian|pelayanan|pelaksanaan))+|jangka waktu",
    "cost": r"(?:biaya|tarif|pembiayaan|anggaran)(?: ?/ ?tarif| pelayanan)?",
    "process": rf"{_PROCESS}(?: ?/ ?{_PROCESS})?",
}
_LETTER = r"(?:[-•]\s*)?(?:[A-Z]|[IVX]{1,4})[.)]\s*"
_NUMBER = r"(\d{1,2})[.)]\s*"
_HEADINGS = [(key, re.compile(rf"(?:{words})(?![\w/])", re.IGNORECASE)) for key, words in SECTIONS.items()]
_SOP = r"(?:standar operasional prosedur|prosedur operasional standar|standar prosedur operasional)"
_BARE_TITLE = re.compile(rf".*(?:{_SOP}|\bSOP\b)(?:\s*\((?:SOP|POS|SPO)\))?(?: AP)?\s*:?", re.IGNORECASE)
_TITLE = re.compile(
    rf"(?:{_SOP}(?:\s*\((?:SOP|POS|SPO)\))?|SOP|SPO|POS)(?: AP)?\s*[:\-–]?\s+(?=\S)", re.IGNORECASE
)
_LISTED = re.compile(r"(?:[-•*▪–]\s*)?\(?(\d{1,2}[.)]{1,2}|\d{1,2}(?=\s+[^\W\d_])|[a-z][.)])\s*(?=\S)")
_BULLET = re.compile(r"[-•*▪–]\s+(?=\S)")


@dataclass
class Narrative:
    """What stands around the table; `entries` are a section's items as written."""

    letterhead: list[Piece] = field(default_factory=list)
    document_title: list[Piece] = field(default_factory=list)
    titles: list[Piece] = field(default_factory=list)
    sections: dict[str, list[Piece]] = field(default_factory=dict)
    headings: dict[str, Piece] = field(default_factory=dict)
    told: tuple[Told, ...] = ()


def section_of(text: str) -> tuple[str | None, str]:
    """The section that a line opens and what stands behind its heading.

    Lettered headings may go on in their line; others are the whole line, or end with a colon. A number
    before the heading of the process counts as a letter, where a colon or nothing follows.
    """
    letter = re.match(_LETTER, text)
    numbered = None if letter else re.match(_NUMBER, text)
    led = letter or numbered
    plain = text[led.end() :] if led else text
    for key, pattern in _HEADINGS:
        if (numbered and key != "process") or not (found := pattern.match(plain)):
            continue
        behind = plain[found.end() :]
        if not behind.strip(" :."):
            return key, ""
        if letter or behind.lstrip().startswith(":"):
            return key, behind.strip(" :")
    return None, ""


def is_heading(text: str) -> bool:
    """Whether a line opens a section, or is the title of an SOP."""
    if re.match(r"(?:[-•]\s*)?(?:[A-H]|[IVX]{1,4})[.)]\s+\S", text):
        return True
    if len(text) < 120 and re.match(rf"(?:SOP|{_SOP})\b(?!\s*:)", text, re.IGNORECASE):
        return True
    key, behind = section_of(text)
    return key in ("process", "term") and not behind


def read_narrative(rows: list[Row], used: set[int], has_table: bool) -> Narrative:
    """The titles and sections in the rows that neither the header nor the table `used`."""
    found = Narrative()
    open_section: str | None = None
    expects_title = False
    begun = False
    for at, row in enumerate(rows):
        begun = begun or at in used
        line = row.line
        if at in used or line is None:
            expects_title = False if at in used else expects_title
            if at not in used:
                open_section = _of_row(found, row, open_section)
            continue
        for text in line.text.split("\n"):
            piece = replace(line, text=text)
            key, behind = section_of(text)
            if not text:
                continue
            if key and (begun or re.match(_LETTER, text) or key == "process") and key not in found.sections:
                open_section = key
                found.headings[key] = piece
                found.sections[key] = [replace(piece, text=behind)] if behind else []
            elif len(text) < 120 and not open_section and _BARE_TITLE.fullmatch(text):
                found.document_title.append(piece)
                expects_title = True
            elif (title := _TITLE.match(text)) and len(text) < 160:
                found.titles.append(replace(piece, text=text[title.end() :]))
                open_section, expects_title = None, False
            elif re.match(_LETTER + r"[^\W\d_]{3}", text) and not re.match(r"[-•]?\s*[a-z][.)]", text):
                open_section = None
            elif open_section:
                found.sections[open_section].append(piece)
            elif expects_title:
                found.titles.append(piece)
                expects_title = False
            elif not begun and not found.document_title:
                found.letterhead.append(piece)
    while found.letterhead and re.search(
        r"\b(?:prosedur|standar)\b", found.letterhead[-1].text, re.IGNORECASE
    ):
        found.document_title.insert(0, found.letterhead.pop())
    if found.sections.get("process") and (outer := re.match(_NUMBER, found.headings["process"].text)):
        _end_at(found.sections["process"], int(outer[1]) + 1)
    process = found.sections.get("process") or ([] if has_table else _longest_list(rows, used))
    found.told = tuple(_told(process))
    return found


def _of_row(found: Narrative, row: Row, open_section: str | None) -> str | None:
    """A section in a row of a table, heading and words in cells of their own; else more of the open one."""
    cells = [row.cells[at] for at in row.filled]
    for at, cell in enumerate(cells[:2]):
        key, behind = section_of(cell.text)
        if key and not behind and key not in found.sections and len(cells) > at + 1:
            found.headings[key] = cell
            found.sections[key] = [replace(one, text=one.text.lstrip(": ")) for one in cells[at + 1 :]]
            return None
    if open_section:
        found.sections[open_section] += cells
    return open_section


def _longest_list(rows: list[Row], used: set[int]) -> list[Piece]:
    """Without a heading: the longest run of numbered lines."""
    runs: list[list[Piece]] = [[]]
    for at, row in enumerate(rows):
        if at in used or row.line is None:
            runs.append([])
        elif _LISTED.match(row.line.text):
            runs[-1].append(row.line)
        elif runs[-1] and row.line.text:
            runs.append([])
    longest = max(runs, key=len)
    return longest if len(longest) > 2 else []


def _end_at(pieces: list[Piece], number: int) -> None:
    """Cuts a process that is itself an entry of a list where that list goes on."""
    expected = 1
    for at, piece in enumerate(pieces):
        led = re.match(_NUMBER, piece.text)
        if led and int(led[1]) == number and expected != number:
            del pieces[at:]
            return
        if led and int(led[1]) == expected:
            expected += 1


def _told(pieces: list[Piece]) -> list[Told]:
    """The numbered entries; a line without a number goes on with the one before."""
    parts: list[tuple[str, Value]] = []
    for piece in pieces:
        for entry in (one for line in piece.text.split("\n") for one in items(line)):
            led = _LISTED.match(entry) or _BULLET.match(entry)
            text = entry[led.end() :] if led else entry
            value = Value(text, (piece.place,))
            if led or not parts:
                parts.append(((led[1] if led and led.re is _LISTED else ""), value))
            else:
                number, before = parts[-1]
                joined = Value(f"{before.value} {text}", (*before.source, piece.place))
                parts[-1] = (number, joined)
    return [_with_time(number, value) for number, value in parts]


def _with_time(number: str, value: Value) -> Told:
    text, time = value.value, NOTHING
    ends = re.search(r"\s*[(\[]([^()\[\]]*(?:\([^()]*\))?[^()\[\]]*)[)\]]\s*[.;]?$", text) or re.search(
        r"\s*(?:[:–-]|selama|waktu)\s*(\d[^:–]*)$", text
    )
    if ends and is_time(ends[1]):
        text, time = text[: ends.start()], Value(ends[1].strip(), value.source)
    return Told(
        Value(number or None, value.source), Value(text.strip().rstrip(";").strip(), value.source), time
    )
