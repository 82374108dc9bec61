"""A child's record: making it, finding it again, and mending it."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cryptography.fernet import Fernet, InvalidToken
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac

from sopcases.cases import lookup, nik, spelling
from sopcases.cases.models import Case, CaseChild, Child, ChildWord
from sopcases.cases.models.child import follow
from sopcases.cases.walk import Walk
from sopcases.cases.wording import day, joined
from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.people.models import Position
from sopcases.refusal import Conflict, Refused, demand

HITS = 20
LIKELY = 5
"""Children offered for one row."""
MOST = 2000
"""Words looked at for one table: where a name is as common as that, it tells nothing."""
TOLERANCE = timedelta(days=2 * 365)
"""Estimated ages err, and children make themselves older or younger."""
NAMES = {"name", "temporary_name", "aliases"}
DAY = 24 * 3600  # seconds
STALE = "Hasil pencarian ini sudah terlalu lama. Cari anaknya lagi."
TAKEN = "NIK ini sudah tercatat pada anak lain. Cari anak itu dengan NIK-nya, lalu pakai datanya."


def register(by: Officer, **facts) -> Child:
    """A new child of the officer's agency; everything that identifies may be unknown. `nik` is plain here."""
    number = facts.pop("nik", "")
    child = Child(agency=by.agency, created_at=by.at, created_by=by.user, **facts)
    _set_nik(child, number)
    child.save()
    _keep_words([child])
    return child


def register_many(by: Officer, rows: Iterable[dict]) -> list[Child]:
    """Several new children in one go, each as `register` takes it. A NIK on file already is the database's
    to refuse (IntegrityError): the caller asks first."""
    new = []
    for facts in rows:
        number = facts.pop("nik", "")
        child = Child(agency=by.agency, created_at=by.at, created_by=by.user, **facts)
        child.nik_encrypted, child.nik_index = nik.seal(number), nik.index(number)
        new.append(child)
    made = Child.objects.bulk_create(new)
    _keep_words(made)
    return made


def edit(walk: Walk, child_id: int, version: int, **facts) -> Child:
    """Mend a child's record; an empty `nik` keeps the one it has. The journal names the fields that changed,
    never what stands in them."""
    demand(walk.refuse_touch())
    child = Child.objects.select_for_update().get(pk=child_id)
    if child.version != version:
        raise Conflict("Data anak ini baru saja diubah oleh petugas lain.")
    number = facts.pop("nik", "")
    changed = [name for name, value in facts.items() if getattr(child, name) != value]
    for name in changed:
        setattr(child, name, facts[name])
    if number and nik.index(number) != child.nik_index:
        _set_nik(child, number)
        changed.append("nik")
    if changed:
        child.version += 1
        child.save()
        if NAMES & set(changed):
            ChildWord.objects.filter(child=child).delete()
            _keep_words([child])
        walk.log("child.edited", child=child.pk, fields=changed)
    return child


def words_of(child: Child) -> tuple[str, ...]:
    """The keys of all the names that a child goes by."""
    return spelling.words(child.name, child.temporary_name, *child.aliases)


def _keep_words(children: Iterable[Child]) -> None:
    """What a search goes by; written with the names, in one query."""
    ChildWord.objects.bulk_create(
        ChildWord(agency_id=child.agency_id, child=child, word=word)
        for child in children
        for word in words_of(child)
    )


def _set_nik(child: Child, number: str) -> None:
    index = nik.index(number)
    taken = Child.objects.filter(agency_id=child.agency_id, nik_index=index)
    if index and taken.exclude(pk=child.pk).exists():
        raise Refused(TAKEN)
    child.nik_encrypted, child.nik_index = nik.seal(number), index


@dataclass(frozen=True)
class Hit:
    """A child found. One the officer may not see has no `child` and no cases, only where to ask, and a
    `token` under which he may still say that he met it again."""

    child: Child | None
    cases: tuple[Case, ...] = ()
    contact: str = ""
    token: str = ""

    @property
    def running(self) -> Case | None:
        """The case in which the child is now in hand."""
        return next((case for case in self.cases if case.running), None)


@dataclass(frozen=True)
class Probe:
    """A child who may be on file already: names, the days it may be born between, NIK (plain)."""

    names: tuple[str, ...] = ()
    sex: str = ""
    birth_from: date | None = None
    birth_until: date | None = None
    nik: str = ""


def search(by: Officer, text: str) -> list[Hit]:
    """Children of the agency by the words of any of their names, however spelt, or by NIK; the first twenty.

    Each word of the text begins a word of the name. Children of cases the officer may not read show only
    that they are known, and whom to ask (rule 18). The journal keeps that he searched, not for whom.
    """
    text = text.strip()
    try:
        found = _by_nik(by, [nik.clean(text)])
    except ValidationError:
        found = _by_words(by, text)
    journal.write(by, "child.searched", by.user, hits=len(found))
    return hits(by, found)


