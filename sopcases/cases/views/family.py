"""A child's family in a case: who belongs to the child, and the acts on it."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from sopcases.cases import children, family
from sopcases.cases.access import At, child_gate, find_child, log_read, may_touch
from sopcases.cases.addresses import case_url
from sopcases.cases.forms.acts import ReasonForm
from sopcases.cases.forms.family import AdultForm, KindForm, NewAdultForm, SiblingForm
from sopcases.cases.models import Adult, Child, Relation
from sopcases.cases.page.reading import Reading
from sopcases.cases.person import person_url
from sopcases.cases.views.acts import Act, page_of, plain
from sopcases.cases.views.posting import answer
from sopcases.cases.walk import Walk, walking
from sopcases.cases.wording import joined
from sopcases.people.access import gate
from sopcases.people.authority import Officer
from sopcases.refusal import Refused

SEARCH = "search"
FEW = 5
"""Adults offered before anything was asked, where no sibling has any."""
ALONE = "Tidak ada anak lain dalam penanganan ini yang dapat dicatat sebagai saudara kandungnya."


@dataclass(frozen=True)
class OfFamily(At):
    """A place in a child's family."""

    relation: Relation | None = None


def find_relation(officer: Officer, number: str, child: int, relation: int) -> OfFamily | None:
    """What stands told of the family of a child in a case that the officer may read."""
    at = find_child(officer, number, child)
    rows = Relation.objects.filter(Q(child=child) | Q(other=child), pk=relation)
    row = at and rows.select_related("adult", "child", "other").first()
    return OfFamily(at.progress, stay=at.stay, relation=row) if row else None


def find_adult(officer: Officer, number: str, child: int, relation: int) -> OfFamily | None:
    """The same, of an adult: siblings have nothing that could be mended."""
    at = find_relation(officer, number, child, relation)
    return at if at and at.relation.adult_id else None


relation_gate = gate("keluarga", find_relation)
adult_gate = gate("keluarga", find_adult)


def family_url(at: At, name: str = "family", **parts) -> str:
    """The address of a child's family, and of the acts on it."""
    return case_url(at.case, name, child=at.stay.child_id, **parts)


class _Family:
    """What stands told of a child's family, as far as the officer may see it."""

    def __init__(self, at: At):
        self.at, self.child = at, at.stay.child
        self.inside = {s.child_id: s.child for s in at.progress.stays}
        mine = Q(child=self.child) | Q(other=self.child)
        self.rows = list(
            Relation.objects.filter(mine).select_related("adult", "child", "other").order_by("id")
        )

    @cached_property
    def siblings(self) -> dict[int, Relation]:
        """Sibling → how it was told."""
        kin = [r for r in self.rows if r.adult_id is None]
        return {r.other_id if r.child_id == self.child.pk else r.child_id: r for r in kin}

    @property
    def free(self) -> list[Child]:
        """Children of the case who are not told as siblings yet."""
        known = {*self.siblings, self.child.pk}
        return [child for pk, child in self.inside.items() if pk not in known]

    def adult_rows(self, may: bool) -> list[dict]:
        """Adults with how they stand to the child, and for which other children of the case."""
        own = [row for row in self.rows if row.adult_id]
        told = Relation.objects.filter(adult__in=[r.adult_id for r in own], child__in=self.inside)
        shared: dict[int, set[int]] = {}
        for adult, child in told.values_list("adult_id", "child_id"):
            shared.setdefault(adult, set()).add(child)
        found = []
        for row in own:
            others = sorted(shared[row.adult_id] - {self.child.pk})
            facts = [row.adult.phone, row.adult.address, row.adult.note]
            if others:
                facts.append(f"juga bagi {joined([self.inside[pk].called for pk in others])}")
            found.append(
                {
                    "name": row.adult.name,
                    "kind": row.get_kind_display(),
                    "facts": [fact for fact in facts if fact],
                    "correct_url": family_url(self.at, "family_correct", relation=row.pk) if may else "",
                    "remove_url": family_url(self.at, "family_remove", relation=row.pk) if may else "",
                }
            )
        return found

    def sibling_rows(self, may: bool) -> tuple[list[dict], str]:
        """The siblings he may see; and of the others how many there are, and whom to ask."""
        kin = [r.other if r.child_id == self.child.pk else r.child for r in self.rows if r.adult_id is None]
        found, hidden, contact = [], 0, ""
        seen = {hit.child.pk: hit for hit in children.hits(self.at.progress.by, kin) if hit.child}
        for child in kin:
            here = child.pk in self.inside
            root = child.merged_into_id or child.pk
            if not here and root not in seen:
                hidden += 1
                continue
            found.append(
                {
                    "name": child.called,
                    "url": case_url(self.at.case, "child", child=child.pk) if here else person_url(child.pk),
                    "remove_url": family_url(self.at, "family_remove", relation=self.siblings[child.pk].pk)
                    if may
                    else "",
                }
            )
        if hidden:
            contact = f"{hidden} saudara kandung lain. Hubungi {children.contact_of(self.at.progress.by)}."
        return found, contact


