"""A child's record: making it, finding it again, and mending it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q

from sopcases.cases import nik
from sopcases.cases.models import Case, CaseChild, Child
from sopcases.cases.walk import Walk
from sopcases.cases.wording import day, joined
from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.people.models import Position
from sopcases.refusal import Conflict, NotAllowed, Refused

HITS = 20
TAKEN = "NIK ini sudah tercatat pada anak lain. Cari anak itu dengan NIK-nya, lalu pakai datanya."


def register(by: Officer, **facts) -> Child:
    """A new child of the officer's agency; everything that identifies may be unknown. `nik` is plain here."""
    number = facts.pop("nik", "")
    child = Child(agency=by.agency, created_at=by.at, created_by=by.user, **facts)
    _set_nik(child, number)
    child.save()
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
    return Child.objects.bulk_create(new)


def edit(walk: Walk, child_id: int, version: int, **facts) -> Child:
    """Mend a child's record; an empty `nik` keeps the one it has. The journal names the fields that changed,
    never what stands in them."""
    if (sentence := walk.refuse_touch()) is not None:
        raise NotAllowed(sentence)
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
        walk.log("child.edited", child=child.pk, fields=changed)
    return child


def _set_nik(child: Child, number: str) -> None:
    index = nik.index(number)
    taken = Child.objects.filter(agency_id=child.agency_id, nik_index=index, merged_into=None)
    if index and taken.exclude(pk=child.pk).exists():
        raise Refused(TAKEN)
    child.nik_encrypted, child.nik_index = nik.seal(number), index


@dataclass(frozen=True)
class Hit:
    """A child found. One the officer may not see has no `child`, only where to ask."""

    child: Child | None
    cases: tuple[Case, ...] = ()
    contact: str = ""


def search(by: Officer, text: str) -> list[Hit]:
    """Children of the agency by name, temporary name, other name or NIK; the first twenty.

    Children of cases the officer may not read show only that they are known, and whom to ask (rule 18). The
    journal keeps that he searched, not for whom.
    """
    text = text.strip()
    found = list(_matching(by, text)[:HITS])
    stays = CaseChild.objects.filter(child__in=found).select_related("case__sop").order_by("-case_id")
    visible = set(
        Case.objects.visible_to(by).filter(children__child__in=found).values_list("pk", flat=True).distinct()
    )
    cases: dict[int, list[Case]] = {}
    for stay in stays:
        cases.setdefault(stay.child_id, []).append(stay.case)
    journal.write(by, "child.searched", by.user, hits=len(found))
    hits, hidden = [], []
    for child in found:
        mine = tuple(c for c in cases.get(child.pk, ()) if c.pk in visible)
        if mine or child.created_by_id == by.user.pk:
            hits.append(Hit(child, mine))
        else:
            hidden.append(child)
    if hidden:
        contact = contact_of(by)
        hits += [Hit(None, contact=contact) for _ in hidden]
    return hits


def _matching(by: Officer, text: str):
    known = Child.objects.filter(agency=by.agency, merged_into=None).order_by("name", "id")
    try:
        return known.filter(nik_index=nik.index(nik.clean(text)))
    except ValidationError:
        if len(text) < 3:
            raise Refused("Ketik paling sedikit tiga huruf nama, atau 16 angka NIK.") from None
    return known.filter(
        Q(name__icontains=text) | Q(temporary_name__icontains=text) | Q(aliases__icontains=text)
    )


def contact_of(by: Officer) -> str:
    """Whom to ask about a child whose file the officer may not open."""
    leads = Position.objects.filter(agency=by.agency, may_close=True, external=False).order_by("name")
    names = [position.name for position in leads]
    return f"{by.agency.short_name} ({' atau '.join(names)})" if names else by.agency.short_name


def pick(by: Officer, child_id: int) -> Child:
    """A known child to be used again. Raises Refused for one the officer may not see, and for one whose case
    is still running under whichever SOP: it is met again there, not opened twice."""
    child = Child.objects.filter(pk=child_id, agency=by.agency, merged_into=None).first()
    visible = Case.objects.visible_to(by).filter(children__child_id=child_id)
    if child is None or not (child.created_by_id == by.user.pk or visible.exists()):
        raise Refused("Data anak ini tidak dapat dipakai.")
    return child


def refuse_twice(by: Officer, child: Child) -> None:
    """A child in a running case is met again there, not opened twice. Its number is named only to those who
    may read it. Locks the child until the transaction ends, so that two reports at once open one case."""
    Child.objects.select_for_update().get(pk=child.pk)
    running = CaseChild.objects.filter(child=child, left_on=None, case__state__in=Case.RUNNING)
    cases = Case.objects.filter(pk__in=running.values("case"))
    if case := cases.filter(pk__in=Case.objects.visible_to(by).values("pk")).first():
        raise Refused(
            f"Anak ini sedang dalam penanganan {case.number}. Tambahkan catatan di sana; "
            "penanganan kedua tidak dibuka."
        )
    if cases.exists():
        raise Refused(f"Anak ini pernah ditangani. Hubungi {contact_of(by)}; penanganan kedua tidak dibuka.")


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
