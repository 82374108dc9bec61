"""The child at the centre: all that is known of a child, from every record and every case of it that the
officer may read. Of the other cases he learns that there are some, and whom to ask (design rule 18).

A section is a function that reads its rows in a constant number of queries; `PAGE` lists them in order.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.urls import reverse

from sopcases.cases import aid, children, custody, merging, nik, wording
from sopcases.cases.addresses import case_url, paper_url, photo_link
from sopcases.cases.models import (
    Aid,
    Assessment,
    Attendance,
    Case,
    CaseChild,
    Child,
    Encounter,
    Filing,
    Goal,
    Interval,
    Merge,
    Photo,
    ProgressNote,
    Relation,
    Visit,
    Whereabouts,
)
from sopcases.cases.page.chips import CASE_TONES, Chip, child_chip, goal_chip, paper_chip
from sopcases.cases.progress import Progress
from sopcases.cases.shelf import Shelf
from sopcases.people.authority import Officer

LATEST = 20
"""Rows shown of what goes on growing; the pages of the cases show all."""


@dataclass(frozen=True)
class Row:
    """One thing told: what, in which state, the particulars, and where it is read."""

    title: str
    facts: tuple[str, ...] = ()
    chip: Chip | None = None
    url: str = ""


@dataclass(frozen=True)
class Section:
    """Rows under a heading; `none` stands where there are no rows."""

    title: str
    rows: tuple[Row, ...]
    none: str = "Belum dicatat."


@dataclass(frozen=True)
class PersonPage:
    """The page of a child (templates/cases/person.html)."""

    called: str
    initials: str
    about: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


class Person:
    """A child by all its records, as far as an officer may read of it. `asked` is the id it was asked by."""

    def __init__(self, by: Officer, asked: int, root: Child, records: Iterable[Child], every: Iterable[Case]):
        self.by, self.asked, self.root = by, asked, root
        records = sorted(records, key=lambda child: (child.pk != root.pk, child.pk))
        self.records = {child.pk: child for child in records}
        """Each record by its id, the one that the child goes by first."""
        every = list(every)
        visible = set(
            Case.objects.visible_to(by).filter(pk__in=[c.pk for c in every]).values_list("pk", flat=True)
        )
        self.cases = {case.pk: case for case in every if case.pk in visible}
        self.elsewhere = len(every) - len(self.cases)
        self.merge: Merge | None = None
        """What was declared of two of its records, where the address names it."""

    @property
    def readable(self) -> bool:
        """A case of one of the records is his to read, or he made one of them."""
        return bool(self.cases) or any(c.created_by_id == self.by.user.pk for c in self.records.values())

    @property
    def about(self) -> str:
        """ "Perempuan, sekitar 3 bulan", each from the first record that knows."""
        records = self.records.values()
        sex = next((child.get_sex_display() for child in records if child.sex), "")
        born = next((child for child in records if child.birth_from), self.root)
        return ", ".join(filter(None, [sex, wording.age(born.birth_from, born.birth_until, self.by.day)]))

    def of(self, model, **more):
        """Rows about the child in the cases that may be read."""
        return model.objects.filter(child__in=self.records, case__in=self.cases, **more)

    @cached_property
    def stays(self) -> list[CaseChild]:
        rows = self.of(CaseChild).select_related("outcome", "case__sop")
        return list(rows.order_by("-case__opened_at", "-id"))

    @cached_property
    def in_hand(self) -> dict[int, Case]:
        """Record → a case of it in which the officer takes part; running ones first."""
        shelf = Shelf(self.cases.values())
        free = {
            pk: case
            for pk, case in self.cases.items()
            if Progress(case, self.by, shelf).refuse_touch() is None
        }
        found: dict[int, Case] = {}
        for stay in sorted(self.stays, key=lambda s: not s.case.running):
            if stay.case_id in free:
                found.setdefault(stay.child_id, free[stay.case_id])
        return found

    @cached_property
    def may_declare(self) -> bool:
        """He takes part in a case of the record that stands for the child, or it is his and in no case."""
        return self.root.pk in self.in_hand or self.root.pk in self.loose

    @cached_property
    def loose(self) -> set[int]:
        """Records that he made and that are in no case."""
        return merging.loose(self.by, self.records)

    def may_part(self, merge: Merge) -> bool:
        """He takes part in a case of either record, or both are his and in no case."""
        pair = {merge.child_id, merge.into_id}
        return not pair.isdisjoint(self.in_hand) or pair <= self.loose

    def contradicts(self, other: "Person") -> bool:
        """Both have a NIK, and none is the same."""
        mine, theirs = ({c.nik_index for c in one.records.values()} - {""} for one in (self, other))
        return bool(mine and theirs) and not mine & theirs


def find(by: Officer, child: int) -> Person | None:
    """The child that this record is of, if the officer may read of it."""
    if not by.may_act:
        return None
    top = children.roots([child])[child]
    records = list(
        Child.objects.filter(pk__in=children.records(top), agency=by.agency).select_related(
            "created_by", "category"
        )
    )
    root = next((row for row in records if row.pk == top), None)
    if root is None:
        return None
    every = Case.objects.filter(pk__in=CaseChild.objects.filter(child__in=records).values("case"))
    person = Person(by, child, root, records, every.select_related("agency", "sop", "revision__sop"))
    return person if person.readable else None


def find_merge(by: Officer, child: int, merge: int) -> Person | None:
    """The child, and what stands declared of two of its records."""
    person = find(by, child)
    if person is None:
        return None
    person.merge = Merge.objects.filter(pk=merge, child__in=person.records, undone_at=None).first()
    return person if person.merge else None


def person_url(child_id: int, name: str = "person", **parts) -> str:
    """The address of a child's page, and of its acts."""
    return reverse(f"cases:{name}", kwargs={"child": child_id, **parts})


