"""A child's asesmen and rencana, and what is asked of outside parties: pages and acts."""

from dataclasses import dataclass

from django.db.models import Count
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sopcases.cases import care, wording
from sopcases.cases.access import At, case_gate, child_gate, find_child, log_read, may_touch
from sopcases.cases.addresses import case_url
from sopcases.cases.forms.acts import ReasonForm
from sopcases.cases.forms.care import (
    AchieveForm,
    AssessmentForm,
    DropForm,
    GoalForm,
    ProgressForm,
    ReferForm,
)
from sopcases.cases.forms.fields import now_to_the_minute
from sopcases.cases.models import Assessment, Goal, ProgressNote
from sopcases.cases.page.chips import goal_chip
from sopcases.cases.page.reading import Reading
from sopcases.cases.views.acts import Act, add_photos, captions_url, page_of, plain
from sopcases.cases.walk import Walk
from sopcases.people.access import gate
from sopcases.people.authority import Officer, local_day


@dataclass(frozen=True)
class OfChild(At):
    """A place in a child's care."""

    assessment: Assessment | None = None
    goal: Goal | None = None


def find_assessment(officer: Officer, number: str, child: int, assessment: int) -> OfChild | None:
    """An asesmen of a child in a case that the officer may read."""
    at = find_child(officer, number, child)
    row = at and Assessment.objects.filter(case=at.case, child=child, pk=assessment).first()
    return OfChild(at.progress, stay=at.stay, assessment=row) if row else None


def find_goal(officer: Officer, number: str, child: int, goal: int) -> OfChild | None:
    """A goal of a child in a case that the officer may read."""
    at = find_child(officer, number, child)
    row = at and Goal.objects.filter(case=at.case, child=child, pk=goal).first()
    return OfChild(at.progress, stay=at.stay, goal=row) if row else None


assessment_gate = gate("asesmen", find_assessment)
goal_gate = gate("tujuan", find_goal)


def may_plan(at: At, officer: Officer) -> str | None:
    """Goals of a running case, by whoever takes part in it."""
    return care.refuse_plan(at.progress)


def _url(at: At, name: str, **parts) -> str:
    return case_url(at.case, name, child=at.stay.child_id, **parts)


def assessments_url(at: At) -> str:
    return _url(at, "assessments")


def plan_url(at: At) -> str:
    return _url(at, "plan")


# --- asesmen


@child_gate
@require_safe
def assessments(request: HttpRequest, at: At) -> HttpResponseBase:
    """Every asesmen of a child in this case, the latest first."""
    log_read(request, "child.read", at, child=at.stay.child_id)
    reading = Reading(at.progress)
    may = at.progress.refuse_touch() is None
    rows = [
        {
            "when": wording.moment(row.assessed_at),
            "by": f"{reading.users[row.recorded_by_id]}, {row.acting_title}",
            "mended": row.version > 0,
            "aspects": [(label, getattr(row, name)) for name, label in LABELS if getattr(row, name)],
            "edit_url": _url(at, "assessment_edit", assessment=row.pk) if may else "",
        }
        for row in Assessment.objects.filter(case=at.case, child=at.stay.child)
    ]
    context = {
        "identity": reading.identity,
        "called": at.stay.child.called,
        "rows": rows,
        "new_url": _url(at, "assessment_new") if may else "",
        "child_url": case_url(at.case, "child", child=at.stay.child_id),
        "plan_url": plan_url(at),
    }
    return render(request, "cases/assessments.html", context)


LABELS = [
    (name, str(Assessment._meta.get_field(name).verbose_name).capitalize()) for name in Assessment.ASPECTS
]


def _values(row: Assessment) -> dict[str, str]:
    return {name: getattr(row, name) for name in Assessment.ASPECTS}


def _latest(at: At) -> Assessment | None:
    return Assessment.objects.filter(case=at.case, child=at.stay.child).first()


def _new_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> AssessmentForm:
    before = _latest(at)
    initial = {"assessed_at": now_to_the_minute(), **(_values(before) if before else {})}
    return AssessmentForm(data, initial=initial, **kwargs)


def _new_text(at: At) -> str:
    before = _latest(at)
    if before is None:
        return f"Untuk {at.stay.child.called}. Isi yang sudah diketahui; bagian lain boleh dikosongkan."
    return (
        f"Untuk {at.stay.child.called}. Isian di bawah diambil dari asesmen "
        f"{wording.moment(before.assessed_at)}. "
        "Ubah menurut keadaan sekarang; asesmen sebelumnya tetap tersimpan."
    )


assess = page_of(
    Act(
        name="assess",
        title=lambda at: "Asesmen baru",
        text=_new_text,
        submit="Simpan asesmen",
        done="Asesmen tersimpan.",
        form=_new_form,
        do=lambda walk, at, form: care.assess(
            walk, at.stay.child_id, form.cleaned_data["assessed_at"], **form.aspects
        ),
        url=assessments_url,
        shows_child=True,
    ),
    child_gate,
    may_touch,
)


