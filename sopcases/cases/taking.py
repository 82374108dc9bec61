"""Taking the rows of a table into a case: many children at once, each row once, nobody twice.

A row is known again by its key (the same sending twice) and by its content (the same list twice); a child by
`children.similar`. What the officer must decide (a new child, or one on file) is asked per row as options.
Rows that cannot be taken are told, the others are saved; the number of queries does not grow with them.
"""

import hashlib
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from django.db import IntegrityError, transaction

from sopcases.cases import children, encounters, family, nik, wording
from sopcases.cases.addresses import case_url
from sopcases.cases.models import Adult, Case, CaseChild, Child, ProgressNote, Whereabouts
from sopcases.cases.progress import Progress
from sopcases.cases.uploads import Accepted
from sopcases.cases.walk import Walk
from sopcases.people.models import Submission
from sopcases.refusal import NotAllowed, demand

NEW, SAME, HERE, MET = "new", "same", "here", "met"
"""Beginnings of an option's value: a new child, one on file, one in this case already, one met again."""
CHOOSE = "pilih: anak baru, atau anak yang sudah terdata di bawah ini."
CHANGED = "pilihannya tidak lagi berlaku. Pilih kembali."
TWICE = "anak ini sudah dipilih pada baris {}. Kosongkan salah satunya, atau pilih anak yang lain."
PHOTOGRAPHED = "Difoto saat didata."
ELSEWHERE = "foto anak yang sudah terdata ditambahkan sebagai catatan pada penanganannya, tidak di sini."
MEANWHILE = "orang lain menyimpan hal yang sama pada saat yang sama. Periksa, lalu simpan lagi."


@dataclass(frozen=True)
class Guardian:
    """The responsible adult of a row."""

    name: str
    kind: str
    phone: str = ""
    note: str = ""
    adult: Adult | None = None
    """One already on file: a sibling's."""

    @property
    def who(self) -> tuple[str, str]:
        """Tells one adult of a table from another."""
        return re.sub(r"\W+", " ", self.name.casefold()).strip(), re.sub(r"\D", "", self.phone)


@dataclass(frozen=True)
class Arrival:
    """A row fit to be taken in. `mark` is its content, `sibling` the number of another row."""

    no: int
    key: uuid.UUID
    mark: str
    facts: Mapping[str, Any]
    guardians: tuple[Guardian, ...] = ()
    where: str = ""
    note: str = ""
    photo: Accepted | None = None
    sibling: int | None = None
    choice: str = ""


@dataclass(frozen=True)
class Option:
    """A known child that a row may be."""

    value: str
    label: str
    about: str = ""

    @property
    def here(self) -> bool:
        """The child is in this case already."""
        return self.value.startswith(f"{HERE}-")


@dataclass(frozen=True)
class Match:
    """Who a row may be. `asked`: so likely that the officer must say."""

    options: tuple[Option, ...] = ()
    asked: bool = False


class How:
    """What became of a row."""

    NEW = "anak baru"
    SAME = "data yang sudah ada dipakai"
    BEFORE = "sudah tercatat"
    HERE = "sudah ada dalam penanganan ini; datanya tidak diubah"
    MET = "dicatat terjangkau kembali"


@dataclass(frozen=True)
class Taken:
    """A row that is saved: the child it became (None where the officer may not see it), and how."""

    no: int
    child_id: int | None
    how: str


@dataclass
class Result:
    """What was saved, and why the rest was not: row number → field and sentence."""

    taken: list[Taken] = field(default_factory=list)
    refused: dict[int, tuple[str, str]] = field(default_factory=dict)
    matches: dict[int, Match] = field(default_factory=dict)

    @property
    def settled(self) -> dict[int, int | None]:
        """Row number → child, of the rows that are saved."""
        return {one.no: one.child_id for one in self.taken}


