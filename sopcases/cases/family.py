"""A child's family: adults who may be shared by several children, siblings told once and read both ways.

What one act tells of many children (a table taken in) costs as many queries as what it tells of one. What was
told in error is removed with its reason, and kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from django.db.models import F, Q

from sopcases.cases import children, spelling
from sopcases.cases.models import Adult, Child, Relation
from sopcases.cases.progress import Progress
from sopcases.cases.walk import Walk
from sopcases.refusal import Conflict, Refused, demand

KNOWN = "Hubungan ini sudah tercatat."
GONE = "Hubungan ini bukan milik anak ini."
NO_KIND = "Pilih hubungan orang dewasa ini dengan anak."
NO_NAME = "Isi nama orang tua, wali, atau penanggung jawab."
STRANGE = "Data orang ini tidak dapat dipakai."
MOVED = "Data keluarga ini baru saja diubah oleh petugas lain."
SIBLING = "Saudara kandung tidak dibetulkan. Bila keliru, hapus hubungannya, lalu catat yang benar."
Kind = Relation.Kind
ADULTS = tuple(kind for kind in Kind if kind != Kind.SIBLING)
ONE_EACH = {Kind.MOTHER, Kind.FATHER}
"""A child has one of each: what siblings share never gives it a second."""
FACTS = ("name", "phone", "address", "note")


@dataclass(frozen=True)
class Telling:
    """An adult of a child's. One not saved yet is made, once for all children it is told of."""

    child_id: int
    kind: str
    adult: Adult


# --- adults


def relate_adult(
    walk: Walk, child: Child, kind: str, *, adult: Adult | None = None, **facts: str
) -> Relation:
    """An adult of the child's: one already on file, or a new one (`FACTS`). Raises Refused when it is told
    already."""
    _refuse(walk, child)
    kind = _kind(kind)
    if adult is None:
        adult = Adult(agency=walk.agency, **_facts(facts))
    elif adult.agency_id != walk.agency.pk:
        raise Refused("Data orang ini milik perangkat daerah lain.")
    made = tell(walk, [Telling(child.pk, kind, adult)])
    if not made:
        raise Refused(KNOWN)
    return made[0]


def tell(
    walk: Walk, tellings: Iterable[Telling] = (), siblings: Iterable[tuple[int, int]] = ()
) -> list[Relation]:
    """Write down adults and pairs of siblings of children of this case, as many queries for many as for one.
    What is told already is left out. Who is a sibling's sibling is one too, among the children of this case,
    but not where that was once removed as an error."""
    made = Relation.objects.bulk_create(
        [*_adults_to_tell(walk, tellings), *_siblings_to_tell(walk, siblings)]
    )
    for row in made:
        if row.kind == Kind.SIBLING:
            walk.log("family.sibling", child=row.child_id, other=row.other_id, relation=row.pk)
        else:
            walk.log("family.added", child=row.child_id, kind=row.kind, relation=row.pk)
    _reread(walk)
    return made


def _adults_to_tell(walk: Walk, tellings: Iterable[Telling]) -> list[Relation]:
    tellings = list(tellings)
    new = list({id(t.adult): t.adult for t in tellings if t.adult.pk is None}.values())
    known = {t.adult.pk for t in tellings if t.adult.pk is not None}
    if new:
        Adult.objects.bulk_create(new)
    told: set[tuple[int, int | None, str]] = set()
    if known:
        rows = Relation.objects.filter(adult__in=known, child__in={t.child_id for t in tellings})
        told = set(rows.values_list("child_id", "adult_id", "kind"))
    wanted = dict.fromkeys((t.child_id, t.adult.pk, t.kind) for t in tellings)
    return [
        Relation(child_id=child, adult_id=adult, kind=kind)
        for child, adult, kind in wanted
        if (child, adult, kind) not in told
    ]


def _siblings_to_tell(walk: Walk, pairs: Iterable[tuple[int, int]]) -> list[Relation]:
    said = {_pair(*pair) for pair in pairs}
    if not said:
        return []
    inside = {s.child_id for s in walk.stays} | {pk for pair in said for pk in pair}
    told, removed = set(), set()
    for row in Relation.every.filter(kind=Kind.SIBLING, child__in=inside, other__in=inside):
        (told if row.removed_at is None else removed).add((row.child_id, row.other_id))
    implied = {
        _pair(*pair)
        for group in _groups(told | said)
        if any(set(pair) <= group for pair in said)
        for pair in combinations(group, 2)
    }
    return [
        Relation(child_id=one, other_id=other, kind=Kind.SIBLING)
        for one, other in sorted((implied - removed | said) - told)
    ]


