"""The journal of a case as Indonesian sentences: one table, verb → sentence."""

from dataclasses import dataclass

from sopcases.cases import wording
from sopcases.cases.care import PLANNED
from sopcases.cases.models import Assessment, Attendance, Case, Goal, Relation
from sopcases.cases.page import Reading, number_of
from sopcases.people import journal
from sopcases.people.models import Entry

SIZE = 25
SENTENCES = {
    "case.opened": "Membuka penanganan",
    "case.held": "Menunda penanganan",
    "case.resumed": "Melanjutkan penanganan",
    "case.assigned": "Menetapkan {user} untuk jabatan {position}",
    "case.closed": "Menutup penanganan: {state}",
    "case.reopened": "Membuka kembali penanganan",
    "case.read": "Membuka halaman penanganan",
    "step.recorded": "Mencatat langkah {step}",
    "step.handed": "Menyerahkan hasil langkah {step} untuk diterima",
    "step.received": "Menerima hasil langkah {step}",
    "step.done": "Langkah {step} selesai",
    "step.not_needed": "Menyatakan langkah {step} tidak diperlukan",
    "step.returned": "Mengembalikan langkah {step} ke langkah {to}",
    "step.reopened": "Membuka kembali langkah {step}",
    "step.period": "Membuka masa baru langkah {step}",
    "step.missed": "Langkah {step} belum dilaporkan dalam masanya",
    "session.held": "Mencatat kegiatan bersama langkah {step}",
    "attendance.mended": "Memperbaiki kehadiran {child} pada kegiatan bersama: dari {was} menjadi {now}",
    "step.not_held": "Mencatat langkah {step} tidak terlaksana",
    "child.joined": "Menambahkan {child} ke penanganan",
    "aid.planned": "Merencanakan bantuan untuk {count} anak",
    "aid.changed": "Mengubah rencana bantuan {child}",
    "aid.given": "Mencatat penyerahan {count} bantuan",
    "aid.delivered": "Mencatat {count} bantuan yang diantar ke rumah",
    "aid.voided": "Membatalkan catatan bantuan {child}",
    "aid.read": "Membuka daftar tanda terima bantuan",
    "visit.written": "Mengisi lembar kunjungan {child}",
    "paper.scanned": "Mengunggah pindaian {kind}",
    "child.judged": "Menilai {child}: {verdict}",
    "child.left": "Mencatat hasil akhir {child}: {outcome}",
    "child.rejoined": "Membatalkan hasil akhir {child}",
    "child.merged": "Menyatakan {child} anak yang sama dengan data lain",
    "child.unmerged": "Membatalkan pernyataan anak yang sama pada {child}",
    "child.placed": "Mencatat keberadaan {child}",
    "child.edited": "Mengubah data {child}",
    "family.added": "Mencatat {relation} pada keluarga {child}",
    "family.sibling": "Mencatat {child} dan {other} sebagai saudara kandung",
    "family.corrected": "Membetulkan data {relation} pada keluarga {child}",
    "family.removed": "Menghapus {relation} dari keluarga {child}",
    "child.met": "Mencatat {child} terjangkau kembali",
    "child.met_here": "Mencatat seorang anak yang sudah ditangani terjangkau kembali",
    "child.read": "Membuka data {child}",
    "child.searched": "Mencari data anak",
    "paper.filed": "Menambahkan {kind} ke berkas",
    "paper.followed": "{kind} yang menyusul sudah ada",
    "paper.awaited": "{kind} masih harus menyusul",
    "paper.waived": "Mencatat {kind} menyusul",
    "paper.handed": "Mencatat penyerahan {kind} asli",
    "paper.voided": "Membatalkan {kind}",
    "paper.read": "Mengunduh {kind}",
    "paper.damaged": "Menemukan berkas {kind} tidak utuh",
    "photo.added": "Menambahkan foto",
    "photo.read": "Membuka foto",
    "wait.asked": "Meminta dari pihak lain: {party}",
    "wait.reminded": "Mengingatkan pihak lain: {party}",
    "wait.answered": "Mencatat jawaban pihak lain: {party}",
    "photo.captioned": "Mengubah keterangan foto",
    "assessment.written": "Mencatat asesmen {child}",
    "assessment.corrected": "Membetulkan asesmen {child}: {fields}",
    "goal.planned": "Menambahkan tujuan pada rencana {child}",
    "goal.changed": "Mengubah tujuan pada rencana {child}: {fields}",
    "goal.achieved": "Mencatat tujuan {child} tercapai",
    "goal.dropped": "Mencatat tujuan {child} tidak dilanjutkan",
    "goal.reopened": "Membuka kembali tujuan {child}",
    "note.written": "Menulis catatan perkembangan",
    "letter.drafted": "Mengonsep {kind}",
    "letter.edited": "Mengubah konsep {kind}",
    "letter.proposed": "Mengajukan {kind}",
    "letter.initialled": "Memaraf dan meneruskan {kind}",
    "letter.returned": "Mengembalikan {kind} untuk diperbaiki",
    "letter.numbered": "Memberi nomor {kind}",
    "letter.decided": "Memutuskan {kind} untuk ditandatangani",
    "letter.signed": "Mengunggah {kind} yang sudah ditandatangani",
    "letter.certified": "Menandatangani {kind} secara elektronik",
    "letter.spoken": "Mencatat persetujuan lisan atas {kind}",
    "letter.sent": "Mencatat pengiriman {kind}",
    "letter.receipted": "Mengunggah tanda terima {kind}",
    "letter.fixed": "Menetapkan naskah {kind}",
    "letter.printed": "Mencetak {kind} untuk ditandatangani",
    "letter.completed": "Mengunggah {kind} yang sudah ditandatangani para pihak",
    "letter.voided": "Membatalkan {kind}",
    "letter.replaced": "Mengganti {kind}",
    "letter.served": "Memakai {kind} juga untuk penanganan lain",
    "letter.read": "Membuka {kind}",
}
ATTENDED = {s.value: s.label.lower() for s in Attendance.Status}
RELATIVES = {kind.value: kind.label.lower() for kind in Relation.Kind} | {
    Relation.Kind.OTHER.value: "orang dewasa lain"
}
VERDICTS = {"eligible": "layak", "not_eligible": "tidak layak", "incomplete": "perlu dilengkapi"}