@child_gate
@require_safe
def show(request: HttpRequest, at: At) -> HttpResponseBase:
    """Who belongs to the child."""
    log_read(request, "child.read", at, child=at.stay.child_id)
    found, may = _Family(at), at.progress.refuse_touch() is None
    siblings, hidden = found.sibling_rows(may)
    context = {
        "identity": Reading(at.progress).identity,
        "called": at.stay.child.called,
        "adults": found.adult_rows(may),
        "siblings": siblings,
        "hidden": hidden,
        "add_url": family_url(at, "family_add") if may else "",
        "sibling_url": family_url(at, "family_sibling") if may and found.free else "",
        "acts": [
            (case_url(at.case, "child", child=at.stay.child_id), "Data anak"),
            (person_url(at.stay.child_id), "Semua tentang anak ini"),
        ],
    }
    return render(request, "cases/family.html", context)


# --- an adult more


def _wanted(request: HttpRequest, known: list[family.KnownAdult]) -> Adult | None:
    """The adult whom the address names. Raises Refused for one who cannot be taken here."""
    text = request.GET.get("orang", "")
    if not text:
        return None
    found = next((one.adult for one in known if str(one.adult.pk) == text), None)
    if found is None:
        raise Refused(family.STRANGE)
    return found


def _known_rows(at: At, known: list[family.KnownAdult]) -> list[dict]:
    labels = dict(Relation.Kind.choices)
    return [
        {
            "name": one.adult.name,
            "facts": [
                *(f"{labels[kind]} {child.called}" for child, kind in one.of),
                *filter(None, [one.adult.phone, one.adult.address]),
            ],
            "url": f"{family_url(at, 'family_add')}?orang={one.adult.pk}",
        }
        for one in known
    ]


@child_gate(may=may_touch)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, at: At) -> HttpResponseBase:
    """An adult of the child's. One looks first among those known nearby; `orang` takes one of them."""
    log_read(request, "child.read", at, child=at.stay.child_id)
    known = family.known(at.progress, at.stay.child)
    wanted = _wanted(request, known)
    searched = request.method == "POST" and request.POST.get("action") == SEARCH
    sent = request.POST if request.method == "POST" and not searched else None
    text = request.POST.get("q", "").strip() if searched else ""
    if wanted is not None:
        form = KindForm(sent)
    else:
        form = NewAdultForm(sent, known=known, initial={"name": text, "address": at.stay.child.address})
    offered = [one for one in known if one.near] or known[:FEW]

    def act() -> str:
        with walking(at.case, request.officer) as walk:
            facts = {"kind": form.cleaned_data["kind"], "adult": wanted} if wanted else form.facts
            family.relate_adult(walk, at.stay.child, **facts)
        messages.success(request, "Keluarga anak tersimpan.")
        return family_url(at)

    def show_form(status: int) -> HttpResponseBase:
        found = family.alike(known, text) if text else getattr(form, "same", None) or offered
        context = {
            "identity": Reading(at.progress).identity,
            "called": at.stay.child.called,
            "form": form,
            "wanted": wanted,
            "searchable": bool(known),
            "query": text,
            "found": _known_rows(at, found),
            "back": family_url(at),
        }
        return render(request, "cases/family_add.html", context, status=status)

    if searched:
        return show_form(200)
    return answer(request, form, act, show_form, family_url(at))