def mark(cells: Mapping[str, str]) -> str:
    """The content of a row, whatever its capitals and blanks. The NIK goes in under its secret index."""
    parts = []
    for name, text in sorted(cells.items()):
        text = re.sub(r"\s+", " ", text).strip().casefold()
        if name == "nik":
            text = nik.index(re.sub(r"\D", "", text))
        if name != "sibling":  # a number of this table, not of the child
            parts.append(f"{name}={text}")
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def take_in(
    walk: Walk, arrivals: Sequence[Arrival], found_at: datetime, before: Mapping[int, int | None]
) -> Result:
    """Take the rows into the case. `before`: rows of this table saved earlier, and their children.

    Raises Refused or NotAllowed only for what concerns the whole table; what concerns a row is told for it.
    """
    demand(walk.refuse_touch())
    demand(walk.refuse_running())
    result = Result()
    fresh = _not_sent_before(walk, arrivals, result)
    sources = _sources(walk, fresh, before)
    known = {s.source: s.child_id for s in walk.stays if s.source}
    again = [a for a in fresh if sources[a.no] in known]
    result.taken += [Taken(a.no, known[sources[a.no]], How.BEFORE) for a in again]
    fresh = [a for a in fresh if sources[a.no] not in known]
    result.matches = matches(walk, fresh)
    decided = [a for a in fresh if _decided(a, result)]
    _refuse_niks(walk, decided, result)
    decided = [a for a in decided if a.no not in result.refused]
    _refuse_siblings(decided, before | result.settled, result)
    decided = [a for a in decided if a.no not in result.refused]
    decided = _copied(walk, decided, before | result.settled)
    _Taking(walk, found_at, before | result.settled, sources, result).save(decided)
    return result


def _not_sent_before(walk: Walk, arrivals: Iterable[Arrival], result: Result) -> list[Arrival]:
    """Leaves out the rows that this very sending, or an earlier one of the page, has saved already."""
    arrivals = list(arrivals)
    sent = {s.key: s for s in Submission.objects.filter(key__in=[a.key for a in arrivals])}
    if any(s.user_id != walk.by.user.pk for s in sent.values()):
        raise NotAllowed("Formulir ini dikirim oleh pengguna lain. Buka formulirnya kembali.")
    inside = {case_url(walk.case, "child", child=s.child_id): s.child_id for s in walk.stays}
    for arrival in arrivals:
        if arrival.key in sent:
            child = inside.get(sent[arrival.key].location)
            result.taken.append(Taken(arrival.no, child, How.BEFORE))
    return [a for a in arrivals if a.key not in sent]


def _sources(walk: Walk, arrivals: Sequence[Arrival], before: Mapping[int, int | None]) -> dict[int, str]:
    """Row → its mark in the case. Two nameless boys with the same few words are two: the second of equal
    rows in one table has a mark of its own, and the same one when the list is sent again."""
    mine = {s.source for s in walk.stays if s.source and s.child_id in before.values()}
    seen: Counter[str] = Counter()
    found = {}
    for arrival in arrivals:
        while True:
            source = hashlib.sha256(f"{arrival.mark}#{seen[arrival.mark]}".encode()).hexdigest()
            seen[arrival.mark] += 1
            if source not in mine:
                break
        found[arrival.no] = source
    return found


@dataclass(frozen=True)
class Known:
    """A child on file that a row may be. `seen`: the officer may open its record. `where`: the case that a
    meeting is told to, the running one if there is any."""

    child: Child
    seen: bool
    where: Case | None
    sure: bool
    """So likely that the officer must say: nothing contradicts."""


def matches(progress: Progress, arrivals: Sequence[Arrival]) -> dict[int, Match]:
    """Who each row may be, for the rows that may be somebody on file. Six queries, however many rows."""
    found = {}
    contact = cache(lambda: children.contact_of(progress.by))
    for arrival, known in zip(arrivals, _on_file(progress, arrivals), strict=True):
        options = [_option(progress, one, contact) for one in known]
        if options:
            found[arrival.no] = Match(tuple(options), asked=any(one.sure for one in known))
    return found


