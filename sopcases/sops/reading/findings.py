"""Names what contradicts itself, is missing or damaged in a sheet that was read, quoting the places. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sopcases.sops import durations
from sopcases.sops.durations import Unreadable
from sopcases.sops.reading import header as heads
from sopcases.sops.reading.document import Place
from sopcases.sops.reading.header import Header
from sopcases.sops.reading.marks import read_mark
from sopcases.sops.reading.narrative import Narrative
from sopcases.sops.reading.outcome import Finding, Item, Reading, Step, Told, Value
from sopcases.sops.reading.papers import Names, Paper
from sopcases.sops.reading.performers import Staff, actors, is_applicant
from sopcases.sops.reading.rows import Piece
from sopcases.sops.reading.table import Activities, is_time
from sopcases.sops.reading.words import EMPTY_WORDS, SIGNING, bare, content, fold, is_typing_error, tokens

MOST_PAPERS = 600
"""Named in all steps together; more are not compared with each other."""
MINUTES_A_DAY = 450
"""Of office time, to add steps up; a working week has five such days."""


@dataclass
class Sheet:
    """All that was read, for the findings to look at."""

    reading: Reading
    header: Header
    narrative: Narrative
    table: Activities | None
    staff: Staff
    names: Names

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.reading.steps


def find_all(sheet: Sheet) -> tuple[Finding, ...]:
    """Every finding, sheet-wide ones first, then by step."""
    order = {step.number.value: at for at, step in enumerate(sheet.steps)}
    finders = FINDERS if not _is_long(sheet) else FINDERS[: -len(OF_PAPERS)]
    found = [one for finder in finders for one in finder(sheet)]
    return tuple(sorted(found, key=lambda one: order.get(one.step, -1)))


def _finding(
    kind: str, about: str, quotes: Iterable[Value | None], reading: str, step: Step | None = None
) -> Finding:
    quoted: dict[str, Place] = {}
    for value in quotes:
        if value is not None and (value.written or value.value):
            quoted.setdefault(str(value.written or value.value), (value.source or (Place(),))[0])
    number = step.number.value if step else None
    return Finding(kind, about, tuple(quoted), reading, number, tuple(quoted.values()))


def _label(step: Step) -> str:
    return f"Langkah {(step.number.value or '').strip('.() ') or '(tanpa nomor)'}"


# --- the header ---------------------------------------------------------------------------------------


def empty_header_cells(sheet: Sheet) -> Iterator[Finding]:
    fields = sheet.header.fields
    if not set(fields) - {"legal_basis"}:
        return
    expected = ["number", "created_on", "ratified_by", "name"]
    expected += [key for key in ("ratified_on", "effective_on", *heads.BLOCKS) if key in fields]
    empty = [key for key in expected if key in fields and fields[key].empty]
    missing = [key for key in expected if key not in fields]
    if sheet.reading.name and "name" in missing:
        missing.remove("name")  # the title is there
    if not {"ratified_on", "effective_on"} & set(fields):
        missing.append("effective_on")
    if empty or missing:
        told = [Value(fields[key].label.text.strip(" :"), (fields[key].label.place,)) for key in empty]
        names = [heads.TITLES[key] for key in empty + missing]
        lacking = [Value(heads.TITLES[key]) for key in missing]
        yield _finding(
            "header",
            f"Kepala SOP: {', '.join(names)} kosong atau tidak ada",
            [*told, *lacking],
            "Dibiarkan kosong sampai diisi oleh perangkat daerah.",
        )


def damaged_header_cells(sheet: Sheet) -> Iterator[Finding]:
    reading, fields = sheet.reading, sheet.header.fields
    damaged: list[tuple[str, Value]] = []
    if reading.number and not reading.number.sure:
        damaged.append(("number", reading.number))
    for key in heads.DATES:
        if (value := getattr(reading, key)).written and value.value is None:
            damaged.append((key, value))
    nip = reading.ratified_by.nip
    if not nip.sure or (
        reading.ratified_by.name and re.search(r"[^\w\s.,'’\-()/&]", reading.ratified_by.name.value)
    ):
        damaged.append(("ratified_by", heads.verbatim(fields["ratified_by"])))
    for key, value in damaged:
        yield _finding(
            "header",
            f"Kepala SOP: {heads.TITLES[key]} rusak atau tidak terbaca",
            [Value(fields[key].label.text.strip(" :"), (fields[key].label.place,)), value],
            "Tidak terbaca; isinya dibiarkan sebagaimana tertulis sampai diperbaiki.",
        )


def title_against_name(sheet: Sheet) -> Iterator[Finding]:
    name = heads.as_text(sheet.header.fields.get("name"))
    if not name:
        return
    below = sheet.table.columns.titles if sheet.table else ()
    titles = [Value(piece.text, (piece.place,)) for piece in (*sheet.narrative.titles, *below)]
    if sheet.reading.target and _alike(content(sheet.reading.target.value), _subject(name.value)):
        titles.append(sheet.reading.target)
    office = set(sheet.staff.office)
    differing = [
        title
        for title in titles
        if _differ(_subject(name.value), _subject(title.value), office)
        and _alike(_subject(title.value), _subject(name.value))
    ]
    if differing:
        yield _finding(
            "title",
            "Nama SOP berbeda dengan judul",
            [name, *differing],
            f"Dibaca “{differing[0].value}”, seperti pada judul, sampai dipastikan.",
        )


def _subject(text: str) -> list[str]:
    return [w for w in content(text) if w not in ("sop", "standar", "operasional", "prosedur", "spo", "pos")]


def _alike(one: list[str], other: list[str]) -> bool:
    """Whether two titles can be about the same: some word in common."""
    return any(is_typing_error(a, b) for a in one for b in other)


def _differ(one: list[str], other: list[str], office: set[str]) -> bool:
    """Whether a word of one has no like in the other; the office's own name may be left out."""
    return any(
        not any(is_typing_error(word, like) for like in against)
        for words, against in ((one, other), (other, one))
        for word in words
        if word not in office
    )


