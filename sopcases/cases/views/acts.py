"""Acts on a case, a step or a child, each on a page of its own: what follows, its reason, one button."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sopcases.cases import children, nik
from sopcases.cases.access import (
    At,
    case_gate,
    child_gate,
    log_read,
    may_lead,
    may_touch,
    may_waive,
    request_gate,
    step_gate,
)
from sopcases.cases.addresses import case_url, step_url
from sopcases.cases.forms.acts import (
    AssignForm,
    ChildForm,
    ConfirmForm,
    HandOverForm,
    LeaveForm,
    NoteForm,
    PlaceForm,
    ReasonForm,
    StopForm,
)
from sopcases.cases.forms.fields import now_to_the_minute
from sopcases.cases.forms.step import AnswerForm, NotNeededForm, WaitForm, WaiveForm
from sopcases.cases.models import Attempt, ProgressNote
from sopcases.cases.page.reading import Reading
from sopcases.cases.uploads import Accepted
from sopcases.cases.views.posting import answer
from sopcases.cases.walk import Leave, Walk, walking
from sopcases.people.models import User
from sopcases.refusal import Conflict, demand
from sopcases.sops import flow
from sopcases.sops.flow import number_of

CHANGED = "Ada perubahan sejak Anda membuka halaman ini. Periksa keadaannya, lalu kirim lagi."


@dataclass(frozen=True)
class Act:
    """A verb as a page. `why_not` hides and refuses the page; the verb itself refuses again under lock."""

    name: str
    title: Callable[[At], str]
    text: Callable[[At], str]
    submit: str
    done: str
    form: Callable[..., forms.Form]
    do: Callable[[Walk, At, forms.Form], Any]
    url: Callable[[At], str] = lambda at: case_url(at.case)
    then: Callable[[At, Any], str | None] = lambda at, made: None
    """Where what the verb answered leads on to; without it, `url`."""
    why_not: Callable[[At], str | None] = lambda at: None
    version: Callable[[At], int | None] = lambda at: None
    danger: bool = False
    files: bool = False
    template: str = "cases/act.html"
    shows_child: bool = False
    """The page shows a child's record: that it was read is written down."""


def page_of(act: Act, gate, may=None):
    """The view of an act behind a gate."""

    def view(request: HttpRequest, at: At) -> HttpResponseBase:
        if request.method == "GET":
            demand(act.why_not(at))
        if act.shows_child:
            log_read(request, "child.read", at, child=at.stay.child_id)
        reading = Reading(at.progress)
        sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = act.form(at, request, *sent, version=act.version(at))

        def do():
            with walking(at.case, request.officer) as walk:
                now = replace(at, progress=walk)
                if form.cleaned_data["version"] != act.version(now):
                    raise Conflict(CHANGED)
                made = act.do(walk, now, form)
            messages.success(request, act.done)
            return act.then(at, made) or act.url(at)

        def show(status: int) -> HttpResponseBase:
            context = {
                "identity": reading.identity,
                "form": form,
                "title": act.title(at),
                "text": act.text(at),
                "submit": act.submit,
                "danger": act.danger,
                "files": act.files,
                "back": act.url(at),
            }
            return render(request, act.template, context, status=status)

        return answer(request, form, do, show, act.url(at))

    view.__name__ = act.name
    view.__doc__ = act.done
    return gate(may=may)(require_http_methods(["GET", "POST"])(view))