def hits(by: Officer, found: Iterable[Child]) -> list[Hit]:
    """Children as this officer may see them, those he may see first; a merged one as what it became."""
    found = list({child.pk: child for child in _roots(found)}.values())[:HITS]
    known = _known(by, found)
    seen = [known[child.pk] for child in found]
    return [hit for hit in seen if hit.child] + [hit for hit in seen if not hit.child]


def _known(by: Officer, found: Iterable[Child]) -> dict[int, Hit]:
    """Child → hit, in a constant number of queries."""
    found = list(found)
    record_of = groups(found)
    stays = CaseChild.objects.filter(child__in=record_of).select_related("case__sop").order_by("-case_id")
    cases: dict[int, list[Case]] = {}
    for stay in stays:
        cases.setdefault(record_of[stay.child_id], []).append(stay.case)
    every = {case.pk for rows in cases.values() for case in rows}
    visible = set(Case.objects.visible_to(by).filter(pk__in=every).values_list("pk", flat=True))
    contact = ""
    known = {}
    for child in found:
        mine = tuple(c for c in cases.get(child.pk, ()) if c.pk in visible)
        if mine or child.created_by_id == by.user.pk:
            known[child.pk] = Hit(child, mine)
            continue
        contact = contact or contact_of(by)
        known[child.pk] = Hit(None, contact=contact, token=seal(by, child) if child.pk in cases else "")
    return known


def _roots(found: Iterable[Child]) -> list[Child]:
    """Each child, or the one it was declared to be."""
    rows = list(found)
    while gone := {c.merged_into_id for c in rows if c.merged_into_id}:
        kept = {c.pk: c for c in Child.objects.filter(pk__in=gone)}
        rows = [kept[c.merged_into_id] if c.merged_into_id else c for c in rows]
    return rows


def roots(child_ids: Iterable[int]) -> dict[int, int]:
    """Record → the record that stands for its child (itself, where it was declared to be no other).

    One query for each level of the tree, however many records; a tree is seldom deeper than one."""
    return follow({pk: pk for pk in child_ids})


def records(child_id: int) -> set[int]:
    """Every record of the child that this record is of. One query a level."""
    (root,) = roots([child_id]).values()
    found = fresh = {root}
    while fresh:
        fresh = set(Child.objects.filter(merged_into__in=fresh).values_list("pk", flat=True))
        found = found | fresh
    return found


def groups(found: Iterable[Child]) -> dict[int, int]:
    """Every record of these children → the child it belongs to. One query a level."""
    known = {child.pk: child.pk for child in found}
    fresh = set(known)
    while fresh:
        rows = Child.objects.filter(merged_into__in=fresh).values_list("pk", "merged_into")
        added = {pk: known[into] for pk, into in rows}
        known |= added
        fresh = set(added)
    return known


def _by_nik(by: Officer, numbers: Iterable[str]) -> list[Child]:
    indexes = [index for number in numbers if (index := nik.index(number))]
    return list(Child.objects.filter(agency=by.agency, nik_index__in=indexes)) if indexes else []


def _by_words(by: Officer, text: str) -> list[Child]:
    if len(text) < 3:
        raise Refused("Ketik paling sedikit tiga huruf nama, atau 16 angka NIK.")
    wanted = spelling.words(text)
    if not wanted:
        raise Refused("Ketik nama dengan huruf, atau 16 angka NIK.")
    begun = spelling.beginnings(text)
    rows = list(Child.objects.filter(pk__in=lookup.going_by(by.agency.pk, wanted, HITS, begun)))

    def closeness(child: Child) -> tuple:
        own = words_of(child)
        return -len(set(wanted) & set(own)), len(own), child.name, child.pk

    return sorted(rows, key=closeness)


def likely(by: Officer, probes: Sequence[Probe]) -> list[list[Child]]:
    """Whom on file each of these may be, the likeliest first: by NIK, or by names that are the same to the
    ear while sex and age do not contradict. A constant number of queries, however many are asked for.

    All words of the shorter name must be shared; a single word of several only where the age fits too.
    Also those the officer may not see: the caller shows of them no more than `hits` does.
    """
    asked = [spelling.words(*probe.names) for probe in probes]
    telling = {word for words in asked for word in (set(words) - spelling.COMMON or words)}
    candidates: dict[int, Child] = {}
    if telling:
        found = ChildWord.objects.filter(agency=by.agency, word__in=telling).order_by("-child")
        rows = Child.objects.filter(pk__in=found.values("child")[:MOST])
        candidates = {child.pk: child for child in rows}
    by_number = {child.nik_index: child for child in _by_nik(by, [p.nik for p in probes if p.nik])}
    candidates |= {child.pk: child for child in by_number.values()}
    words = {pk: set(words_of(child)) for pk, child in candidates.items()}
    roots = dict(zip(candidates, _roots(candidates.values()), strict=True))
    answers: list[list[Child]] = []
    for probe, own in zip(probes, asked, strict=True):
        same = by_number.get(nik.index(probe.nik)) if probe.nik else None
        scores = [(_likeness(probe, set(own), child, words[pk]), child) for pk, child in candidates.items()]
        ranked = sorted((-score, child.pk, child) for score, child in scores if score)
        rows = ([same] if same else []) + [child for *_, child in ranked if child != same]
        answers.append(list({roots[c.pk].pk: roots[c.pk] for c in rows[:LIKELY]}.values()))
    return answers