@dataclass(frozen=True)
class Line:
    """One line of the timeline (parts/timeline.html)."""

    sentence: str
    by: str
    when: str
    reason: str


def lines(
    reading: Reading, before: int | None = None, size: int = SIZE, reads: bool = False
) -> tuple[list[Line], int | None]:
    """The latest lines before a key, newest first, and the key of the older ones. Two queries.

    `reads` shows who looked instead of who did.
    """
    rows = journal.of(reading.case).select_related("actor")
    rows = rows.filter(verb__endswith=".read") if reads else rows.exclude(verb__endswith=".read")
    if before:
        rows = rows.filter(pk__lt=before)
    rows = list(rows[: size + 1])
    shown = rows[:size]
    return [_line(reading, row) for row in shown], shown[-1].pk if len(rows) > size else None


def _line(reading: Reading, row: Entry) -> Line:
    by = f"oleh {row.actor or 'sistem'}"
    if row.actor and row.acting_title:
        by += f", {row.acting_title}"
    return Line(sentence(reading, row), by, wording.moment(row.at), _reason(reading, row))


def sentence(reading: Reading, row: Entry) -> str:
    """What was done; a verb without a sentence shows as it is, so that no line is ever lost."""
    return SENTENCES.get(row.verb, row.verb).format(**_words(reading, row.data))


def _words(reading: Reading, data: dict) -> dict[str, str]:
    interval = next((i for i in reading.progress.intervals if i.pk == data.get("interval")), None)
    kind = reading.progress.kinds.get(data.get("kind"))
    number = data.get("number")
    state = data.get("state")
    return {
        "step": _step(reading, data.get("step")),
        "to": _step(reading, data.get("to")),
        "count": str(data.get("children", "")),
        "child": reading.called(data.get("child")) or "anak",
        "other": reading.called(data.get("other")) or "anak lain",
        "relation": RELATIVES.get(data.get("kind"), "anggota"),
        "kind": f"{kind.name} {number}" if kind and number else kind.name if kind else "dokumen",
        "user": reading.users.get(data.get("user"), "semua pemegang jabatan"),
        "position": reading.positions.get(data.get("position"), ""),
        "fields": ", ".join(_field(name) for name in data.get("fields", ())),
        "party": interval.party if interval else "",
        "outcome": reading.outcome_names.get(data.get("outcome"), ""),
        "verdict": VERDICTS.get(data.get("verdict"), ""),
        "was": ATTENDED.get(data.get("was"), ""),
        "now": ATTENDED.get(data.get("now"), ""),
        "state": Case.State(state).label if state in Case.State.values else "",
    }


def _field(name: str) -> str:
    """A field of an asesmen or a goal as the forms call it; "" for a field of something else."""
    if name in ("assessed_at", *Assessment.ASPECTS):
        return str(Assessment._meta.get_field(name).verbose_name)
    return str(Goal._meta.get_field(name).verbose_name) if name in PLANNED else ""


def _step(reading: Reading, key: str | None) -> str:
    step = reading.plan.by_key.get(key or "")
    return f"{number_of(step)} ({wording.shortened(step.activity, 60)})" if step else ""


def _reason(reading: Reading, row: Entry) -> str:
    """The reason, from the row it was written to; the journal itself holds no free text of ours."""
    data, progress = row.data, reading.progress
    if row.verb == "family.removed":
        return reading.removed_relations.get(data.get("relation"), "")
    if row.verb == "case.held":
        return next((i.reason for i in progress.intervals if i.pk == data.get("interval")), "")
    if row.verb == "wait.answered":
        return next((i.result for i in progress.intervals if i.pk == data.get("interval")), "")
    if row.verb == "paper.waived":
        return next((w.reason for w in progress.waivers if w.pk == data.get("waiver")), "")
    if row.verb in ("letter.returned", "step.returned"):
        back = (a for a in progress.attempts if a.state == a.State.RETURNED and a.ended_at == row.at)
        return next((a.reason for a in back), "")
    if row.verb in ("paper.voided", "letter.voided", "letter.replaced"):
        return next((f.paper.void_reason for f in progress.filings if f.paper_id == data.get("paper")), "")
    if row.verb in ("step.not_needed", "step.not_held"):
        return next((a.reason for a in progress.attempts if a.pk == data.get("attempt")), "")
    if row.verb == "step.reopened":
        again = next((a for a in progress.attempts if a.pk == data.get("attempt")), None)
        earlier = (
            [a for a in progress.history(progress.spot_of(again)) if a.no == again.no - 1] if again else []
        )
        return earlier[0].reason if earlier else ""
    if row.verb == "case.closed" and not progress.case.running:
        return progress.case.close_reason
    return ""