def _on_file(progress: Progress, arrivals: Sequence[Arrival]) -> list[list[Known]]:
    """Whom on file each row may be."""
    found = children.likely(progress.by, [_probe(a) for a in arrivals])
    on_file = {child.pk: child for rows in found for child in rows}
    record_of = children.groups(on_file.values())
    stays = CaseChild.objects.filter(child__in=record_of).select_related("case__sop").order_by("pk")
    cases: dict[int, list[CaseChild]] = {}
    for stay in stays:
        cases.setdefault(record_of[stay.child_id], []).append(stay)
    mine = Case.objects.visible_to(progress.by).filter(children__child__in=record_of)
    visible = set(mine.values_list("pk", flat=True)) if on_file else set()

    def known(arrival: Arrival, child: Child) -> Known:
        own = cases.get(child.pk, [])
        running = [s.case for s in own if s.left_on is None and s.case.running]
        seen = child.created_by_id == progress.by.user.pk or any(s.case_id in visible for s in own)
        where = running[0] if running else own[-1].case if own and not seen else None
        sexes = {child.sex, arrival.facts["sex"]} - {""}
        by_nik = bool(child.nik_index) and child.nik_index == nik.index(arrival.facts["nik"])
        return Known(child, seen, where, sure=by_nik or len(sexes) < 2)

    return [[known(a, child) for child in rows] for a, rows in zip(arrivals, found, strict=True)]


def _probe(arrival: Arrival) -> children.Probe:
    facts = arrival.facts
    return children.Probe(
        names=(facts["name"], *facts.get("aliases", ())),
        sex=facts["sex"],
        birth_from=facts.get("birth_from"),
        birth_until=facts.get("birth_until"),
        nik=facts["nik"],
    )


def _option(progress: Progress, known: Known, contact: Callable[[], str]) -> Option:
    """What the officer may say of a child on file: it is here already, met again elsewhere, or taken up."""
    child, where = known.child, known.where
    if not known.seen:
        told = "dicatat terjangkau kembali pada penanganannya" if where else "tidak dicatat dua kali"
        return Option(f"{MET}-{child.pk}", f"Anak yang pernah ditangani. Hubungi {contact()}.", told)
    age = wording.age(child.birth_from, child.birth_until, progress.by.day)
    about = ", ".join(filter(None, [child.get_sex_display() if child.sex else "", age, child.address]))
    if any(s.child_id == child.pk for s in progress.stays):
        return Option(f"{HERE}-{child.pk}", f"{child.called}, sudah ada dalam penanganan ini", about)
    if where is not None:
        label = f"Anak yang sama: {child.called}, sedang ditangani. Catat sebagai terjangkau kembali di sana"
        return Option(f"{MET}-{child.pk}", label, about)
    return Option(f"{SAME}-{child.pk}", f"Anak yang sama: {child.called}", about)


def _decided(arrival: Arrival, result: Result) -> bool:
    """Whether it is clear who the child is; else the row is told to choose."""
    match = result.matches.get(arrival.no, Match())
    allowed = {NEW, *(o.value for o in match.options)}
    if arrival.choice and arrival.choice not in allowed:
        result.refused[arrival.no] = ("choice", CHANGED)
    elif match.asked and not arrival.choice:
        result.refused[arrival.no] = ("choice", CHOOSE)
    elif arrival.photo and arrival.choice.startswith((f"{MET}-", f"{HERE}-")):
        result.refused[arrival.no] = ("photo", ELSEWHERE)
    return arrival.no not in result.refused


def _refuse_niks(walk: Walk, arrivals: Sequence[Arrival], result: Result) -> None:
    """A NIK belongs to one child, on file or in this table."""
    indexes = {a.no: nik.index(a.facts["nik"]) for a in arrivals if a.facts["nik"] and a.choice in ("", NEW)}
    if not indexes:
        return
    known = Child.objects.filter(agency=walk.agency, nik_index__in=indexes.values())
    on_file = set(known.values_list("nik_index", flat=True))
    seen: dict[str, int] = {}
    for no, index in indexes.items():
        if index in on_file:
            result.refused[no] = ("nik", children.TAKEN)
        elif index in seen:
            result.refused[no] = ("nik", f"NIK ini sama dengan NIK baris {seen[index]}.")
        seen.setdefault(index, no)


def _refuse_siblings(arrivals: Sequence[Arrival], saved: Mapping[int, int | None], result: Result) -> None:
    """A row waits for the one it copies from, and that one for the next."""
    going = {a.no for a in arrivals}
    while True:
        waiting = [a for a in arrivals if a.no in going and a.sibling and a.sibling not in going | set(saved)]
        if not waiting:
            return
        for arrival in waiting:
            going.discard(arrival.no)
            result.refused[arrival.no] = (
                "sibling",
                f"baris {arrival.sibling} belum tersimpan atau tidak ada. Baris ini menunggu baris itu.",
            )