def _likeness(probe: Probe, asked: set[str], child: Child, own: set[str]) -> int:
    """How likely a child is the one asked for: 0 for not at all."""
    shared = asked & own
    if not shared or len(shared) < min(len(asked), len(own)):
        return 0
    if probe.sex and child.sex and probe.sex != child.sex and asked != own:
        return 0
    known = probe.birth_from is not None and child.birth_from is not None
    if known and not (
        probe.birth_from - TOLERANCE <= child.birth_until
        and child.birth_from <= probe.birth_until + TOLERANCE
    ):
        return 0
    if len(shared - spelling.COMMON) < 2 and not known and asked != own:
        return 0 if len(shared) < 2 else 1
    return len(shared) + known


def contact_of(by: Officer) -> str:
    leads = Position.objects.filter(agency=by.agency, may_close=True, external=False).order_by("name")
    names = [position.name for position in leads]
    return f"{by.agency.short_name} ({' atau '.join(names)})" if names else by.agency.short_name


def pick(by: Officer, child_id: int) -> Child:
    """A known child to be used again, as the record that stands for it. Raises Refused for one of whose
    records the officer may see none."""
    own = records(child_id)
    rows = {c.pk: c for c in Child.objects.filter(pk__in=own, agency=by.agency)}
    visible = Case.objects.visible_to(by).filter(children__child__in=own)
    if not rows or not (any(c.created_by_id == by.user.pk for c in rows.values()) or visible.exists()):
        raise Refused("Data anak ini tidak dapat dipakai.")
    return next(c for c in rows.values() if c.merged_into_id is None)


def refuse_twice(by: Officer, child: Child) -> None:
    """A child in a running case is met again there, not opened twice. Its number is named only to those who
    may read it. Locks the child until the transaction ends, so that two reports at once open one case."""
    Child.objects.select_for_update().get(pk=child.pk)
    running = CaseChild.objects.filter(child__in=groups([child]), left_on=None, case__state__in=Case.RUNNING)
    cases = Case.objects.filter(pk__in=running.values("case"))
    if case := cases.filter(pk__in=Case.objects.visible_to(by).values("pk")).first():
        raise Refused(
            f"Anak ini sedang dalam penanganan {case.number}. Catat sebagai terjangkau kembali di sana; "
            "penanganan kedua tidak dibuka."
        )
    if cases.exists():
        raise Refused(f"Anak ini pernah ditangani. Hubungi {contact_of(by)}; penanganan kedua tidak dibuka.")


def seal(by: Officer, child: Child) -> str:
    """A child the officer may not see, as something he can hand back: it tells nothing and lasts a day."""
    return _box().encrypt(f"{by.user.pk}:{child.pk}".encode()).decode()


def unseal(by: Officer, token: str) -> Child:
    """The child again. Raises Refused for a token that is forged, old, or another officer's."""
    try:
        user, child = _box().decrypt(token.encode(), ttl=DAY).decode().split(":")
    except (InvalidToken, ValueError):
        raise Refused(STALE) from None
    found = Child.objects.filter(pk=int(child), agency=by.agency).first()
    if int(user) != by.user.pk or found is None:
        raise Refused(STALE)
    return found


def _box() -> Fernet:
    key = salted_hmac("sopcases.cases.children", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def estimated_birth(on: date, years: int | None, months: int | None) -> tuple[date, date] | None:
    """The days between which a child was born who looked so old on a day; None when nothing was said."""
    if years is None and months is None:
        return None
    whole = (years or 0) * 12 + (months or 0)
    spread = 1 if months is not None else 12
    return _months_before(on, whole + spread, 1), _months_before(on, whole, 0)


def _months_before(on: date, months: int, plus: int) -> date:
    index = on.year * 12 + on.month - 1 - months
    year, month = index // 12, index % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
    return date.fromordinal(date(year, month, min(on.day, last)).toordinal() + plus)


def said_how(on: date, years: int | None, months: int | None, how: str) -> str:
    """How the age is known: "Diperkirakan 2 tahun 3 bulan pada 3 Maret 2026 (dari gigi)"."""
    amounts = [f"{n} {unit}" for n, unit in ((years, "tahun"), (months, "bulan")) if n is not None]
    return f"Diperkirakan {joined(amounts)} pada {day(on)}" + (f" ({how})" if how else "")