def basis_against_section(sheet: Sheet) -> Iterator[Finding]:
    above = heads.entries(sheet.header.fields.get("legal_basis"))
    pieces = sheet.narrative.sections.get("legal_basis", [])
    below = [
        Value(entry, (piece.place,)) for piece in pieces for entry in heads.items(piece.text) if bare(entry)
    ]
    if not above or not below:
        return
    only_above = [law for law in above if not any(_same_law(law.value, other.value) for other in below)]
    only_below = [law for law in below if not any(_same_law(law.value, other.value) for other in above)]
    if only_above or only_below:
        yield _finding(
            "basis",
            "Dasar hukum pada kepala SOP berbeda dengan bagian Dasar Hukum",
            [*only_above, *only_below]
            if only_above and only_below
            else [*only_above, *only_below, above[0], below[0]],
            "Keduanya disimpan sampai dipastikan.",
        )


def _same_law(one: str, other: str) -> bool:
    """The same number and year; without these, the same words."""
    a, b = (re.findall(r"\d+", bare(law)) for law in (one, other))
    if a and b:
        kinds = [set(content(bare(law))[:3]) for law in (one, other)]
        return a[:2] == b[:2] and bool(kinds[0] & kinds[1] or _alike(*map(content, (one, other))))
    return fold(bare(one)) == fold(bare(other)) or _most_alike(one, other)


def _most_alike(one: str, other: str) -> bool:
    a, b = set(content(bare(one))), set(content(bare(other)))
    return bool(a and b) and len(a & b) / len(a | b) > 0.8


# --- the table against the narrative ---------------------------------------------------------------------


def _paired(sheet: Sheet) -> list[tuple[Step, Told]]:
    """Steps of the table with the narrative's own."""
    if sheet.table is None or not sheet.reading.narrative:
        return []
    told = {}
    for entry in sheet.reading.narrative:
        told.setdefault((entry.number.value or "").strip(".() "), entry)
    pairs = []
    for at, step in enumerate(sheet.steps):
        entry = told.get((step.number.value or "").strip(".() "))
        if entry is None and len(sheet.steps) == len(sheet.reading.narrative):
            entry = sheet.reading.narrative[at]
        if entry is not None:
            pairs.append((step, entry))
    return pairs