def correct(walk: Walk, child: Child, relation_id: int, version: int, *, kind: str, **facts: str) -> Relation:
    """Mend what is written of an adult, for every child who has him, and how he stands to this one. The
    journal names the fields that changed, never what stands in them."""
    _refuse(walk, child)
    row = _own(child, relation_id)
    if row.adult_id is None:
        raise Refused(SIBLING)
    kind, facts = _kind(kind), _facts(facts)
    adult = Adult.objects.select_for_update().get(pk=row.adult_id)
    if adult.version != version:
        raise Conflict(MOVED)
    changed = [name for name in FACTS if getattr(adult, name) != facts[name]]
    if row.kind != kind:
        if Relation.objects.filter(child=child, adult=adult, kind=kind).exists():
            raise Refused(KNOWN)
        row.kind = kind
        row.save(update_fields=["kind"])
        changed.append("kind")
    if changed:
        for name in FACTS:
            setattr(adult, name, facts[name])
        adult.version += 1
        adult.save(update_fields=[*FACTS, "version"])
        walk.log("family.corrected", child=child.pk, kind=kind, relation=row.pk, fields=changed)
    _reread(walk)
    return row


# --- siblings


def relate_sibling(walk: Walk, child: Child, other: Child) -> Relation:
    """Two children are siblings. Told once, whichever of them it is told of."""
    _refuse(walk, child)
    if child.pk == other.pk:
        raise Refused("Anak tidak dapat menjadi saudara kandungnya sendiri.")
    if other.agency_id != walk.agency.pk:
        raise Refused("Data anak ini milik perangkat daerah lain.")
    pair = _pair(child.pk, other.pk)
    made = tell(walk, siblings=[pair])
    found = next((row for row in made if (row.child_id, row.other_id) == pair), None)
    if found is None:
        raise Refused(KNOWN)
    return found


def share_family(walk: Walk, child: Child) -> None:
    """What siblings of this case have in common: each gets the adults and the address that it lacks and
    another has. A mother or father told already is never joined by a second one."""
    _refuse(walk, child)
    inside = {s.child_id: s.child for s in walk.stays}
    group = sorted({child.pk, *(c.pk for c in siblings(child.pk))} & set(inside))
    own: dict[int, dict[tuple[int, str], Adult]] = {pk: {} for pk in group}
    for row in adults(group):
        own[row.child_id][row.adult_id, row.kind] = row.adult
    every = {key: adult for rows in own.values() for key, adult in rows.items()}
    given = []
    for pk in group:
        has = set(own[pk])
        for (adult_id, kind), adult in every.items():
            taken = kind in ONE_EACH and any(told == kind for _, told in has)
            if (adult_id, kind) not in has and not taken:
                has.add((adult_id, kind))
                given.append(Telling(pk, kind, adult))
    if given:
        tell(walk, given)
    _share_address(walk, [inside[pk] for pk in group])


def _share_address(walk: Walk, family: list[Child]) -> None:
    address = next((c.address for c in family if c.address), "")
    lacking = [c for c in family if address and not c.address]
    if not lacking:
        return
    rows = Child.objects.filter(pk__in=[c.pk for c in lacking], address="")
    rows.update(address=address, version=F("version") + 1)
    for one in lacking:
        one.address, one.version = address, one.version + 1
        walk.log("child.edited", child=one.pk, fields=["address"])


# --- told in error


def unrelate(walk: Walk, child: Child, relation_id: int, reason: str, version: int | None = None) -> Relation:
    """A relation was told in error. It is kept with its reason, and counts nowhere; the adult stays where
    other children have him. `version` is that of the adult as he was shown, None for a sibling."""
    _refuse(walk, child)
    row = _own(child, relation_id)
    if row.adult is not None and version is not None and row.adult.version != version:
        raise Conflict(MOVED)
    if not reason.strip():
        raise Refused("Sebutkan mengapa hubungan ini dihapus.")
    row.removed_at, row.removed_by, row.removed_reason = walk.by.at, walk.by.user, reason.strip()
    row.save(update_fields=["removed_at", "removed_by", "removed_reason"])
    walk.log("family.removed", child=child.pk, kind=row.kind, relation=row.pk)
    _reread(walk)
    return row