def _correct_form(at: OfChild, request: HttpRequest, data=None, files=None, **kwargs) -> AssessmentForm:
    row = at.assessment
    return AssessmentForm(data, initial={"assessed_at": row.assessed_at, **_values(row)}, **kwargs)


def _assessed_at(at: OfChild, form: AssessmentForm):
    """Typed to the minute: the same minute is the moment that was kept."""
    typed, kept = form.cleaned_data["assessed_at"], at.assessment.assessed_at
    return kept if typed == kept.replace(second=0, microsecond=0) else typed


correct = page_of(
    Act(
        name="correct",
        title=lambda at: "Betulkan asesmen",
        text=lambda at: (
            f"Untuk {at.stay.child.called}: membetulkan yang keliru ditulis. Keadaan yang berubah sejak itu "
            "dicatat sebagai asesmen baru."
        ),
        submit="Simpan pembetulan",
        done="Pembetulan tersimpan.",
        form=_correct_form,
        do=lambda walk, at, form: care.correct(
            walk, at.assessment.pk, form.cleaned_data["version"], _assessed_at(at, form), **form.aspects
        ),
        url=assessments_url,
        version=lambda at: at.assessment.version,
        shows_child=True,
    ),
    assessment_gate,
    may_touch,
)


# --- rencana


@child_gate
@require_safe
def plan(request: HttpRequest, at: At) -> HttpResponseBase:
    """The goals of a child in this case, with how far each is."""
    log_read(request, "child.read", at, child=at.stay.child_id)
    reading = Reading(at.progress)
    today = local_day(at.progress.agency, request.at)
    may, notes = care.refuse_plan(at.progress) is None, at.progress.refuse_touch() is None
    goals = Goal.objects.filter(case=at.case, child=at.stay.child).annotate(count=Count("notes"))
    latest = {}
    for note in at.case.notes.filter(goal__in=[g.pk for g in goals]).order_by("happened_at", "id"):
        latest[note.goal_id] = note
    rows = []
    for goal in goals:
        note = latest.get(goal.pk)
        acts = []
        if notes:
            acts.append((_url(at, "goal_progress", goal=goal.pk), "Catat perkembangan"))
        if may and goal.open:
            acts.append((_url(at, "goal_achieve", goal=goal.pk), "Tercapai"))
            acts.append((_url(at, "goal_edit", goal=goal.pk), "Ubah"))
            acts.append((_url(at, "goal_drop", goal=goal.pk), "Tidak dilanjutkan"))
        if may and not goal.open:
            acts.append((_url(at, "goal_reopen", goal=goal.pk), "Buka kembali"))
        rows.append(
            {
                "goal": goal,
                "chip": goal_chip(goal, today),
                "due": f"Batas waktu {wording.day(goal.due_on)}" + _left(goal, today),
                "who": (reading.users[goal.responsible_id] if goal.responsible_id else goal.responsible_text),
                "progress": f"{wording.moment(note.happened_at)}: {note.text}" if note else "",
                "count": goal.count,
                "acts": acts,
            }
        )
    context = {
        "identity": reading.identity,
        "called": at.stay.child.called,
        "rows": rows,
        "new_url": _url(at, "goal_new") if may and at.stay.left_on is None else "",
        "child_url": case_url(at.case, "child", child=at.stay.child_id),
        "assessments_url": assessments_url(at),
    }
    return render(request, "cases/plan.html", context)


def _left(goal: Goal, today) -> str:
    """ ", 5 hari lagi" while it is open."""
    if not goal.open:
        return ""
    days = (goal.due_on - today).days
    if days < 0:
        return f", lewat {-days} hari"
    return f", {days} hari lagi" if days else ", hari ini"


def _goal_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> GoalForm:
    goal = getattr(at, "goal", None)
    if goal is None:
        return GoalForm(data, progress=at.progress, initial={"responsible": request.user.pk}, **kwargs)
    initial = {name: getattr(goal, name) for name in care.PLANNED}
    return GoalForm(data, progress=at.progress, kept=goal.responsible_id, initial=initial, **kwargs)


goal_new = page_of(
    Act(
        name="goal_new",
        title=lambda at: "Tujuan baru",
        text=lambda at: (
            f"Untuk {at.stay.child.called}. Satu tujuan, siapa yang bertanggung jawab, dan sampai kapan."
        ),
        submit="Tambah tujuan",
        done="Tujuan ditambahkan.",
        form=_goal_form,
        do=lambda walk, at, form: care.plan(walk, at.stay.child_id, **form.facts),
        url=plan_url,
        shows_child=True,
    ),
    child_gate,
    may_plan,
)