def _copied(walk: Walk, arrivals: Sequence[Arrival], saved: Mapping[int, int | None]) -> list[Arrival]:
    """Rows with what they leave out and their sibling's row has: address and responsible adults."""
    rows = {a.no: a for a in arrivals}
    wanted = {saved[a.sibling] for a in arrivals if a.sibling and a.sibling not in rows and saved[a.sibling]}
    on_file = {c.pk: c for c in Child.objects.filter(pk__in=wanted)} if wanted else {}
    theirs: dict[int, list[Guardian]] = {}
    for relation in family.adults(wanted) if wanted else ():
        adult = relation.adult
        guardian = Guardian(adult.name, relation.kind, adult.phone, adult=adult)
        theirs.setdefault(relation.child_id, []).append(guardian)

    def home(no: int | None, passed: frozenset[int]) -> tuple[str, tuple[Guardian, ...]]:
        """Address and adults of a row, from its sibling's where it has none of its own."""
        if no is None or no in passed:
            return "", ()
        if (arrival := rows.get(no)) is None:
            child = on_file.get(saved.get(no) or 0)
            return (child.address, tuple(theirs.get(child.pk, ()))) if child else ("", ())
        address, guardians = home(arrival.sibling, passed | {no})
        return arrival.facts.get("address") or address, arrival.guardians or guardians

    found = []
    for arrival in arrivals:
        address, guardians = home(arrival.no, frozenset())
        facts = {**arrival.facts, "address": address}
        found.append(replace(arrival, facts=facts, guardians=guardians))
    return found