# --- reading


@dataclass(frozen=True)
class KnownAdult:
    """An adult on file, and whose he is: child and kind."""

    adult: Adult
    of: tuple[tuple[Child, str], ...]
    near: bool
    """Of a sibling."""


def known(progress: Progress, child: Child) -> list[KnownAdult]:
    """Adults the officer may take for this child: those of the other children in this case, and of its
    siblings whose records he may open. Those of siblings stand first; the child's own are left out."""
    told_kin, inside = siblings(child.pk), {s.child_id: s.child for s in progress.stays}
    seen = {hit.child.pk: hit.child for hit in children.hits(progress.by, told_kin) if hit.child}
    others = inside | seen
    kin = {one.pk for one in told_kin}
    told: dict[int, list[Relation]] = {}
    for row in adults({*others, child.pk}):
        told.setdefault(row.adult_id, []).append(row)
    found = [
        KnownAdult(
            rows[0].adult,
            tuple((others[r.child_id], r.kind) for r in rows),
            near=any(r.child_id in kin for r in rows),
        )
        for rows in told.values()
        if all(r.child_id != child.pk for r in rows)
    ]
    return sorted(found, key=lambda one: not one.near)


def alike(known: Iterable[KnownAdult], text: str) -> list[KnownAdult]:
    """Those whose name holds the words of a text, however spelt, or whose phone number is in it."""
    words, digits = set(spelling.words(text)), "".join(c for c in text if c.isdigit())
    found = []
    for one in known:
        own = spelling.words(one.adult.name)
        number = "".join(c for c in one.adult.phone if c.isdigit())
        named = words and all(any(w.startswith(asked) for w in own) for asked in words)
        if named or (len(digits) > 5 and digits == number):
            found.append(one)
    return found


def adults(children: Iterable[int]) -> list[Relation]:
    """The adults of these children, with their children's ids: one row per child and adult."""
    rows = Relation.objects.filter(child__in=list(children), adult__isnull=False).select_related("adult")
    return list(rows.order_by("adult__name", "adult_id", "id"))


def siblings(child: int) -> list[Child]:
    """The other children told as siblings of this one, both ways."""
    told = Relation.objects.filter(kind=Kind.SIBLING).filter(Q(child=child) | Q(other=child))
    ids = {pk for pair in told.values_list("child_id", "other_id") for pk in pair} - {child}
    return list(Child.objects.filter(pk__in=ids).order_by("pk"))


def shared(adult: Adult) -> list[Child]:
    """Every child of an adult's: one statement of his may be signed for all of them."""
    told = Relation.objects.filter(adult=adult).values("child")
    return list(Child.objects.filter(pk__in=told).order_by("pk"))


def _refuse(walk: Walk, child: Child) -> None:
    demand(walk.refuse_touch())
    walk.demand_in_case(child.pk)


def _own(child: Child, relation_id: int) -> Relation:
    """A relation that stands, of this child, under lock."""
    mine = Relation.objects.filter(Q(child=child) | Q(other=child), pk=relation_id)
    row = mine.select_for_update(of=("self",)).select_related("adult").first()
    if row is None:
        raise Refused(GONE)
    return row


def _kind(kind: str) -> str:
    if kind not in ADULTS:
        raise Refused(NO_KIND)
    return kind


def _facts(facts: dict[str, str]) -> dict[str, str]:
    found = {name: facts.get(name, "").strip() for name in FACTS}
    if not found["name"]:
        raise Refused(NO_NAME)
    return found


def _pair(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)


def _groups(pairs: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Children who hang together by these pairs."""
    group: dict[int, set[int]] = {}
    for one, other in pairs:
        joined = group.get(one, {one}) | group.get(other, {other})
        for pk in joined:
            group[pk] = joined
    return list({id(found): found for found in group.values()}.values())


def _reread(walk: Walk) -> None:
    """Who answers for whom changed: what this walk reads of it is read anew."""
    walk.shelf.__dict__.pop("adults", None)
