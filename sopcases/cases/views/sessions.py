"""A recurring session: its tick list for the children of all cases, its report, photos and printed list."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sopcases.cases import sessions, wording
from sopcases.cases.access import find_occasion, find_session
from sopcases.cases.addresses import occasion_url, photo_link
from sopcases.cases.forms.fields import now_to_the_minute
from sopcases.cases.forms.papers import PaperFacts
from sopcases.cases.forms.sessions import (
    MARKS,
    REASONS,
    MendForm,
    NotHeldForm,
    SessionForm,
    SessionPhotosForm,
)
from sopcases.cases.forms.step import able
from sopcases.cases.models import Attendance, Case, CaseChild, Session
from sopcases.cases.printing import pdf_response, printed
from sopcases.cases.progress import NOT_YOURS, Progress
from sopcases.cases.views.posting import answer
from sopcases.people import journal
from sopcases.people.access import gate
from sopcases.people.authority import Officer
from sopcases.refusal import NotAllowed
from sopcases.sops import flow
from sopcases.sops.models import PaperKind

NOT_YET = "Masa kegiatan ini belum tiba."


@dataclass(frozen=True)
class Place:
    """A session's step and period, through one of the cases that stand there; and the session, once told."""

    progress: Progress
    key: str
    period: date
    session: Session | None = None

    @property
    def step(self) -> flow.PlanStep:
        return self.progress.plan.by_key[self.key]

    @property
    def sop(self):
        return self.progress.case.sop

    @property
    def url(self) -> str:
        return occasion_url(self.sop.slug, self.key, self.period)

    @property
    def session_url(self) -> str:
        return reverse("cases:session", kwargs={"session": self.session.pk})

    @property
    def title(self) -> str:
        return f"Kegiatan bersama {wording.MONTHS[self.period.month - 1]} {self.period.year}"

    @property
    def kinds(self) -> list[PaperKind]:
        return [self.progress.kinds[o.kind] for o in self.step.outputs if not o.optional]


def _occasion(officer: Officer, sop: str, key: str, period: date) -> Place | None:
    case = find_occasion(officer, sop, key, period)
    return Place(Progress(case, officer), key, period) if case else None


def _held(officer: Officer, session: int) -> Place | None:
    found = find_session(officer, session)
    if found is None:
        return None
    row, case = found
    return Place(Progress(case, officer), row.step_key, row.period, row)


def may_hold(place: Place, officer: Officer) -> str | None:
    """Who performs the step, or may record for others."""
    return None if place.progress.acting_hat(place.step) else NOT_YOURS


occasion_gate = gate("kegiatan bersama", _occasion)
session_gate = gate("kegiatan terlaksana", _held)


def _log(request: HttpRequest, place: Place) -> None:
    if request.method == "GET":
        journal.write(
            request.officer, "session.read", place.sop, step=place.key, period=place.period.isoformat()
        )


def _untold(place: Place, officer: Officer) -> list[CaseChild]:
    return sessions.untold(place.sop, place.key, place.period, officer)


def _count(stays: list[CaseChild], records: list[CaseChild]) -> str:
    """As Tugas Saya counts: a child of two records once, in each of its cases."""
    return f"{len(stays)} anak dari {len({s.case_id for s in records})} penanganan"


def _paper_form(request: HttpRequest, kind: PaperKind, required: bool = False) -> PaperFacts:
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = PaperFacts(*sent, kind=kind, prefix=f"laporan-{kind.pk}")
    form.fields["file"].required = required
    return form


def _facts(form: PaperFacts) -> dict:
    data = form.cleaned_data
    return {
        "number": data["number"],
        "dated": data["dated"],
        "issuer": data.get("issuer", ""),
        "signed": data.get("signed", False),
    }


