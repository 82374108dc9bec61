"""A child's family: adults who may be shared by several children, siblings told once and read both ways."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from sopcases.cases.models import Adult, Child, Relation
from sopcases.cases.walk import Walk
from sopcases.refusal import NotAllowed, Refused

NOT_IN = "Anak ini tidak tercatat dalam penanganan ini."
KNOWN = "Hubungan ini sudah tercatat."
Kind = Relation.Kind


def relate_adult(
    walk: Walk,
    child: Child,
    kind: str,
    *,
    adult: Adult | None = None,
    name: str = "",
    phone: str = "",
    address: str = "",
    note: str = "",
) -> Relation:
    """An adult of the child's: one already on file, or a new one. Raises Refused when it is told already."""
    _refuse(walk, child)
    if kind == Kind.SIBLING or kind not in Kind.values:
        raise Refused("Pilih hubungan orang dewasa ini dengan anak.")
    if adult is None:
        if not name.strip():
            raise Refused("Isi nama orang tua, wali, atau penanggung jawab.")
        adult = Adult.objects.create(
            agency=walk.agency,
            name=name.strip(),
            phone=phone.strip(),
            address=address.strip(),
            note=note.strip(),
        )
    elif adult.agency_id != walk.agency.pk:
        raise Refused("Data orang ini milik perangkat daerah lain.")
    elif Relation.objects.filter(child=child, adult=adult, kind=kind).exists():
        raise Refused(KNOWN)
    found = Relation.objects.create(child=child, adult=adult, kind=kind)
    walk.log("family.added", child=child.pk, kind=kind, relation=found.pk)
    return found


def relate_sibling(walk: Walk, child: Child, other: Child) -> Relation:
    """Two children are siblings. Told once, whichever of them it is told of."""
    _refuse(walk, child)
    if child.pk == other.pk:
        raise Refused("Anak tidak dapat menjadi saudara kandungnya sendiri.")
    if other.agency_id != walk.agency.pk:
        raise Refused("Data anak ini milik perangkat daerah lain.")
    first, second = sorted((child, other), key=lambda c: c.pk)
    if Relation.objects.filter(child=first, other=second, kind=Kind.SIBLING).exists():
        raise Refused(KNOWN)
    found = Relation.objects.create(child=first, other=second, kind=Kind.SIBLING)
    walk.log("family.added", child=child.pk, kind=Kind.SIBLING, relation=found.pk)
    return found


def copy_family(walk: Walk, source: Child, child: Child) -> None:
    """What "saudara kandung dari …" copies: the sibling, its adults, and the address where none is known."""
    relate_sibling(walk, child, source)
    told = set(Relation.objects.filter(child=child, adult__isnull=False).values_list("adult_id", "kind"))
    adults = Relation.objects.filter(child=source, adult__isnull=False)
    Relation.objects.bulk_create(
        Relation(child=child, adult_id=row.adult_id, kind=row.kind)
        for row in adults
        if (row.adult_id, row.kind) not in told
    )
    if not child.address and source.address:
        child.address = source.address
        child.version += 1
        child.save(update_fields=["address", "version"])


@transaction.atomic
def unrelate(walk: Walk, child: Child, relation: Relation) -> None:
    """A relation was told in error. The adult stays where other children have him, or he signed a paper."""
    _refuse(walk, child)
    if child.pk not in (relation.child_id, relation.other_id):
        raise Refused("Hubungan ini bukan milik anak ini.")
    walk.log("family.removed", child=child.pk, kind=relation.kind, relation=relation.pk)
    adult = relation.adult
    relation.delete()
    if adult is not None and not adult.relations.exists() and not adult.papers.exists():
        adult.delete()


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
    return list(Child.objects.filter(relations__adult=adult).distinct().order_by("pk"))


def _refuse(walk: Walk, child: Child) -> None:
    if (sentence := walk.refuse_touch()) is not None:
        raise NotAllowed(sentence)
    if not any(stay.child_id == child.pk for stay in walk.stays):
        raise Refused(NOT_IN)