def page(person: Person) -> PersonPage:
    """The whole page; as many queries for many rows as for one."""
    return PersonPage(
        called=person.root.called,
        initials=person.root.initials,
        about=person.about,
        facts=tuple(_told(person)),
        sections=tuple(section(person) for section in PAGE),
    )


def _told(person: Person) -> Iterator[tuple[str, str]]:
    """What the records say of the child: the one it goes by, and beside it what others say otherwise."""
    own, *others = (dict(facts(child)) for child in person.records.values())
    for label, value in own.items():
        more = ", ".join(dict.fromkeys(o[label] for o in others if o[label] not in ("", value)))
        yield label, f"{value} (data lain: {more})" if value and more else value or more


def facts(child: Child) -> Iterator[tuple[str, str]]:
    """What a record says of the child, NIK masked."""
    born = ""
    if child.birth_from:
        born = wording.day(child.birth_from)
        if child.birth_from != child.birth_until:
            born = f"{born} – {wording.day(child.birth_until)}"
    yield "NIK", nik.masked(nik.open_(child.nik_encrypted))
    yield "Jenis kelamin", child.get_sex_display() if child.sex else ""
    yield "Tanggal lahir", born
    yield "Cara usia diketahui", child.birth_how
    yield "Tempat lahir", child.birth_place
    yield "Ciri fisik", child.marks
    yield "Kondisi kesehatan", child.health
    yield "Kedisabilitasan", child.disability
    yield "Agama", child.religion
    yield "Pendidikan", child.schooling
    yield "Alamat", child.address
    yield "Kategori PPKS", str(child.category or "")
    yield "Status DTSEN", child.dtsen


def _said(*parts: str) -> tuple[str, ...]:
    return tuple(part for part in parts if part)


def _in(case: Case) -> str:
    return f"{case.sop.noun} {case.number}"


def _names(person: Person) -> Section:
    """Every name the child goes by, and the record it stands in."""
    rows = []
    for child in person.records.values():
        written = f"dicatat {child.created_by}, {wording.moment(child.created_at)}"
        source = "data utama" if child.pk == person.root.pk else "data lain anak yang sama"
        number = nik.masked(nik.open_(child.nik_encrypted))
        told = _said(source, written, f"NIK {number}" if number else "")
        rows.append(Row(child.written, told))
        if child.name and child.temporary_name:
            rows.append(Row(child.temporary_name, ("nama sementara", *told)))
        rows += [Row(alias, ("nama lain", *told)) for alias in child.aliases]
    return Section("Nama", tuple(rows))


def _merges(person: Person) -> Section:
    """What was declared about the records, and the way back."""
    found = Merge.objects.filter(child__in=person.records, undone_at=None).select_related("by")
    rows = tuple(
        Row(
            f"{person.records[row.child_id].written} adalah {person.records[row.into_id].written}",
            _said(row.reason, f"dinyatakan {row.by}, {row.acting_title}".strip(" ,"), wording.moment(row.at)),
            url=person_url(person.root.pk, "person_part", merge=row.pk) if person.may_part(row) else "",
        )
        for row in found.order_by("-at", "-id")
    )
    return Section("Data yang dinyatakan sama", rows, "Tidak ada data lain yang dinyatakan sama.")