@occasion_gate
@require_http_methods(["GET", "POST"])
def occasion(request: HttpRequest, place: Place) -> HttpResponseBase:
    """What was told of the period, and the tick list of those who were not."""
    _log(request, place)
    officer = request.officer
    if request.method == "POST":
        # Those whom the page showed, told meanwhile or not: sent twice, it is led where the first led.
        there = sessions.standing(place.sop, place.key, place.period, officer)
        records = [stay for stay in there if f"alasan-{stay.child_id}" in request.POST]
    else:
        records = _untold(place, officer)
    stays = sessions.each_once(records)
    refusal = may_hold(place, officer) or (NOT_YET if officer.day < place.period else None)
    begins = datetime.combine(place.period, time(), ZoneInfo(officer.agency.timezone))
    people = able(place.progress, place.step, begins)
    mine = [officer.user.pk] if officer.user.pk in people else []
    form = SessionForm(
        request.POST if request.method == "POST" else None,
        stays=stays,
        people={pk: label for pk, (_, label) in people.items()},
        initial={"held_at": now_to_the_minute(), "acted_by": mine},
    )
    reports = [_paper_form(request, kind) for kind in place.kinds]

    def act():
        data = form.cleaned_data
        session = sessions.hold(
            place.sop,
            place.key,
            place.period,
            officer,
            held_at=data["held_at"],
            place=data["place"],
            group=data["group"],
            present=form.present,
            absent=form.absent,
            acted_by=[people[pk][0] for pk in data["acted_by"]],
        )
        given = [report for report in reports if report.given]
        for version, report in enumerate(given):
            sessions.report(
                session, officer, report.kind, report.cleaned_data["file"], version=version, **_facts(report)
            )
        messages.success(request, f"Kehadiran {len(form.present) + len(form.absent)} anak tersimpan.")
        return reverse("cases:session", kwargs={"session": session.pk})

    def show(status: int) -> HttpResponse:
        told = sessions.summaries(place.sop, place.key, place.period)
        context = {
            "place": place,
            "told": told,
            "waiting": _count(stays, records) if stays else "",
            "form": form if stays and not refusal else None,
            "stays": stays,
            "refusal": refusal if stays else None,
            "reports": reports,
            "marks": MARKS,
            "reasons": REASONS,
            "list_url": occasion_url(place.sop.slug, place.key, place.period, "attendance_list"),
            "not_held_url": occasion_url(place.sop.slug, place.key, place.period, "session_not_held")
            if stays and not refusal
            else "",
        }
        return render(request, "cases/occasion.html", context, status=status)

    if request.method == "POST" and refusal:
        raise NotAllowed(refusal)
    return answer(request, form, act, show, place.url, tuple(reports))


@occasion_gate
@require_safe
def attendance_list(request: HttpRequest, place: Place) -> HttpResponseBase:
    """The Daftar Hadir to be signed: every child that stands there, told or not."""
    _log(request, place)
    stays = sessions.each_once(sessions.standing(place.sop, place.key, place.period, request.officer))
    context = {
        "place": place,
        "month": f"{wording.MONTHS[place.period.month - 1]} {place.period.year}",
        "rows": [(stay.child.called, stay.case.number, "") for stay in stays],
        "performers": [f"{i}." for i in range(1, 4)],
    }
    content = printed("print/attendance.html", request.officer.agency, "Daftar Hadir", context, key=place.url)
    return pdf_response(content, f"daftar-hadir-{place.sop.slug}-{place.period:%Y-%m}")


@occasion_gate(may=may_hold)
@require_http_methods(["GET", "POST"])
def not_held(request: HttpRequest, place: Place) -> HttpResponseBase:
    """The session of all or some did not take place."""
    _log(request, place)
    records = _untold(place, request.officer)
    stays = sessions.each_once(records)
    form = NotHeldForm(request.POST if request.method == "POST" else None, stays=stays)

    def act():
        data = form.cleaned_data
        sessions.not_held(
            place.sop,
            place.key,
            place.period,
            request.officer,
            reason=data["reason"],
            children=set(data["children"]),
            group=data["group"],
        )
        messages.success(request, "Dicatat tidak terlaksana.")
        return place.url

    text = (
        f"{place.title}: {_count(stays, records)} belum dicatat. Yang ditandai dicatat tidak terlaksana "
        "sekaligus di semua penanganannya; masa berikutnya dibuka seperti biasa."
    )
    return _act(request, form, act, "Catat tidak terlaksana", text, place.url)


def _act(
    request: HttpRequest,
    form,
    act: Callable,
    title: str,
    text: str,
    back: str,
    others: tuple = (),
    submit: str = "Simpan",
) -> HttpResponseBase:
    """One act on a session on a page of its own."""

    def show(status: int) -> HttpResponse:
        context = {
            "form": form,
            "others": others,
            "title": title,
            "text": text,
            "submit": submit,
            "back": back,
            "marks": MARKS[:2],
            "reasons": REASONS,
        }
        return render(request, "cases/session_act.html", context, status=status)

    return answer(request, form, act, show, request.path, others)


