"""Children leave, several at once or all with the case: one outcome for those ticked, others singly."""

from sopcases.cases.access import At, case_gate, may_lead, may_touch
from sopcases.cases.forms.endings import CloseForm, EndingsForm
from sopcases.cases.progress import CLOSED
from sopcases.cases.views.acts import Act, case_version, of_progress, page_of
from sopcases.cases.walk import Walk
from sopcases.refusal import Conflict

MOVED = "Baru saja diubah oleh petugas lain: {}. Periksa keadaannya, lalu kirim lagi."


def _leave(walk: Walk, at: At, form: EndingsForm) -> None:
    """Only those who leave are compared with what the page showed: the others may move meanwhile."""
    endings, now = form.endings, {s.child_id: s.version for s in walk.stays}
    names = {s.child_id: s.child.called for s in form.stays}
    if moved := [names[e.child_id] for e in endings if form.seen[e.child_id] != now[e.child_id]]:
        raise Conflict(MOVED.format(", ".join(moved)))
    walk.leave_all(endings)


leave_some = page_of(
    Act(
        name="leave_some",
        title=lambda at: "Hasil akhir beberapa anak",
        text=lambda at: (
            "Anak yang dicentang keluar dari penanganan ini; yang lain tetap ditangani. "
            "Langkah yang terbuka bagi yang keluar berakhir."
        ),
        submit="Catat hasil akhir",
        done="Hasil akhir anak tersimpan.",
        form=of_progress(EndingsForm),
        do=_leave,
        why_not=lambda at: None if at.case.running else CLOSED,
        template="cases/endings.html",
    ),
    case_gate,
    may_touch,
)


def _close(walk: Walk, at: At, form: CloseForm) -> None:
    if form.stays:
        walk.leave_all(form.endings)
    walk.close()


def _close_text(at: At) -> str:
    follow = [w for w in at.progress.waivers if w.settled_at is None and w.until]
    text = "Setiap anak mendapat hasil akhir, lalu penanganan ditutup. Langkah yang masih terbuka berakhir."
    if follow:
        names = sorted({at.progress.kinds[w.kind_id].name for w in follow})
        text += f" Yang menyusul tetap menjadi tugas: {', '.join(names)}."
    return text


close = page_of(
    Act(
        name="close",
        title=lambda at: "Tutup penanganan",
        text=_close_text,
        submit="Tutup penanganan",
        done="Penanganan ditutup.",
        form=of_progress(CloseForm),
        do=_close,
        why_not=lambda at: at.progress.refuse_running(),
        version=case_version,
        template="cases/endings.html",
    ),
    case_gate,
    may_lead,
)
