"""Aid for the children of a case: planned for many at once, handed out in one sitting or at home, summed up.

The verbs work on a `Walk`, under the lock of its case; what they refuse leaves nothing behind.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from num2words import num2words

from sopcases.cases.filing import file_document
from sopcases.cases.models import Aid, CaseChild, Paper
from sopcases.cases.progress import Progress, Spot
from sopcases.cases.uploads import Accepted
from sopcases.cases.walk import Walk
from sopcases.people import authority
from sopcases.people.models import User
from sopcases.refusal import Conflict, Refused, demand
from sopcases.sops.flow import PlanStep
from sopcases.sops.models import PaperKind

NO_STEP = "SOP ini tidak menyalurkan bantuan per anak."
VOIDED = "Bantuan ini sudah dibatalkan."
GIVEN = "Bantuan ini sudah diserahkan."
CHANGED = "Bantuan ini baru saja diubah oleh petugas lain. Periksa isinya, lalu kirim lagi."


@dataclass(frozen=True)
class Package:
    """What a child gets. `value` in whole rupiah, for the whole amount."""

    kind: str
    amount: Decimal
    unit: str
    value: int
    source: str


@dataclass(frozen=True)
class Gift:
    """A planned aid that somebody received: who, in what relation to the child, and how he signed for it."""

    aid_id: int
    received_by: str
    relation: str
    receipt: str
    photo: Accepted | None = None


# --- reading


def step_of(progress: Progress) -> PlanStep | None:
    """The step in which the SOP hands out aid."""
    return next((s for s in progress.plan.steps if s.aid and s.applies(progress.case.route)), None)


def refuse(progress: Progress) -> str | None:
    """Why the officer may not plan or hand out aid now, or None."""
    step = step_of(progress)
    return NO_STEP if step is None else progress.refuse_act(step.key)


def rows(progress: Progress) -> list[Aid]:
    """The aid of the case that counts, by child and in the order it was planned."""
    found = Aid.objects.filter(case=progress.case, voided_at=None).select_related("photo")
    places = {s.child_id: place for place, s in enumerate(progress.stays)}
    return sorted(found, key=lambda a: (places.get(a.child_id, len(places)), a.pk))


def entitled(progress: Progress) -> list[CaseChild]:
    """Children who may be given aid: still in the case, and found layak where the SOP asks."""
    judges = any(s.verdict for s in progress.plan.steps)
    return [
        s
        for s in progress.stays
        if s.left_on is None and (not judges or s.verdict == CaseChild.Verdict.ELIGIBLE)
    ]


def waiting(progress: Progress, given: Sequence[Aid]) -> list[CaseChild]:
    """Children entitled who have not received all that was planned for them, or nothing yet."""
    open_ = {a.child_id for a in given if a.given_at is None}
    served = {a.child_id for a in given if a.given_at is not None}
    return [s for s in entitled(progress) if s.child_id in open_ or s.child_id not in served]


@dataclass(frozen=True)
class Totals:
    """How many children, and how much in rupiah."""

    children: int
    value: int

    @property
    def rupiah(self) -> str:
        return rupiah(self.value)

    @property
    def in_words(self) -> str:
        return f"{num2words(self.value, lang='id')} rupiah"


def totals(found: Iterable[Aid]) -> Totals:
    found = list(found)
    return Totals(len({a.child_id for a in found}), sum(a.value for a in found))


def rupiah(value: int) -> str:
    """Rp1.250.000"""
    return f"Rp{value:,}".replace(",", ".")


def amount(aid: Aid) -> str:
    """ "2 paket", "7,5 kg"."""
    plain = f"{aid.amount.normalize():f}".replace(".", ",")
    return f"{plain} {aid.unit}"


# --- the verbs


def plan(walk: Walk, children: Iterable[int], package: Package) -> list[Aid]:
    """The same package for each of these children."""
    step = _step(walk)
    package = _checked(package)
    chosen = sorted(set(children))
    if not chosen:
        raise Refused("Pilih paling sedikit satu anak.")
    able = {s.child_id for s in entitled(walk)}
    names = {s.child_id: s.child.initials for s in walk.stays}
    walk.demand_in_case(*chosen)
    for child in chosen:
        if child not in able:
            raise Refused(f"{names[child]} sudah keluar dari penanganan, atau belum dinyatakan layak.")
    live = {a.child_id: a.pk for a in walk.live() if a.step_id == step.id}
    made = Aid.objects.bulk_create(
        Aid(
            case=walk.case,
            child_id=child,
            attempt_id=live.get(child),
            recorded_at=walk.by.at,
            recorded_by=walk.by.user,
            acting_title=walk.acting_hat(step).title,
            **vars(package),
        )
        for child in chosen
    )
    walk.log("aid.planned", walk.acting_hat(step).title, step=step.key, children=len(chosen))
    return made


def change(walk: Walk, aid_id: int, version: int, package: Package) -> Aid:
    """Adjust what one child gets, before it is handed out."""
    _step(walk)
    row = _open(walk, [aid_id])[aid_id]
    if row.version != version:
        raise Conflict(CHANGED)
    for name, value in vars(_checked(package)).items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    walk.log("aid.changed", child=row.child_id, aid=row.pk)
    return row


def give(walk: Walk, gifts: Iterable[Gift], at: datetime, *, at_home: bool = False) -> list[Aid]:
    """Handed out to these, in one sitting or at home: each with who received it and how he signed."""
    step = _step(walk)
    gifts = list(gifts)
    if not gifts:
        raise Refused("Tandai paling sedikit satu penerima.")
    if at > walk.by.at:
        raise Refused("Waktu penyerahan tidak boleh di masa depan.")
    if at < walk.case.event_at:
        raise Refused("Waktu penyerahan mendahului kejadian yang membuka penanganan ini.")
    found = _open(walk, [gift.aid_id for gift in gifts])
    stays = {s.child_id: s for s in walk.stays}
    for gift in gifts:
        row = found[gift.aid_id]
        _check_receipt(gift)
        left = stays[row.child_id].left_on
        if left is not None and authority.local_day(walk.agency, at) > left:
            raise Refused("Anak ini sudah keluar dari penanganan pada waktu itu.")
        row.given_at, row.at_home = at, at_home
        row.received_by, row.relation = gift.received_by.strip(), gift.relation.strip()
        row.receipt = gift.receipt
        row.given_recorded_at, row.given_recorded_by = walk.by.at, walk.by.user
        row.given_title = walk.acting_hat(step).title
        if gift.photo is not None:
            row.photo = walk.photo(gift.photo, caption="Penyerahan bantuan")
        row.version += 1
    Aid.objects.bulk_update(
        found.values(),
        "given_at at_home received_by relation receipt photo given_recorded_at given_recorded_by "
        "given_title version".split(),
    )
    walk.log("aid.delivered" if at_home else "aid.given", walk.acting_hat(step).title, children=len(found))
    return list(found.values())


def void(walk: Walk, aid_id: int, reason: str, *, again: bool = False) -> Aid | None:
    """Recorded in error, it counts no more and stays with its reason. `again`: it is still planned, as a new
    row without receipt, which is answered."""
    step = _step(walk)
    row = Aid.objects.select_for_update().filter(case=walk.case, pk=aid_id).first()
    if row is None:
        raise Refused("Bantuan ini tidak ada dalam penanganan ini.")
    if row.voided_at is not None:
        raise Refused(VOIDED)
    if not reason.strip():
        raise Refused("Sebutkan mengapa bantuan ini dibatalkan.")
    row.voided_at, row.voided_by, row.void_reason = walk.by.at, walk.by.user, reason.strip()
    row.version += 1
    row.save()
    walk.log("aid.voided", walk.acting_hat(step).title, child=row.child_id, aid=row.pk)
    if not again:
        return None
    package = Package(row.kind, row.amount, row.unit, row.value, row.source)
    return plan(walk, [row.child_id], package)[0]


def report(
    walk: Walk,
    accepted: Accepted,
    children: Iterable[int],
    *,
    acted_by: Iterable[User] = (),
    **facts,
) -> Paper:
    """The signed receipts as the output of the step, one paper for all these children; each is through the
    step, at the moment he received. Refuses a child who has received nothing."""
    step = _step(walk)
    kind, output = report_output(walk)
    chosen = sorted(set(children))
    if not chosen:
        raise Refused("Pilih paling sedikit satu anak.")
    given = {a.child_id: a.given_at for a in rows(walk) if a.given_at is not None}
    if any(child not in given for child in chosen):
        raise Refused("Ada anak yang belum menerima bantuan.")
    with walk.at_once():
        paper = file_document(walk, kind, accepted, output=output, children=chosen, **facts)
        acted_by = list(acted_by)
        for child in chosen:
            attempt = walk.current(Spot(step.key, child))
            if child in walk.active_children and (attempt is None or attempt.live):
                walk.finish(step.key, child, acted_at=given[child], acted_by=acted_by)
    return paper


def report_output(progress: Progress) -> tuple[PaperKind, int]:
    """The kind and output by which the step tells that aid was handed out. Raises Refused."""
    step = step_of(progress)
    for item in step.outputs if step else ():
        if item.source is None and item.applies(progress.case.route):
            return progress.kinds[item.kind], item.id
    raise Refused("SOP tidak menyebut laporan penyaluran bantuan.")


def unreported(progress: Progress, given: Sequence[Aid]) -> list[CaseChild]:
    """Children who received all that was planned, whose step still waits for the signed receipts."""
    step = step_of(progress)
    open_ = {a.child_id for a in given if a.given_at is None}
    served = {a.child_id for a in given if a.given_at is not None} - open_
    found = []
    for stay in progress.stays:
        attempt = progress.current(Spot(step.key, stay.child_id)) if step else None
        if stay.left_on is None and stay.child_id in served and (attempt is None or attempt.live):
            found.append(stay)
    return found


def _step(walk: Walk) -> PlanStep:
    demand(refuse(walk))
    return step_of(walk)


def _open(walk: Walk, ids: list[int]) -> dict[int, Aid]:
    """Planned aid of this case, locked. Raises Refused for one that is voided, handed out or elsewhere."""
    found = Aid.objects.select_for_update().in_bulk(ids)
    for pk in ids:
        row = found.get(pk)
        if row is None or row.case_id != walk.case.pk:
            raise Refused("Bantuan ini tidak ada dalam penanganan ini.")
        if row.voided_at is not None:
            raise Refused(VOIDED)
        if row.given_at is not None:
            raise Refused(GIVEN)
    return found


def _checked(package: Package) -> Package:
    package = replace(
        package, kind=package.kind.strip(), unit=package.unit.strip(), source=package.source.strip()
    )
    if not (package.kind and package.unit and package.source):
        raise Refused("Jenis, satuan, dan sumber bantuan harus diisi.")
    if package.amount <= 0:
        raise Refused("Jumlah bantuan harus lebih dari nol.")
    if package.value < 0:
        raise Refused("Nilai bantuan tidak boleh kurang dari nol.")
    return package


def _check_receipt(gift: Gift) -> None:
    if not gift.received_by.strip():
        raise Refused("Sebutkan siapa yang menerima bantuan.")
    if gift.receipt not in (Aid.Receipt.SIGNED, Aid.Receipt.THUMB):
        raise Refused("Pilih tanda tangan atau cap jempol.")