def _rows(place: Place, officer: Officer) -> tuple[list[Attendance], int]:
    """What was told of the children of cases the officer may read, each child once; and how many others."""
    every = list(place.session.attendance.select_related("case", "child").order_by("case_id", "id"))
    visible = set(
        Case.objects.visible_to(officer)
        .filter(attendance__session=place.session)
        .values_list("pk", flat=True)
    )
    rows = sessions.each_once(row for row in every if row.case_id in visible)
    return rows, len(sessions.each_once(every)) - len(rows)


@session_gate
@require_safe
def session(request: HttpRequest, place: Place) -> HttpResponseBase:
    """A session as it was told."""
    _log(request, place)
    row = place.session
    rows, hidden = _rows(place, request.officer)
    groups: dict[str, list[Attendance]] = {}
    for one in rows:
        groups.setdefault(one.case.number, []).append(one)
    papers = list(row.reports.all().select_related("kind"))
    there = {p.kind_id for p in papers if p.voided_at is None}
    acts = []
    if may_hold(place, request.officer) is None and row.held_at:
        acts = [
            (reverse(f"cases:session_{name}", kwargs={"session": row.pk}), label)
            for name, label in (("report", "Unggah laporan kegiatan"), ("photos", "Tambah foto"))
        ]
        acts.append((reverse("cases:session_attendance", kwargs={"session": row.pk}), "Perbaiki kehadiran"))
    context = {
        "place": place,
        "session": row,
        "held": wording.moment(row.held_at) if row.held_at else "",
        "people": wording.joined([str(u) for u in row.acted_by.all()]),
        "recorded": f"{row.recorded_by}, {wording.moment(row.recorded_at)}",
        "groups": list(groups.items()),
        "present": sum(r.status == Attendance.Status.PRESENT for r in rows),
        "absent": sum(r.status == Attendance.Status.ABSENT for r in rows),
        "hidden": hidden,
        "papers": papers,
        "lacking": [k.name for k in place.kinds if k.pk not in there] if row.held_at else [],
        "photos": [photo_link(p, no) for no, p in enumerate(row.photos.all(), 1)],
        "acts": acts,
    }
    return render(request, "cases/session.html", context)


@session_gate(may=may_hold)
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, place: Place) -> HttpResponseBase:
    """The report paper: to every case of the session, and the step finished in each."""
    kind = place.kinds[0] if place.kinds else None
    others = (_paper_form(request, kind, required=True),) if kind else ()
    form = SessionPhotosForm(request.POST if request.method == "POST" else None)
    del form.fields["photos"], form.fields["caption"]
    form.fields["version"].initial = place.session.version

    def act():
        (one,) = others
        sessions.report(
            place.session,
            request.officer,
            one.kind,
            one.cleaned_data["file"],
            version=form.cleaned_data["version"],
            **_facts(one),
        )
        messages.success(request, "Laporan kegiatan tersimpan di semua penanganannya.")
        return place.session_url

    text = (
        f"{kind.name}: satu berkas untuk semua penanganan pada kegiatan ini; langkahnya selesai di situ."
        if kind
        else "SOP ini tidak meminta laporan."
    )
    return _act(
        request, form, act, "Unggah laporan kegiatan", text, place.session_url, others, "Simpan laporan"
    )


@session_gate(may=may_hold)
@require_http_methods(["GET", "POST"])
def photos(request: HttpRequest, place: Place) -> HttpResponseBase:
    """Photos with what they show."""
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = SessionPhotosForm(*sent)

    def act():
        data = form.cleaned_data
        sessions.add_photos(
            place.session, request.officer, [(photo, data["caption"]) for photo in data["photos"]]
        )
        messages.success(request, "Foto tersimpan.")
        return place.session_url

    text = "Lokasi foto dihapus, waktunya disimpan."
    return _act(request, form, act, "Tambah foto kegiatan", text, place.session_url, submit="Simpan foto")


@session_gate(may=may_hold)
@require_http_methods(["GET", "POST"])
def attendance(request: HttpRequest, place: Place) -> HttpResponseBase:
    """Attendance mended; what it was stays in the journal of the case."""
    _log(request, place)
    rows, _ = _rows(place, request.officer)
    form = MendForm(
        request.POST if request.method == "POST" else None,
        stays=rows,
        told={r.child_id: (r.status, r.reason) for r in rows},
        version=place.session.version,
    )

    def act():
        version = form.cleaned_data["version"]
        sessions.correct(place.session, request.officer, form.changes, version=version)
        messages.success(request, "Kehadiran diperbaiki.")
        return place.session_url

    text = "Tandai keadaan yang sebenarnya. Keadaan sebelumnya tetap tercatat pada riwayat penanganannya."
    return _act(request, form, act, "Perbaiki kehadiran", text, place.session_url)