class _Taking:
    """The writing of rows that are decided, kind by kind of row in the database."""

    def __init__(
        self,
        walk: Walk,
        found_at: datetime,
        before: Mapping[int, int | None],
        sources: Mapping[int, str],
        result: Result,
    ):
        self.walk, self.by = walk, walk.by
        self.found_at, self.before, self.sources, self.result = found_at, before, sources, result
        self.child: dict[int, Child] = {}

    def save(self, arrivals: Sequence[Arrival]) -> None:
        here = [a for a in arrivals if a.choice.startswith(f"{HERE}-")]
        self.result.taken += [Taken(a.no, int(a.choice.split("-")[1]), How.HERE) for a in here]
        met = self._meet([a for a in arrivals if a.choice.startswith(f"{MET}-")])
        joining = self._known(arrivals) + self._new(arrivals)
        joining.sort(key=lambda a: a.no)
        if joining:
            self.walk.join_many(
                [self.child[a.no] for a in joining],
                {self.child[a.no].pk: self.sources[a.no] for a in joining},
            )
            self._relate(joining)
            self._place(joining)
            self._note(joining)
        self._keep_keys([*joining, *here, *met])

    # --- the children

    def _meet(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Children met again are told to the case they are, or were, in, whether the officer may open it or
        not (design rule 18): its readers find the note."""
        if not arrivals:
            return []
        found = dict(zip([a.no for a in arrivals], _on_file(self.walk, arrivals), strict=True))
        meetings, rows, met = [], dict[int, int](), []
        for arrival in arrivals:
            pk = int(arrival.choice.split("-")[1])
            if (first := rows.setdefault(pk, arrival.no)) != arrival.no:
                self.result.refused[arrival.no] = ("choice", TWICE.format(first))
                continue
            met.append(arrival)
            known = next(one for one in found[arrival.no] if one.child.pk == pk)
            self.result.taken.append(Taken(arrival.no, pk if known.seen else None, How.MET))
            if known.where is not None:
                words = " ".join(
                    filter(None, [arrival.where and f"Keberadaan: {arrival.where}.", arrival.note])
                )
                meetings.append((known.child, known.where, words))
        encounters.meet_many(self.by, self.walk.case, self.found_at, meetings)
        return met

    def _known(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Rows whose child is on file already, and in no running case."""
        wanted = {a.no: int(a.choice.split("-")[1]) for a in arrivals if a.choice.startswith(f"{SAME}-")}
        if not wanted:
            return []
        locked = Child.objects.select_for_update().filter(pk__in=wanted.values(), merged_into=None)
        found = {c.pk: c for c in locked.order_by("pk")}
        busy = set(
            CaseChild.objects.filter(
                child__in=found, left_on=None, case__state__in=self.walk.case.RUNNING
            ).values_list("child_id", flat=True)
        ) | {s.child_id for s in self.walk.stays}
        taken: list[Arrival] = []
        for arrival in arrivals:
            pk = wanted.get(arrival.no)
            if pk is None:
                continue
            if pk not in found or pk in busy:
                self.result.refused[arrival.no] = ("choice", CHANGED)
                continue
            busy.add(pk)
            self.child[arrival.no] = found[pk]
            self.result.taken.append(Taken(arrival.no, pk, How.SAME))
            taken.append(arrival)
        return taken

    def _new(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Rows that make a new record."""
        fresh = [a for a in arrivals if a.choice in ("", NEW)]
        try:
            with transaction.atomic():
                made = children.register_many(self.by, [dict(a.facts) for a in fresh])
            taken = list(zip(fresh, made, strict=True))
        except IntegrityError:  # one of them was written by somebody else at the same moment: row by row
            taken = []
            for arrival in fresh:
                try:
                    with transaction.atomic():
                        taken.append((arrival, children.register_many(self.by, [dict(arrival.facts)])[0]))
                except IntegrityError:
                    self.result.refused[arrival.no] = ("name", MEANWHILE)
        for arrival, child in taken:
            self.child[arrival.no] = child
            self.result.taken.append(Taken(arrival.no, child.pk, How.NEW))
        return [arrival for arrival, _ in taken]

    # --- around the children

    def _relate(self, arrivals: Sequence[Arrival]) -> None:
        """Adults, each once for all children of the table that share him; and siblings, each with each."""
        new: dict[tuple[str, str], Adult] = {}
        tellings = []
        for arrival in arrivals:
            for g in arrival.guardians:
                made = Adult(agency=self.walk.agency, name=g.name, phone=g.phone, note=g.note)
                adult = g.adult or new.setdefault(g.who, made)
                tellings.append(family.Telling(self.child[arrival.no].pk, g.kind, adult))
        child = {no: pk for no, pk in self.before.items() if pk} | {n: c.pk for n, c in self.child.items()}
        siblings = [(child[a.no], child[a.sibling]) for a in arrivals if a.sibling in child]
        family.tell(self.walk, tellings, siblings)

    def _place(self, arrivals: Sequence[Arrival]) -> None:
        placed = Whereabouts.objects.bulk_create(
            Whereabouts(
                case=self.walk.case,
                child=self.child[a.no],
                place=a.where,
                since=self.found_at,
                recorded_at=self.by.at,
                recorded_by=self.by.user,
            )
            for a in arrivals
            if a.where
        )
        for row in placed:
            self.walk.log("child.placed", child=row.child_id, whereabouts=row.pk)

    def _note(self, arrivals: Sequence[Arrival]) -> None:
        """What else was written of a child, and his photo, as a progress note of the round."""
        noted = [a for a in arrivals if a.note or a.photo]
        notes = ProgressNote.objects.bulk_create(
            ProgressNote(
                case=self.walk.case,
                child=self.child[a.no],
                happened_at=self.found_at,
                text=a.note or PHOTOGRAPHED,
                recorded_at=self.by.at,
                recorded_by=self.by.user,
                acting_title=self.walk.any_hat.title,
            )
            for a in noted
        )
        for arrival, note in zip(noted, notes, strict=True):
            self.walk.log("note.written", note=note.pk)
            if arrival.photo:
                self.walk.photo(arrival.photo, note)

    def _keep_keys(self, arrivals: Sequence[Arrival]) -> None:
        """Each row's key, so that a second sending finds the first."""
        Submission.objects.bulk_create(
            Submission(
                key=a.key,
                user=self.by.user,
                at=self.by.at,
                location=case_url(self.walk.case, "child", child=self.child[a.no].pk)
                if a.no in self.child
                else case_url(self.walk.case),
            )
            for a in arrivals
        )