def words_against_narrative(sheet: Sheet) -> Iterator[Finding]:
    pairs = _paired(sheet)
    likeness = sorted(_likeness(step.activity.value or "", told.text.value) for step, told in pairs)
    if not pairs:
        return
    if len(sheet.reading.narrative) != len(sheet.steps):
        yield _finding(
            "words",
            f"Tabel memuat {len(sheet.steps)} langkah, uraian {len(sheet.reading.narrative)}",
            [sheet.steps[-1].activity, sheet.reading.narrative[-1].text],
            "Langkah pada tabel yang dipakai.",
        )
    if likeness[len(likeness) // 2] < 0.6:
        return  # the narrative tells it in words of its own
    for step, told in pairs:
        if _differ(content(step.activity.value or ""), content(told.text.value), set()):
            yield _finding(
                "words",
                f"{_label(step)}: kata-kata pada tabel berbeda dengan uraian",
                [step.activity, told.text],
                "Kata-kata pada tabel yang dipakai.",
                step,
            )


def _likeness(one: str, other: str) -> float:
    a, b = set(content(one)), set(content(other))
    return len(a & b) / len(a | b) if a | b else 1.0


def times_against_narrative(sheet: Sheet) -> Iterator[Finding]:
    for step, told in _paired(sheet):
        if step.time and told.time and not _same_time(step.time.value, told.time.value):
            yield _finding(
                "times",
                f"{_label(step)}: waktu pada tabel berbeda dengan waktu pada uraian",
                [step.activity, step.time, told.time, told.text],
                f"Waktu pada tabel yang dipakai, yaitu {step.time.value}.",
                step,
            )


def _same_time(one: str, other: str) -> bool:
    """The same length; a day is also eight hours where one of them counts in these."""
    if fold(one) == fold(other):
        return True
    try:
        a, b = durations.read(one), durations.read(other)
    except Unreadable:
        return False
    lengths = [{_minutes(text), _minutes(text, 480)} for text in (one, other)]
    return a == b or (bool(a.minutes) != bool(b.minutes) and bool(lengths[0] & lengths[1]))


def term_against_steps(sheet: Sheet) -> Iterator[Finding]:
    term = sheet.reading.term
    total = sheet.table.total if sheet.table else Value()
    times = [_minutes(step.time.value) for step in sheet.steps if step.time]
    known = [minutes for minutes in times if minutes is not None]
    if not known:
        return
    for said, what in ((term, "jangka waktu"), (total, "jumlah waktu pada tabel")):
        whole = _minutes(said.value) if said else None
        if whole is None or not whole:
            continue
        added = sum(known)
        repeated = any(_RECURS.search(step.activity.value or "") for step in sheet.steps)
        too_little = (
            added * 2 < whole
            and whole - added >= 2 * MINUTES_A_DAY
            and len(known) == len(sheet.steps)
            and not repeated
        )
        if added > whole or too_little or (what != "jangka waktu" and added != whole):
            longest = max(
                (step for step in sheet.steps if step.time), key=lambda s: _minutes(s.time.value) or 0
            )
            yield _finding(
                "term",
                f"Waktu langkah-langkah berjumlah {_spoken(added)}, {what} “{said.value}”",
                [said, longest.time, longest.activity],
                "Keduanya dipakai: waktu tiap langkah, dan jangka waktu untuk keseluruhan.",
            )


def _minutes(text: str, day: int = MINUTES_A_DAY) -> int | None:
    """Office minutes, roughly, with days of so many minutes; None for what is no length of time."""
    try:
        length = durations.read(text)
    except Unreadable:
        return None
    if length.calendar and length.minutes:
        return length.minutes // 1440 * day
    days = length.days + 5 * length.weeks + 21 * length.months + 250 * length.years
    return length.minutes + day * days


def _spoken(minutes: int) -> str:
    days, rest = divmod(minutes, MINUTES_A_DAY)
    hours, left = divmod(rest, 60)
    said = [f"{n} {unit}" for n, unit in ((days, "hari kerja"), (hours, "jam"), (left, "menit")) if n]
    return " ".join(said) or "0 menit"


# --- who -----------------------------------------------------------------------------------------------


def missing_marks(sheet: Sheet) -> Iterator[Finding]:
    if sheet.table is None or not (sheet.table.columns.performers or sheet.table.columns.said):
        return
    lines = sheet.table.lines
    columns = list(sheet.table.columns.performers.values())
    labels = [Value(piece.text, (piece.place,)) for piece in columns]
    bare_lines = [at for at, line in enumerate(lines) if not line.performers]
    if len(bare_lines) == len(lines):
        yield _finding(
            "marks",
            "Tidak ada satu pun tanda pelaksana pada tabel",
            [*labels, *(step.activity for step in sheet.steps)],
            "Pelaksana dibaca dari kata-kata langkahnya, sejauh disebut.",
        )
        return
    for at in bare_lines:
        yield _finding(
            "marks",
            f"{_label(sheet.steps[at])}: tidak ada tanda pelaksana",
            [sheet.steps[at].activity, *labels],
            "Pelaksana dibaca dari kata-kata langkahnya, sejauh disebut.",
            sheet.steps[at],
        )
    if sheet.table.nameless:
        cells = [
            (at, line.performers[c])
            for c in sheet.table.nameless
            for at, line in enumerate(lines)
            if c in line.performers
        ]
        at, pieces = cells[0]
        yield _finding(
            "header",
            "Ada tanda pada kolom pelaksana yang tidak bernama",
            [sheet.steps[at].activity, Value(pieces[0].raw, (pieces[0].place,))],
            "Pelaksananya tidak terbaca.",
            sheet.steps[at],
        )


def damaged_marks(sheet: Sheet) -> Iterator[Finding]:
    if sheet.table is None:
        return
    lines = sheet.table.lines
    read: list[dict[int, str]] = []
    for at, line in enumerate(lines):
        marks = {
            column: read_mark(pieces, at == 0, at == len(lines) - 1)
            for column, pieces in line.performers.items()
            if column in sheet.table.columns.performers
        }
        read.append({column: mark[0] for column, mark in marks.items() if mark})
    arrows = sum("arrow" in marks.values() for marks in read)
    for step, line, marks in zip(sheet.steps, lines, read, strict=True):
        bad = [c for c, m in marks.items() if m == "damaged" or (m == "arrow" and arrows * 2 <= len(lines))]
        if bad:
            pieces = [piece for column in bad for piece in line.performers[column]]
            labels = [sheet.table.columns.performers[column] for column in bad]
            yield _finding(
                "marks",
                f"{_label(step)}: tanda pelaksana rusak",
                [
                    step.activity,
                    *(Value(piece.text, (piece.place,)) for piece in labels),
                    *(Value(piece.raw, (piece.place,)) for piece in pieces),
                ],
                "Dibaca sebagai pelaksana; bentuk tandanya tidak terbaca.",
                step,
            )
    said = {m for marks in read for m in marks.values()}
    if len(said & {"start", "end"}) == 1 and len(lines) > 1:
        lacks, at = ("selesai", -1) if "start" in said else ("mulai", 0)
        other = next(
            piece
            for line, marks in zip(lines, read, strict=True)
            for column, mark in marks.items()
            if mark in ("start", "end")
            for piece in line.performers[column]
        )
        yield _finding(
            "marks",
            f"Tidak ada tanda {lacks}",
            [Value(other.raw, (other.place,)), sheet.steps[at].activity],
            "Dibaca menurut urutan langkah: langkah "
            + ("terakhir" if at else "pertama")
            + f" adalah {lacks}.",
        )


def unmarked_performers(sheet: Sheet) -> Iterator[Finding]:
    """Somebody acts by the words, and has no column, or no mark in it."""
    labels = sheet.table.labels() if sheet.table else {}
    if not labels:
        return
    none_at_all = not any(line.performers for line in sheet.table.lines)
    for step, line in zip(sheet.steps, sheet.table.lines, strict=True):
        marked = sheet.table.marked(line)
        for actor in actors(step.activity.value or "", sheet.staff):
            if actor.label in marked or (actor.label in labels and (none_at_all or not line.performers)):
                continue
            column = labels.get(actor.label)
            where = "tanda ada pada " + ", ".join(marked) if column else "tidak mempunyai kolom pelaksana"
            does = _DOES[actor.part]
            yield _finding(
                "performer",
                f"{_label(step)}: menurut teks {actor.said} {does}, {where}",
                [
                    step.activity,
                    Value(actor.said, step.activity.source),
                    *([_quote(column)] if column else []),
                    *(_quote(labels[name]) for name in marked or labels),
                    *(_quote(piece) for pieces in marked.values() for piece in pieces),
                ],
                f"Yang bertanda melaksanakan, {actor.said} {does}."
                if marked
                else f"{actor.said} {does}; diusulkan sebagai pelaksana.",
                step,
            )


def _quote(piece: Piece) -> Value:
    return Value(piece.raw or piece.text, (piece.place,))


_DOES = {
    "performs": "melaksanakan",
    "receives": "menerima",
    "orders": "memerintahkan",
    "takes_part": "ikut serta",
    "disposes": "mendisposisi",
    "signs": "menandatangani",
}

# --- papers ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    """A paper in a step."""

    at: int
    step: Step
    item: Item
    paper: Paper


def _uses(sheet: Sheet, side: str) -> list[Use]:
    return [
        Use(at, step, item, sheet.names.paper(item.text.value))
        for at, step in enumerate(sheet.steps)
        for item in getattr(step, side)
    ]


_FROM_OUTSIDE = re.compile(
    r"mengajukan|menyerahkan|menyampaikan|mendaftar|membawa|melengkapi|memohon|permohonan|melapor|pengaduan"
    r"|aduan|usulan|datang|mengirim|masuk|menerima|melampirkan|memasukkan|mengisi|diterima",
    re.IGNORECASE,
)
_ASKED_FOR = re.compile(
    r"meminta|memohon|memperoleh|mendapatkan|mengambil|menerima|mengumpulkan|menunggu|koordinasi|pengurusan"
    r"|mengurus|pendampingan|melengkapi",
    re.IGNORECASE,
)
_HANDED_IN = re.compile(_ASKED_FOR.pattern + "|mengajukan|menyerahkan|menyampaikan|mengirim", re.IGNORECASE)


def unproduced(sheet: Sheet) -> Iterator[Finding]:
    """A paper that a step needs and no step before it makes, nor brings in from outside."""
    made = _uses(sheet, "produces")
    if not made:
        return
    brought: list[Paper] = []
    told: list[tuple[Use, list[Use]]] = []
    for use in _uses(sheet, "requires"):
        before = [one for one in made if one.at < use.at]
        if any(sheet.names.same(use.paper, one.paper) for one in before):
            continue
        if any(sheet.names.same(use.paper, paper) for paper in brought):
            continue
        if sheet.names.is_tool(use.item.text.value):
            continue
        if use.at == 0 and _comes_from_outside(sheet, use.step):
            brought.append(use.paper)
            continue
        for first, more in told:
            if sheet.names.same(use.paper, first.paper):
                more.append(use)
                break
        else:
            told.append((use, []))
    for use, more in told:
        steps = [use, *more]
        numbers = ", ".join(dict.fromkeys((u.step.number.value or "").strip(".() ") for u in steps))
        yield _finding(
            "unproduced",
            f"Langkah {numbers} memerlukan {use.item.text.value}, tidak ada yang membuatnya lebih dahulu",
            [*(u.item.text for u in steps), use.step.requires_text, use.step.activity],
            "Dibaca sebagai berkas dari luar, atau yang sudah ada.",
            use.step,
        )


def _comes_from_outside(sheet: Sheet, step: Step) -> bool:
    text = step.activity.value or ""
    inside = re.search(r"\bdari\s+(.*)", text)
    if (
        inside
        and sheet.table
        and any(
            re.search(rf"(?<!\w){re.escape(fold(p.text))}(?!\w)", fold(inside[1]))
            for p in sheet.table.columns.performers.values()
        )
    ):
        return False
    return bool(_FROM_OUTSIDE.search(text))


def unneeded(sheet: Sheet) -> Iterator[Finding]:
    """A paper that a step makes and no later step needs; what the last step makes is the result."""
    needed = _uses(sheet, "requires")
    made = [use for use in _uses(sheet, "produces") if use.at < len(sheet.steps) - 1]
    if not needed or not made:
        return
    lost = [
        use
        for use in made
        if not any(one.at > use.at and sheet.names.same(use.paper, one.paper) for one in needed)
    ]
    if len(lost) * 2 > len(made) and len(lost) > 2:
        yield _finding(
            "unneeded",
            "Keluaran beberapa langkah tidak diperlukan langkah berikutnya",
            [value for use in lost for value in (use.item.text, use.step.activity)],
            "Disimpan sebagai hasil langkahnya.",
        )
        return
    for use in lost:
        yield _finding(
            "unneeded",
            f"{_label(use.step)} menghasilkan {use.item.text.value}, tidak ada langkah yang memerlukannya",
            [use.item.text, use.step.produces_text, use.step.activity],
            "Disimpan sebagai hasil langkahnya; tidak ditunggu langkah lain.",
            use.step,
        )


def unsigned(sheet: Sheet) -> Iterator[Finding]:
    """Letters that a step makes, and neither that step nor a later one signs."""
    signing = [at for at, step in enumerate(sheet.steps) if SIGNING.search(step.activity.value or "")]
    seen: list[Use] = []
    lacking: dict[int, list[Use]] = {}
    for use in _uses(sheet, "produces"):
        if not use.paper.is_letter or use.paper.is_signed or _comes_in(use, sheet.names.subject):
            continue
        handed_on = any(
            sheet.names.same(use.paper, sheet.names.paper(item.text.value)) for item in use.step.requires
        )
        if handed_on and any(sheet.names.same(use.paper, one.paper) for one in seen):
            continue
        seen.append(use)
        if not any(at >= use.at and _handles(sheet, at, use) for at in signing):
            lacking.setdefault(use.at, []).append(use)
    for uses in lacking.values():
        uses = [_finished(sheet, use) for use in uses]
        step = uses[0].step
        yield _finding(
            "unsigned",
            f"{_label(step)} menghasilkan {_listed(uses)}, tidak ada langkah yang menandatanganinya",
            [
                *(use.item.text for use in uses),
                step.produces_text,
                step.activity,
                *(sheet.steps[at].activity for at in signing[-1:]),
            ],
            "Ditandatangani menurut jenis suratnya; siapa yang menandatangani perlu dipastikan.",
            step,
        )


def _finished(sheet: Sheet, draft: Use) -> Use:
    """The letter that comes of a draft in a later step, else the paper itself."""
    if not draft.paper.is_draft:
        return draft
    later = [use for use in _uses(sheet, "produces") if use.at > draft.at and not use.paper.is_draft]
    return next((use for use in later if sheet.names.same(use.paper, draft.paper)), draft)


def _listed(uses: Iterable[Use]) -> str:
    return ", ".join(use.item.text.value for use in uses)


def _comes_in(use: Use, subject: frozenset[str]) -> bool:
    """Whether the step gets the letter from elsewhere instead of writing it."""
    outside = any(is_applicant(p.position.value) for p in use.step.performers)
    asked = (_HANDED_IN if outside else _ASKED_FOR).search(use.step.activity.value or "")
    if not asked:
        return False
    behind = set(tokens(use.step.activity.value[asked.end() :]))
    named = set(use.paper.words[1:])
    named = named - subject or named
    return bool(named) and len(behind & named) * 2 >= len(named)


def _handles(sheet: Sheet, at: int, use: Use) -> bool:
    """Whether a signing step is about this letter: its papers name it, its words do, or it names none."""
    step = sheet.steps[at]
    papers = [sheet.names.paper(i.text.value) for i in (*step.requires, *step.produces)]
    if any(sheet.names.same(paper, use.paper) for paper in papers if paper.is_letter):
        return True
    words = set(tokens(step.activity.value or ""))
    named = [word for word in use.paper.words if word not in EMPTY_WORDS]
    if words & set(named) - {"surat"}:
        return True
    return at == use.at and not [paper for paper in papers if paper.is_letter and paper != use.paper]


def several_names(sheet: Sheet) -> Iterator[Finding]:
    """One paper that goes by more than one name; initials that the prose uses too are no other name."""
    uses = sorted([*_uses(sheet, "produces"), *_uses(sheet, "requires")], key=lambda use: use.at)
    groups: list[list[Use]] = []
    for use in uses:
        nearest = [(_closeness(sheet.names, use, one), one.at, group) for group in groups for one in group]
        closest = max(nearest, key=lambda one: one[:2], default=(0, 0, []))
        if closest[0]:
            closest[2].append(use)
        else:
            groups.append([use])
    prose = [word for step in sheet.steps for word in tokens(step.activity.value or "")]
    for group in groups:
        shown: list[Use] = []
        for use in group:
            relations = [sheet.names.same(use.paper, one.paper) for one in shown]
            settled = len(use.paper.words) == 1 and use.paper.words[0] in prose
            if "same" not in relations and not ("short" in relations and settled):
                shown.append(use)
        if len(shown) > 1:
            yield _finding(
                "names",
                "Satu dokumen dengan beberapa nama: " + "; ".join(use.item.text.value for use in shown),
                [*(use.item.text for use in (*shown, *group)), *(use.step.activity for use in shown)],
                f"Dibaca sebagai satu dokumen, {shown[0].item.text.value}, sampai dipastikan.",
                shown[-1].step,
            )


def _closeness(names: Names, one: Use, other: Use) -> float:
    """How surely two names mean one paper; 0 for two papers."""
    relation = names.same(one.paper, other.paper)
    if relation == "alias":
        a, b = set(one.paper.words), set(other.paper.words)
        return 1 + len(a & b) / len(a | b)
    return {"same": 4, "short": 3}.get(relation, 0)


# --- times without end -----------------------------------------------------------------------------------

_RECURS = re.compile(
    r"\b(?:secara )?(?:berkala|rutin|periodik|berkesinambungan|berkelanjutan|terus[- ]menerus|sewaktu-waktu"
    r"|kontinyu|kontinu)\b|\b(?:setiap|tiap|sekali|per) (?:hari|minggu|bulan|tahun|triwulan|semester)\b",
    re.IGNORECASE,
)
_PERIOD = r"(?:hari|minggu|pekan|bulan|tahun|triwulan|semester|caturwulan)"
_INTERVAL = re.compile(
    r"\b(?:setiap|tiap|per|sekali|kali (?:dalam|se)?|dalam|se)[- ]*"
    rf"(?:\d+ ?|satu |dua |tiga |enam )?(?:\(\w+\) )?{_PERIOD}"
    r"|\b(?:harian|mingguan|bulanan|triwulanan|semesteran|tahunan|seminggu|sebulan|setahun)\b"
    r"|\b(?:senin|selasa|rabu|kamis|jumat)\b",
    re.IGNORECASE,
)


def recurrence_without_interval(sheet: Sheet) -> Iterator[Finding]:
    steps = [(step.activity, step) for step in sheet.steps]
    for value, step in steps:
        text = value.value or ""
        around = " ".join(v.value for v in (step.activity, step.remark) if v)
        found = _RECURS.search(text)
        if found and not _INTERVAL.search(around):
            yield _finding(
                "recurrence",
                f"{_label(step)}: “{found[0]}” tidak menyebut selang waktunya",
                [value, Value(found[0], value.source), step.time],
                "Berulang dengan selang yang belum ditentukan.",
                step,
            )


def unreadable_times(sheet: Sheet) -> Iterator[Finding]:
    """A standard that is no length of time: kept as written."""
    for step in sheet.steps:
        if step.time and step.time.value.strip(" -–—0") and not is_time(step.time.value):
            yield _finding(
                "time",
                f"{_label(step)}: waktu tidak terbaca",
                [step.activity, step.time],
                "Dibiarkan sebagaimana tertulis; tidak diukur.",
                step,
            )


def _is_long(sheet: Sheet) -> bool:
    return sum(len(step.requires) + len(step.produces) for step in sheet.steps) > MOST_PAPERS


def too_long(sheet: Sheet) -> Iterator[Finding]:
    """A document of more papers than can be compared with each other."""
    if _is_long(sheet):
        yield _finding(
            "size",
            f"Lebih dari {MOST_PAPERS} dokumen: kelengkapan dan keluaran tidak dibandingkan",
            [sheet.steps[0].activity, sheet.steps[-1].activity],
            "Perlu dipastikan bahwa berkas ini satu SOP.",
        )


Finder = Callable[[Sheet], Iterable[Finding]]
OF_PAPERS: tuple[Finder, ...] = (unproduced, unneeded, unsigned, several_names)
FINDERS: tuple[Finder, ...] = (
    empty_header_cells,
    damaged_header_cells,
    title_against_name,
    basis_against_section,
    term_against_steps,
    words_against_narrative,
    times_against_narrative,
    missing_marks,
    damaged_marks,
    unmarked_performers,
    recurrence_without_interval,
    unreadable_times,
    too_long,
    *OF_PAPERS,
)