# --- a sibling


def _sibling_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> SiblingForm:
    return SiblingForm(data, others=_Family(at).free, **kwargs)


def _relate_sibling(walk: Walk, at: At, form: SiblingForm) -> None:
    inside = {s.child_id: s.child for s in walk.stays}
    family.relate_sibling(walk, inside[at.stay.child_id], inside[form.cleaned_data["other"]])
    if form.cleaned_data["share"]:
        family.share_family(walk, inside[at.stay.child_id])


sibling = page_of(
    Act(
        name="sibling",
        title=lambda at: "Catat saudara kandung",
        text=lambda at: (
            f"Saudara kandung {at.stay.child.called} di antara anak dalam penanganan ini. Dicatat satu kali, "
            "berlaku bagi keduanya."
        ),
        submit="Catat saudara kandung",
        done="Saudara kandung tersimpan.",
        form=_sibling_form,
        do=_relate_sibling,
        url=family_url,
        why_not=lambda at: None if _Family(at).free else ALONE,
        shows_child=True,
    ),
    child_gate,
    may_touch,
)


# --- what was told in error


def _version(at: OfFamily) -> int | None:
    """That of the adult; the verb compares it under lock."""
    return at.relation.adult.version if at.relation.adult else None


def _of_all(at: OfFamily) -> str:
    """Whom else a correction touches, as far as they are in this case."""
    inside = {s.child_id: s.child.called for s in at.progress.stays}
    others = [c.pk for c in family.shared(at.relation.adult) if c.pk != at.stay.child_id]
    names = [inside[pk] for pk in others if pk in inside]
    if unseen := len(others) - len(names):
        names.append(f"{unseen} anak di luar penanganan ini")
    return f" Nama, telepon, alamat, dan keterangannya berlaku juga bagi {joined(names)}." if names else ""


def _correct_form(at: OfFamily, request: HttpRequest, data=None, files=None, **kwargs) -> AdultForm:
    adult = at.relation.adult
    initial = {name: getattr(adult, name, "") for name in family.FACTS} | {"kind": at.relation.kind}
    return AdultForm(data, initial=initial, **kwargs)


correct = page_of(
    Act(
        name="correct",
        title=lambda at: "Betulkan data keluarga",
        text=lambda at: f"Keluarga {at.stay.child.called}: membetulkan yang keliru ditulis.{_of_all(at)}",
        submit="Simpan pembetulan",
        done="Pembetulan tersimpan.",
        form=_correct_form,
        do=lambda walk, at, form: family.correct(
            walk, at.stay.child, at.relation.pk, form.cleaned_data["version"], **form.facts
        ),
        url=family_url,
        version=_version,
        shows_child=True,
    ),
    adult_gate,
    may_touch,
)


def _remove_text(at: OfFamily) -> str:
    row, called = at.relation, at.stay.child.called
    if row.adult is None:
        other = row.other if row.child_id == at.stay.child_id else row.child
        inside = {s.child_id: s.child.called for s in at.progress.stays}
        return f"{inside.get(other.pk, 'Anak lain')} tidak lagi tercatat sebagai saudara kandung {called}."
    kind = row.get_kind_display().lower()
    return (
        f"{row.adult.name} tidak lagi tercatat sebagai {kind} {called}. Pada anak lain ia tetap tercatat; "
        "dokumen yang sudah ditandatanganinya tetap tersimpan."
    )


remove = page_of(
    Act(
        name="remove",
        title=lambda at: "Hapus dari keluarga",
        text=_remove_text,
        submit="Hapus dari keluarga",
        done="Hubungan keluarga dihapus.",
        form=plain(ReasonForm),
        do=lambda walk, at, form: family.unrelate(
            walk,
            at.stay.child,
            at.relation.pk,
            form.cleaned_data["reason"],
            form.cleaned_data["version"],
        ),
        url=family_url,
        version=_version,
        danger=True,
        shows_child=True,
    ),
    relation_gate,
    may_touch,
)