def _papers(person: Person) -> Section:
    found = person.of(Filing, paper__kind__identity=True, paper__voided_at=None)
    papers = {f.paper_id: f.paper for f in found.select_related("paper__kind").order_by("-paper_id")}
    kept = custody.latest(papers) if papers else {}
    rows = tuple(
        Row(
            paper.kind.name,
            _said(
                f"nomor {paper.number}" if paper.number else "",
                wording.day(paper.dated) if paper.dated else "",
                paper.issuer,
                "fotokopi" if paper.original is False and pk not in kept else "",
                custody.told(paper, kept.get(pk)),
            ),
            paper_chip(paper, paper.kind),
            paper_url(paper) if paper.file else "",
        )
        for pk, paper in papers.items()
    )
    return Section("Dokumen identitas", rows, "Belum ada dokumen identitas.")


def _family(person: Person) -> Section:
    """Adults with their phone; siblings both ways, and other children of the same adults. Of a child the
    officer may not see there is no more than that there is one."""
    ids = set(person.records)
    told = list(
        Relation.objects.filter(Q(child__in=ids) | Q(other__in=ids))
        .select_related("adult", "child", "other")
        .order_by("id")
    )
    adults = {row.adult_id for row in told if row.adult_id}
    rest = Relation.objects.filter(adult__in=adults).exclude(child__in=ids).select_related("child", "adult")
    rows, how, found = [], {}, {}
    for row in told:
        if row.adult_id:
            adult = row.adult
            rows.append(
                Row(adult.name, _said(row.get_kind_display(), adult.phone, adult.address, adult.note))
            )
        else:
            other = row.other if row.child_id in ids else row.child
            found[other.pk], how[other.pk] = other, row.get_kind_display()
    for row in rest.order_by("id"):
        found.setdefault(row.child_id, row.child)
        how.setdefault(row.child_id, f"{row.get_kind_display()} yang sama: {row.adult.name}")
    tops = children.roots(found)
    words = {}
    for pk, text in how.items():
        words.setdefault(tops[pk], text)
    hidden = 0
    for hit in children.hits(person.by, [child for pk, child in found.items() if tops[pk] not in ids]):
        if hit.child is None:
            hidden += 1
            contact = hit.contact
        else:
            rows.append(Row(hit.child.called, _said(words[hit.child.pk]), url=person_url(hit.child.pk)))
    if hidden:
        rows.append(Row(f"{hidden} anak lain dalam keluarga ini", (f"Hubungi {contact}.",)))
    return Section("Keluarga", tuple(rows))


def _places(person: Person) -> Section:
    found = person.of(Whereabouts).select_related("recorded_by", "case__sop").order_by("-since", "-id")
    rows = tuple(
        Row(
            place.place,
            _said(f"sejak {wording.moment(place.since)}", f"dicatat {place.recorded_by}", _in(place.case)),
            Chip("Sekarang", "active") if no == 0 else None,
        )
        for no, place in enumerate(found[:LATEST])
    )
    return Section("Keberadaan anak", rows)


def _cases(person: Person) -> Section:
    """His cases with where the child stands in each; others only that there are some."""
    rows = []
    twice = {s.case_id for s in person.stays if sum(o.case_id == s.case_id for o in person.stays) > 1}
    for stay in person.stays:
        case = stay.case
        left = f"{stay.outcome.name}, {wording.day(stay.left_on)}" if stay.left_on else ""
        both = f"tercatat di sini sebagai {person.records[stay.child_id].written}" if case.pk in twice else ""
        chip = (
            child_chip(stay, case) if case.running else Chip(case.get_state_display(), CASE_TONES[case.state])
        )
        rows.append(
            Row(
                _in(case),
                _said(left, stay.reason if left else "", both),
                chip,
                case_url(case, "child", child=stay.child_id),
            )
        )
    if person.elsewhere:
        rows.append(Row("Juga ditangani", (f"Hubungi {children.contact_of(person.by)}.",)))
    return Section("Penanganan", tuple(rows), "Belum dalam penanganan.")


def _attendance(person: Person) -> Section:
    found = person.of(Attendance).select_related("session", "case__sop")
    rows = tuple(
        Row(
            f"Masa mulai {wording.day(row.session.period)}",
            _said(
                wording.moment(row.session.held_at) if row.session.held_at else "",
                row.session.place,
                row.reason,
                _in(row.case),
            ),
            Chip(row.get_status_display(), "done" if row.status == Attendance.Status.PRESENT else "neutral"),
        )
        for row in found.order_by("-session__period", "-id")[:LATEST]
    )
    return Section("Kehadiran pada kegiatan", rows)


