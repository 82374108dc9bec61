"""Where each page of a case is found."""

from collections.abc import Collection
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from sopcases.cases import wording
from sopcases.cases.models import Case, Paper, Photo
from sopcases.cases.progress import Spot
from sopcases.people.models import Draft
from sopcases.sops.models import PaperKind

NUMBER = r"[A-Za-z0-9-]{1,40}"
"""The number of a case as an address has it: nothing else reaches the database."""
LONGEST = Draft._meta.get_field("path").max_length
"""Characters of an address for which a draft is kept; servers take twice as many."""


def case_url(case: Case, name: str = "case", **parts) -> str:
    """The address of a page of a case."""
    return reverse(f"cases:{name}", kwargs={"number": case.number, **parts})


def step_url(case: Case, spot: Spot, name: str = "step") -> str:
    """The address of a step, and of its verbs."""
    return case_url(case, name, spot=spot)


def by_child_url(case: Case, key: str, ticked: Collection[int] = ()) -> str:
    """The address of a step per child, for several of them. More ticks than an address carries are all left
    out: with some of them the next act would pass over the others unseen."""
    found = reverse("cases:by_child", kwargs={"group": case.number, "step": key})
    asked = _asked(found, anak=list(ticked)) if ticked else found
    return asked if len(asked) <= LONGEST else found


def statements_url(case: Case, key: str, adult_id: int | None = None, output: int | None = None) -> str:
    """The address of what responsible adults sign at a step: of all of them, or of one; `output` says which
    where they sign more than one thing."""
    parts = {"group": case.number, "papers": key}
    if adult_id is None:
        found = reverse("cases:statements", kwargs=parts)
    else:
        found = reverse("cases:statement", kwargs={**parts, "adult": adult_id})
    return _asked(found, keluaran=output) if output else found


def draft_url(case: Case, kind: PaperKind, **about) -> str:
    """Where a paper of a kind is drafted, "" where none is; `about` as the address has it."""
    return _asked(f"{case_url(case)}surat/baru/", jenis=kind.pk, **about) if kind.layout else ""


def upload_url(case: Case, kind: int, **about) -> str:
    """Where a paper of a kind is filed; `about` as the address has it."""
    return _asked(case_url(case, "paper_new"), jenis=kind, **about)


def waive_url(case: Case, spot: Spot, kind: int, child_id: int | None) -> str:
    """Where a paper of a kind is left to follow at a step."""
    return _asked(step_url(case, spot, "waive"), jenis=kind, anak=child_id)


def _asked(url: str, **about) -> str:
    """An address with what is known of what is asked for there."""
    return f"{url}?{urlencode({name: value for name, value in about.items() if value}, doseq=True)}"


def adult_new_url(case: Case, child_id: int) -> str:
    """Where an adult of a child's is added."""
    return case_url(case, "family_add", child=child_id)


def child_papers_url(case: Case, key: str, child_id: int) -> str:
    """The address of what a step of the whole case asks of one child."""
    parts = {"group": case.number, "papers": key, "member": child_id}
    return reverse("cases:child_papers", kwargs=parts)


def occasion_url(slug: str, key: str, period: date, name: str = "occasion") -> str:
    """The address of a recurring session, for the children of all cases."""
    return reverse(f"cases:{name}", kwargs={"sop": slug, "key": key, "period": period})


def paper_url(paper: Paper) -> str:
    """Where a paper is read."""
    return reverse("cases:paper", kwargs={"paper": paper.pk})


def photo_link(photo: Photo, no: int) -> tuple[str, str]:
    """Address and label of a photo."""
    taken = f", diambil {wording.moment(photo.taken_at)}" if photo.taken_at else ""
    return reverse("cases:photo", kwargs={"photo": photo.pk}), f"{photo.caption or f'Foto {no}'}{taken}"