def plain(form_class: type[forms.Form], **initial) -> Callable[..., forms.Form]:
    """A form that needs nothing of the case; `initial` values may be computed when it is shown."""

    def make(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> forms.Form:
        return form_class(data, initial=initial, **kwargs)

    return make


def of_progress(form_class: type[forms.Form]) -> Callable[..., forms.Form]:
    """A form that offers what the case holds."""

    def make(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> forms.Form:
        return form_class(data, progress=at.progress, **kwargs)

    return make


def case_version(at: At) -> int:
    return at.case.version


# --- the case

hold = page_of(
    Act(
        name="hold",
        title=lambda at: "Tunda penanganan",
        text=lambda at: (
            "Selama ditunda tidak ada langkah yang dapat dicatat. Semua batas waktu bergeser selama itu."
        ),
        submit="Tunda penanganan",
        done="Penanganan ditunda.",
        form=plain(ReasonForm),
        do=lambda walk, at, form: walk.put_on_hold(form.cleaned_data["reason"]),
        why_not=lambda at: at.progress.refuse_running(),
        version=case_version,
    ),
    case_gate,
    may_lead,
)

resume = page_of(
    Act(
        name="resume",
        title=lambda at: "Lanjutkan penanganan",
        text=lambda at: (
            "Langkah yang terbuka dapat dikerjakan lagi. Batas waktunya bergeser selama penundaan."
        ),
        submit="Lanjutkan penanganan",
        done="Penanganan dilanjutkan.",
        form=plain(ConfirmForm),
        do=lambda walk, at, form: walk.resume(),
        why_not=lambda at: None if at.progress.hold else "Penanganan ini tidak sedang ditunda.",
        version=case_version,
    ),
    case_gate,
    may_lead,
)

stop = page_of(
    Act(
        name="stop",
        title=lambda at: "Hentikan penanganan",
        text=lambda at: "Semua langkah yang terbuka berakhir. Berkas dan riwayat tetap tersimpan.",
        submit="Hentikan penanganan",
        done="Penanganan dihentikan.",
        form=of_progress(StopForm),
        do=lambda walk, at, form: walk.stop(form.cleaned_data["reason"], form.cleaned_data.get("outcome")),
        why_not=lambda at: None if at.case.running else "Penanganan ini sudah ditutup.",
        version=case_version,
        danger=True,
    ),
    case_gate,
    may_lead,
)

hand_over = page_of(
    Act(
        name="hand_over",
        title=lambda at: "Limpahkan ke daerah lain",
        text=lambda at: (
            "Penanganan di sini berakhir dan dilanjutkan daerah tujuan. Berkas dan riwayat tetap tersimpan."
        ),
        submit="Limpahkan penanganan",
        done="Penanganan dilimpahkan.",
        form=of_progress(HandOverForm),
        do=lambda walk, at, form: walk.hand_over(
            form.cleaned_data["to"], form.cleaned_data["reason"], form.cleaned_data.get("outcome")
        ),
        why_not=lambda at: None if at.case.running else "Penanganan ini sudah ditutup.",
        version=case_version,
        danger=True,
    ),
    case_gate,
    may_lead,
)


reopen = page_of(
    Act(
        name="reopen",
        title=lambda at: "Buka kembali penanganan",
        text=lambda at: "Penanganan berjalan lagi dari tempat terakhirnya.",
        submit="Buka kembali",
        done="Penanganan dibuka kembali.",
        form=plain(ReasonForm),
        do=lambda walk, at, form: walk.reopen(form.cleaned_data["reason"]),
        why_not=lambda at: "Penanganan ini masih berjalan." if at.case.running else None,
        version=case_version,
    ),
    case_gate,
    may_lead,
)


def _assign(walk: Walk, at: At, form: AssignForm) -> None:
    position, user = map(int, form.cleaned_data["holder"].split("-"))
    walk.assign(position, User.objects.get(pk=user) if user else None)


assign = page_of(
    Act(
        name="assign",
        title=lambda at: "Tetapkan petugas",
        text=lambda at: (
            "Setelah ditetapkan, hanya petugas itu yang bertindak dalam jabatannya pada penanganan ini."
        ),
        submit="Tetapkan",
        done="Petugas ditetapkan.",
        form=of_progress(AssignForm),
        do=_assign,
        why_not=lambda at: at.progress.refuse_running(),
        version=case_version,
    ),
    case_gate,
    may_lead,
)


def _note_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> NoteForm:
    inside = [s.child for s in at.progress.stays]
    return NoteForm(data, files, children=inside, initial={"happened_at": now_to_the_minute()}, **kwargs)


def add_photos(walk: Walk, note: ProgressNote, photos: list[Accepted]) -> ProgressNote | None:
    """Keep the photos of a note; the note, if it has any: their captions are asked next."""
    for photo in photos:
        walk.photo(photo, note)
    return note if photos else None


def captions_url(at: At, note: ProgressNote | None) -> str | None:
    """Where the captions of a note's photos are asked."""
    return f"{case_url(at.case, 'captions')}?catatan={note.pk}" if note else None


def _note(walk: Walk, at: At, form: NoteForm) -> ProgressNote | None:
    data = form.cleaned_data
    note = walk.note(data["text"], data["happened_at"], data.get("child"))
    return add_photos(walk, note, data["photos"])


note = page_of(
    Act(
        name="note",
        title=lambda at: "Tambah catatan perkembangan",
        text=lambda at: "Apa yang terjadi, apa yang dilihat dan dikerjakan.",
        submit="Simpan catatan",
        done="Catatan tersimpan.",
        form=_note_form,
        do=_note,
        then=captions_url,
        files=True,
    ),
    case_gate,
    may_touch,
)


# --- a child in it


def child_url(at: At) -> str:
    return case_url(at.case, "child", child=at.stay.child_id)


def stay_version(at: At) -> int:
    return next(s.version for s in at.progress.stays if s.child_id == at.stay.child_id)


def _place_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> PlaceForm:
    return PlaceForm(data, initial={"since": now_to_the_minute()}, **kwargs)


place = page_of(
    Act(
        name="place",
        title=lambda at: "Catat keberadaan anak",
        text=lambda at: "Tempat sebelumnya tetap tersimpan; rangkaian perpindahan anak terlihat seluruhnya.",
        submit="Simpan",
        done="Keberadaan anak tersimpan.",
        form=_place_form,
        do=lambda walk, at, form: walk.place(
            at.stay.child_id, form.cleaned_data["place"], form.cleaned_data["since"]
        ),
        url=child_url,
    ),
    child_gate,
    may_touch,
)


def _leave_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> LeaveForm:
    return LeaveForm(data, agency=at.progress.agency, initial={"on": at.progress.by.day}, **kwargs)


leave = page_of(
    Act(
        name="leave",
        title=lambda at: "Catat hasil akhir anak",
        text=lambda at: "Anak keluar dari penanganan ini. Langkah yang terbuka untuk anak ini berakhir.",
        submit="Catat hasil akhir",
        done="Hasil akhir anak tersimpan.",
        form=_leave_form,
        do=lambda walk, at, form: walk.leave(
            at.stay.child_id,
            form.cleaned_data["outcome"],
            form.cleaned_data["on"],
            form.cleaned_data["reason"],
        ),
        url=child_url,
        version=stay_version,
    ),
    child_gate,
    may_touch,
)

rejoin = page_of(
    Act(
        name="rejoin",
        title=lambda at: "Batalkan hasil akhir anak",
        text=lambda at: "Anak kembali ke dalam penanganan ini dan langkahnya terbuka lagi.",
        submit="Batalkan hasil akhir",
        done="Anak kembali dalam penanganan.",
        form=plain(ReasonForm),
        do=lambda walk, at, form: walk.rejoin(at.stay.child_id, form.cleaned_data["reason"]),
        url=child_url,
        version=stay_version,
    ),
    child_gate,
    may_touch,
)


def _child_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> ChildForm:
    child = at.stay.child
    initial = {name: getattr(child, name) for name in ChildForm.base_fields if hasattr(child, name)}
    initial |= {"aliases": ", ".join(child.aliases), "version": child.version}
    known = nik.masked(nik.open_(child.nik_encrypted))
    return ChildForm(data, initial=initial, agency=at.case.agency, known_nik=known, **kwargs)


def _child_version(at: At) -> int:
    return at.stay.child.version


child_edit = page_of(
    Act(
        name="child_edit",
        title=lambda at: "Ubah data anak",
        text=lambda at: (
            "Isi yang sudah diketahui saja. Nama tidak pernah tampil di alamat halaman atau nama berkas."
        ),
        submit="Simpan data anak",
        done="Data anak tersimpan.",
        form=_child_form,
        # The child's own version is compared on the child's row, under its lock.
        do=lambda walk, at, form: children.edit(
            walk, at.stay.child_id, form.cleaned_data["version"], **form.facts()
        ),
        url=child_url,
        version=_child_version,
        shows_child=True,
    ),
    child_gate,
    may_touch,
)


# --- a step


def here(at: At) -> str:
    return step_url(at.case, at.spot)


def attempt_version(at: At) -> int | None:
    current = at.progress.current(at.spot)
    return current.version if current else None


def step_title(verb: str) -> Callable[[At], str]:
    return lambda at: f"{verb} langkah {number_of(at.progress.plan.by_key[at.spot.key])}"


def _with_current(predicate: str, missing: str) -> Callable[[At], str | None]:
    def why_not(at: At) -> str | None:
        current = at.progress.current(at.spot)
        return missing if current is None else getattr(at.progress, predicate)(current)

    return why_not


receive = page_of(
    Act(
        name="receive",
        title=step_title("Terima hasil"),
        text=lambda at: (
            "Dengan menerima, Anda menyatakan hasilnya sudah ada pada Anda. Nama dan waktunya tercatat."
        ),
        submit="Terima",
        done="Hasil langkah diterima.",
        form=plain(ConfirmForm),
        do=lambda walk, at, form: walk.receive(at.spot.key, at.spot.child_id, at.spot.occurrence),
        why_not=_with_current("refuse_receive", "Belum ada yang diserahkan untuk diterima."),
        version=attempt_version,
    ),
    step_gate,
)


def _send_back_text(at: At) -> str:
    step = at.progress.plan.by_key[at.spot.key]
    target = flow.return_target(at.progress.plan, step)
    again = flow.walked_again(at.progress.plan, target.key, step.key) if target else []
    numbers = ", ".join(number_of(at.progress.plan.by_key[key]) for key in again)
    return (
        f"Langkah {numbers} dikerjakan lagi. Dokumen yang sudah ada dan waktu yang terpakai tetap terhitung."
    )


send_back = page_of(
    Act(
        name="send_back",
        title=step_title("Kembalikan dari"),
        text=_send_back_text,
        submit="Kembalikan",
        done="Langkah dikembalikan.",
        form=plain(ReasonForm),
        do=lambda walk, at, form: walk.send_back(
            at.spot.key, form.cleaned_data["reason"], at.spot.child_id, at.spot.occurrence
        ),
        why_not=_with_current("refuse_send_back", "Langkah ini tidak sedang berjalan."),
        version=attempt_version,
        danger=True,
    ),
    step_gate,
)

reopen_step = page_of(
    Act(
        name="reopen_step",
        title=step_title("Buka kembali"),
        text=lambda at: "Hanya langkah ini dikerjakan lagi; langkah lain berjalan terus.",
        submit="Buka kembali langkah ini",
        done="Langkah dibuka kembali.",
        form=plain(ReasonForm),
        do=lambda walk, at, form: walk.reopen_step(
            at.spot.key, form.cleaned_data["reason"], at.spot.child_id, at.spot.occurrence
        ),
        url=here,
        why_not=_with_current("refuse_reopen", "Langkah ini belum pernah dikerjakan."),
        version=attempt_version,
    ),
    step_gate,
)

not_needed = page_of(
    Act(
        name="not_needed",
        title=step_title("Tidak diperlukan:"),
        text=lambda at: at.progress.plan.by_key[at.spot.key].condition,
        submit="Nyatakan tidak diperlukan",
        done="Langkah dinyatakan tidak diperlukan.",
        form=plain(NotNeededForm),
        do=lambda walk, at, form: walk.not_needed(
            at.spot.key, form.cleaned_data["reason"], [at.spot.child_id] if at.spot.child_id else ()
        ),
        why_not=lambda at: at.progress.refuse_not_needed(at.spot.key),
        version=attempt_version,
    ),
    step_gate,
)


def _decline_text(at: At) -> str:
    step = at.progress.plan.by_key[at.spot.key]
    if step.refusal_ends:
        return "Menurut SOP, penolakan mengakhiri penanganan. Berkas dan riwayat tetap tersimpan."
    left_out = ", ".join(number_of(s) for s in flow.passed_over(at.progress.plan, step))
    target = at.progress.plan.by_key.get(step.refusal_to)
    text = f"Menurut SOP, penolakan berlanjut ke langkah {number_of(target)}." if target else ""
    return f"{text} Langkah {left_out} tidak diperlukan." if left_out else text


def _decline_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> forms.Form:
    ends = at.progress.plan.by_key[at.spot.key].refusal_ends
    return StopForm(data, progress=at.progress, **kwargs) if ends else ReasonForm(data, **kwargs)


decline = page_of(
    Act(
        name="decline",
        title=step_title("Catat penolakan pada"),
        text=_decline_text,
        submit="Catat penolakan",
        done="Penolakan tercatat.",
        form=_decline_form,
        do=lambda walk, at, form: walk.decline(
            at.spot.key,
            form.cleaned_data["reason"],
            at.spot.child_id,
            outcome=form.cleaned_data.get("outcome"),
        ),
        why_not=lambda at: at.progress.refuse_decline(at.spot.key),
        version=attempt_version,
        danger=True,
    ),
    step_gate,
)


not_held = page_of(
    Act(
        name="not_held",
        title=step_title("Tidak terlaksana:"),
        text=lambda at: (
            "Masa ini dicatat tidak terlaksana, dengan alasannya. Masa berikutnya dibuka seperti biasa."
        ),
        submit="Catat tidak terlaksana",
        done="Dicatat tidak terlaksana.",
        form=plain(ReasonForm),
        do=lambda walk, at, form: walk.not_held(
            at.spot.key, at.spot.occurrence, form.cleaned_data["reason"], at.spot.child_id
        ),
        why_not=lambda at: at.progress.refuse_not_held(at.spot),
        version=attempt_version,
    ),
    step_gate,
)


def _waive_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> WaiveForm:
    """What the step lacks; `jenis` and `anak` of the address say which was meant."""
    attempt = at.progress.current(at.spot) or Attempt(
        case=at.case, step_id=at.progress.plan.by_key[at.spot.key].id, child_id=at.spot.child_id
    )
    names = {s.child_id: s.child.called for s in at.progress.stays}
    papers = [
        (
            f"{m.kind.pk}-{m.child_id or 0}",
            m.kind.name + (f" untuk {names[m.child_id]}" if m.child_id else ""),
        )
        for m in at.progress.missing(attempt)
    ]
    meant = f"{request.GET.get('jenis', '')}-{request.GET.get('anak', '0')}"
    return WaiveForm(data, papers=list(dict.fromkeys(papers)), initial={"paper": meant}, **kwargs)


def _waive(walk: Walk, at: At, form: WaiveForm) -> None:
    data = form.cleaned_data
    kind, child = map(int, data["paper"].split("-"))
    until = data["until"] if data["how"] == "later" else None
    one = Leave(kind, data["reason"], until, child or None)
    walk.waive(at.spot.key, one, at.spot.child_id, at.spot.occurrence)


waive = page_of(
    Act(
        name="waive",
        title=step_title("Kelengkapan menyusul pada"),
        text=lambda at: (
            "Langkah dapat diselesaikan tanpa dokumen ini. Yang menyusul menjadi tugas sampai dokumennya "
            "ada, juga setelah penanganan ditutup."
        ),
        submit="Simpan",
        done="Kelengkapan dicatat menyusul.",
        form=_waive_form,
        do=_waive,
        url=here,
        version=attempt_version,
    ),
    step_gate,
    may_waive,
)


def _wait_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> WaitForm:
    step = at.progress.plan.by_key[at.spot.key]
    wanted = {item.kind for item in (*step.requirements, *step.outputs)}
    kinds = [(k.pk, k.name) for k in at.progress.kinds.values() if k.pk in wanted and k.from_outside]
    return WaitForm(data, kinds=kinds, initial={"since": now_to_the_minute()}, **kwargs)


wait = page_of(
    Act(
        name="wait",
        title=step_title("Menunggu pihak lain pada"),
        text=lambda at: "Waktu menunggu pihak lain ditampilkan terpisah dari waktu kantor sendiri.",
        submit="Catat permintaan",
        done="Permintaan dicatat.",
        form=_wait_form,
        do=lambda walk, at, form: walk.wait(
            at.spot.key,
            form.cleaned_data["party"],
            form.cleaned_data["since"],
            form.cleaned_data["kind"],
            at.spot.child_id,
            at.spot.occurrence,
            party_kind=form.cleaned_data["party_kind"],
            request=form.cleaned_data["request"],
        ),
        url=here,
        why_not=lambda at: at.progress.refuse_act(at.spot.key),
    ),
    step_gate,
)


def _answer_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> AnswerForm:
    return AnswerForm(data, initial={"at": now_to_the_minute()}, **kwargs)


def _answer(walk: Walk, at: At, form: AnswerForm) -> None:
    data = form.cleaned_data
    if data["what"] == "reminded":
        walk.remind(at.interval.pk, data["at"])
    else:
        walk.answered(at.interval.pk, data["at"], data["result"], data["accepted"])


def _asking_step(at: At) -> str:
    attempt = next((a for a in at.progress.attempts if a.pk == at.interval.attempt_id), None)
    if attempt is None:
        return case_url(at.case)
    return step_url(at.case, at.progress.spot_of(attempt))


answered = page_of(
    Act(
        name="answered",
        title=lambda at: "Catat pengingat atau jawaban",
        text=lambda at: f"Diminta dari {at.interval.party}. {at.interval.request}".strip(),
        submit="Simpan",
        done="Tersimpan.",
        form=_answer_form,
        do=_answer,
        url=_asking_step,
    ),
    request_gate,
    may_touch,
)