def _aid(person: Person) -> Section:
    found = person.of(Aid, voided_at=None).select_related("case__sop").order_by("-id")
    rows = tuple(
        Row(
            f"{row.kind}, {aid.amount(row)}",
            _said(
                aid.rupiah(row.value),
                row.source,
                f"diterima {row.received_by}, {wording.moment(row.given_at)}" if row.given_at else "",
                _in(row.case),
            ),
            Chip("Diserahkan", "done") if row.given_at else Chip("Direncanakan", "active"),
        )
        for row in found[:LATEST]
    )
    return Section("Bantuan", rows)


def _visits(person: Person) -> Section:
    found = Visit.objects.filter(attempt__child__in=person.records, attempt__case__in=person.cases)
    rows = tuple(
        Row(
            f"Kunjungan {wording.moment(row.visited_at)}",
            _said(f"bertemu {row.met}", row.condition, row.conclusion, f"dicatat {row.recorded_by}"),
        )
        for row in found.select_related("recorded_by").order_by("-visited_at", "-id")[:LATEST]
    )
    return Section("Kunjungan", rows)


def _assessments(person: Person) -> Section:
    found = person.of(Assessment).select_related("case__sop", "recorded_by")
    rows = tuple(
        Row(
            f"Asesmen {wording.moment(row.assessed_at)}",
            _said(row.needs, row.conclusion, f"dicatat {row.recorded_by}", _in(row.case)),
            url=case_url(row.case, "assessments", child=row.child_id),
        )
        for row in found.order_by("-assessed_at", "-id")[:LATEST]
    )
    return Section("Asesmen", rows)


def _goals(person: Person) -> Section:
    found = person.of(Goal).select_related("case__sop", "responsible").order_by("-case_id", "order", "id")
    rows = tuple(
        Row(
            row.goal,
            _said(
                row.action,
                f"penanggung jawab {row.responsible or row.responsible_text}",
                f"batas waktu {wording.day(row.due_on)}",
            ),
            goal_chip(row, person.by.day),
            case_url(row.case, "plan", child=row.child_id),
        )
        for row in found[:LATEST]
    )
    return Section("Rencana", rows)


def _referrals(person: Person) -> Section:
    """What was asked of others about this child, and how long it took them."""
    found = person.of(Interval, kind=Interval.Kind.WAITING).select_related("case__sop")
    rows = []
    for row in found.order_by("-since", "-id")[:LATEST]:
        days = ((row.until or person.by.at) - row.since).days
        answer = f"dijawab {wording.moment(row.until)}" if row.until else ""
        chip = Chip("Menunggu jawaban", "waiting")
        if row.until:
            chip = Chip({True: "Diterima", False: "Ditolak"}.get(row.accepted, "Dijawab"), "done")
        told = _said(
            row.request,
            f"diminta {wording.moment(row.since)}",
            answer,
            row.result,
            f"{days} hari",
            _in(row.case),
        )
        rows.append(Row(row.party, told, chip))
    return Section("Rujukan dan permintaan", tuple(rows))


def _encounters(person: Person) -> Section:
    found = person.of(Encounter).select_related("recorded_by", "case__sop").order_by("-at", "-id")
    rows = tuple(
        Row(
            f"Terjangkau {wording.moment(row.at)}",
            _said(row.place, row.note, f"dicatat {row.recorded_by}", _in(row.case)),
        )
        for row in found[:LATEST]
    )
    return Section("Terjangkau kembali", rows)


def _notes(person: Person) -> Section:
    found = person.of(ProgressNote).select_related("recorded_by", "case__sop").order_by("-happened_at", "-id")
    rows = tuple(
        Row(wording.moment(row.happened_at), _said(row.text, f"oleh {row.recorded_by}", _in(row.case)))
        for row in found[:LATEST]
    )
    return Section("Catatan perkembangan", rows)


def _photos(person: Person) -> Section:
    rows = []
    for no, photo in enumerate(person.of(Photo).select_related("case__sop").order_by("-id")[:LATEST], 1):
        url, label = photo_link(photo, no)
        rows.append(Row(label, (_in(photo.case),), url=url))
    return Section("Foto", tuple(rows))


PAGE: tuple[Callable[[Person], Section], ...] = (
    _names,
    _cases,
    _places,
    _family,
    _papers,
    _assessments,
    _goals,
    _attendance,
    _aid,
    _visits,
    _referrals,
    _encounters,
    _notes,
    _photos,
    _merges,
)