def goal_version(at: OfChild) -> int:
    return at.goal.version


def _closed(at: OfChild) -> str | None:
    return None if at.goal.open else care.OVER


def goal_act(act: Act, may=may_plan):
    """An act on a goal: back to the plan, which shows a child's record."""
    return page_of(act, goal_gate, may)


goal_edit = goal_act(
    Act(
        name="goal_edit",
        title=lambda at: "Ubah tujuan",
        text=lambda at: "Yang berubah tercatat dalam riwayat.",
        submit="Simpan tujuan",
        done="Tujuan tersimpan.",
        form=_goal_form,
        do=lambda walk, at, form: care.replan(walk, at.goal.pk, form.cleaned_data["version"], **form.facts),
        url=plan_url,
        why_not=_closed,
        version=goal_version,
        shows_child=True,
    )
)

goal_achieve = goal_act(
    Act(
        name="goal_achieve",
        title=lambda at: "Tujuan tercapai",
        text=lambda at: at.goal.goal,
        submit="Catat tercapai",
        done="Tujuan dicatat tercapai.",
        form=lambda at, request, data=None, files=None, **kwargs: AchieveForm(
            data, initial={"on": at.progress.by.day}, **kwargs
        ),
        do=lambda walk, at, form: care.achieve(
            walk, at.goal.pk, form.cleaned_data["on"], form.cleaned_data["version"]
        ),
        url=plan_url,
        why_not=_closed,
        version=goal_version,
        shows_child=True,
    )
)

goal_drop = goal_act(
    Act(
        name="goal_drop",
        title=lambda at: "Tujuan tidak dilanjutkan",
        text=lambda at: at.goal.goal,
        submit="Catat tidak dilanjutkan",
        done="Tujuan dicatat tidak dilanjutkan.",
        form=lambda at, request, data=None, files=None, **kwargs: DropForm(
            data, initial={"on": at.progress.by.day}, **kwargs
        ),
        do=lambda walk, at, form: care.drop(
            walk,
            at.goal.pk,
            form.cleaned_data["on"],
            form.cleaned_data["reason"],
            form.cleaned_data["version"],
        ),
        url=plan_url,
        why_not=_closed,
        version=goal_version,
        shows_child=True,
    )
)

goal_reopen = goal_act(
    Act(
        name="goal_reopen",
        title=lambda at: "Buka kembali tujuan",
        text=lambda at: at.goal.goal,
        submit="Buka kembali",
        done="Tujuan dibuka kembali.",
        form=plain(ReasonForm),
        do=lambda walk, at, form: care.reopen(
            walk, at.goal.pk, form.cleaned_data["reason"], form.cleaned_data["version"]
        ),
        url=plan_url,
        why_not=lambda at: "Tujuan ini masih berjalan." if at.goal.open else None,
        version=goal_version,
        shows_child=True,
    )
)


def _progress(walk: Walk, at: OfChild, form: ProgressForm) -> ProgressNote | None:
    data = form.cleaned_data
    note = care.progress(walk, at.goal.pk, data["text"], data["happened_at"])
    return add_photos(walk, note, data["photos"])


goal_progress = goal_act(
    Act(
        name="goal_progress",
        title=lambda at: "Catat perkembangan tujuan",
        text=lambda at: at.goal.goal,
        submit="Simpan perkembangan",
        done="Perkembangan tersimpan sebagai catatan perkembangan.",
        form=lambda at, request, data=None, files=None, **kwargs: ProgressForm(
            data, files, initial={"happened_at": now_to_the_minute()}, **kwargs
        ),
        do=_progress,
        url=plan_url,
        then=captions_url,
        files=True,
        shows_child=True,
    ),
    may_touch,
)


# --- rujukan


def _refer_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> ReferForm:
    inside = [s.child for s in at.progress.stays if s.left_on is None]
    child = request.GET.get("anak", "")
    initial = {"since": now_to_the_minute(), "children": [child] if child.isdecimal() else []}
    return ReferForm(data, children=inside, initial=initial, **kwargs)


refer = page_of(
    Act(
        name="refer",
        title=lambda at: "Rujukan atau permintaan ke pihak lain",
        text=lambda at: "Hari menunggu dihitung sampai jawabannya dicatat.",
        submit="Catat permintaan",
        done="Permintaan dicatat.",
        form=_refer_form,
        do=lambda walk, at, form: walk.refer(
            form.cleaned_data["party"],
            form.cleaned_data["since"],
            request=form.cleaned_data["request"],
            party_kind=form.cleaned_data["party_kind"],
            children=form.cleaned_data.get("children", ()),
        ),
        why_not=lambda at: at.progress.refuse_running(),
    ),
    case_gate,
    may_touch,
)
