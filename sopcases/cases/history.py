"""The journal of a case as Indonesian sentences: one table, verb → sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sopcases.cases import wording
from sopcases.cases.care import PLANNED
from sopcases.cases.models import Assessment, Attendance, Case, Goal, Relation
from sopcases.cases.page.reading import Reading
from sopcases.people import journal
from sopcases.people.models import Entry
from sopcases.sops.flow import Plan, number_of
from sopcases.sops.plans import plan_of

SIZE = 25
READ = 120
"""Entries looked at for a page of lines: one act for eighty children is one line."""
MOVED = 5
"""Due moments told one by one in a line."""
SENTENCES = {
    "case.opened": "Membuka penanganan",
    "case.held": "Menunda penanganan",
    "case.resumed": "Melanjutkan penanganan",
    "case.assigned": "Menetapkan {user} untuk jabatan {position}",
    "case.closed": "Menutup penanganan: {state}",
    "case.carried": "Mengalihkan penanganan ke revisi {revision} SOP",
    "case.reopened": "Membuka kembali penanganan",
    "case.retimed": "Batas waktu bergeser karena {because}: {moved}",
    "case.read": "Membuka halaman penanganan",
    "step.recorded": "Mencatat langkah {step}",
    "step.handed": "Menyerahkan hasil langkah {step} untuk diterima",
    "step.received": "Menerima hasil langkah {step}",
    "step.done": "Langkah {step} selesai",
    "step.declined": "Mencatat penolakan pada langkah {step}",
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
    "letter.nik.read": "Membuka {kind} yang memuat NIK",
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

    What one officer did alike in one minute, to several children or several times, is one line. `reads`
    shows who looked instead of who did.
    """
    rows = journal.of(reading.case).select_related("actor")
    rows = rows.filter(verb__endswith=".read") if reads else rows.exclude(verb__endswith=".read")
    if before:
        rows = rows.filter(pk__lt=before)
    rows = list(rows[: READ + 1])
    acts: dict[tuple, list[Entry]] = {}
    last = None
    for row in rows[:READ]:
        act = _act(reading, row)
        if act not in acts and len(acts) == size:
            break
        acts.setdefault(act, []).append(row)
        last = row.pk
    return [_line(reading, act) for act in acts.values()], last if last and last != rows[-1].pk else None


def _act(reading: Reading, row: Entry) -> tuple:
    """What entries of one line have in common; the child is what they may differ in."""
    minute = row.at.replace(second=0, microsecond=0)
    said = sentence(reading, row, {"child": ""})
    return row.actor_id, row.acting_title, minute, row.verb, said, _reason(reading, row)


def _line(reading: Reading, rows: list[Entry]) -> Line:
    row, *others = rows
    by = f"oleh {row.actor or 'sistem'}"
    if row.actor and row.acting_title:
        by += f", {row.acting_title}"
    return Line(
        _sentence_of_all(reading, rows) if others else sentence(reading, row),
        by,
        wording.moment(row.at),
        _reason(reading, row),
    )


def _sentence_of_all(reading: Reading, rows: list[Entry]) -> str:
    """ "Menambahkan 7 anak ke penanganan", "Langkah 4 selesai untuk 7 anak", "Menambahkan foto (3 kali)"."""
    count = len({child for row in rows if (child := row.data.get("child"))})
    several = {"child": f"{count} anak"} if count > 1 else {}
    told = sentence(reading, rows[0], several)
    if several and "{child}" not in SENTENCES.get(rows[0].verb, ""):
        told += f" untuk {count} anak"
    return told if count == len(rows) else f"{told} ({len(rows)} kali)"


def sentence(reading: Reading, row: Entry, words: Mapping[str, str] = MappingProxyType({})) -> str:
    """What was done, some of its words given; a verb without a sentence shows as it is, so that no line is
    ever lost."""
    return SENTENCES.get(row.verb, row.verb).format_map(_Words(reading, row, words))


def _plan_then(reading: Reading, row: Entry) -> Plan:
    """The plan that the case followed when the line was written."""
    first = next((c for c in reading.carryings if row.at < c.at), None)
    return plan_of(first.old) if first else reading.plan


class _Words(dict):
    """The words of a line, each looked up only where its sentence has it."""

    def __init__(self, reading: Reading, row: Entry, given: Mapping[str, str]):
        super().__init__(given)
        self.reading, self.row = reading, row

    def __missing__(self, word: str) -> str:
        return WORDS[word](self.reading, self.row)


def _kind(reading: Reading, row: Entry) -> str:
    kind = reading.progress.kinds.get(row.data.get("kind"))
    number = row.data.get("number")
    return f"{kind.name} {number}" if kind and number else kind.name if kind else "dokumen"


def _party(reading: Reading, row: Entry) -> str:
    asked = row.data.get("interval")
    return next((i.party for i in reading.progress.intervals if i.pk == asked), "")


def _revision(reading: Reading, row: Entry) -> str:
    return next((str(c.new.no) for c in reading.carryings if c.pk == row.data.get("carrying")), "")


def _state(reading: Reading, row: Entry) -> str:
    state = row.data.get("state")
    return Case.State(state).label if state in Case.State.values else ""


WORDS: dict[str, Callable[[Reading, Entry], str]] = {
    "step": lambda reading, row: _step(_plan_then(reading, row), row.data.get("step")),
    "to": lambda reading, row: _step(_plan_then(reading, row), row.data.get("to")),
    "revision": _revision,
    "count": lambda reading, row: str(row.data.get("children", "")),
    "child": lambda reading, row: reading.called(row.data.get("child")) or "anak",
    "other": lambda reading, row: reading.called(row.data.get("other")) or "anak lain",
    "relation": lambda reading, row: RELATIVES.get(row.data.get("kind"), "anggota"),
    "kind": _kind,
    "user": lambda reading, row: reading.users.get(row.data.get("user"), "semua pemegang jabatan"),
    "position": lambda reading, row: reading.positions.get(row.data.get("position"), ""),
    "fields": lambda reading, row: ", ".join(_field(name) for name in row.data.get("fields", ())),
    "party": _party,
    "outcome": lambda reading, row: reading.outcome_names.get(row.data.get("outcome"), ""),
    "verdict": lambda reading, row: VERDICTS.get(row.data.get("verdict"), ""),
    "was": lambda reading, row: ATTENDED.get(row.data.get("was"), ""),
    "now": lambda reading, row: ATTENDED.get(row.data.get("now"), ""),
    "because": lambda reading, row: row.data.get("because", ""),
    "moved": lambda reading, row: _moved(_plan_then(reading, row), row.data),
    "state": _state,
}


def _moved(plan: Plan, data: Mapping) -> str:
    """Which due moments moved, from when to when: of the first few steps, and of the term."""
    told = []
    for key, count, was, now, leeway in data.get("steps", ()):
        what = _step(plan, key) + (f" bagi {count} anak" if count > 1 else "")
        kind = "kelonggaran langkah" if leeway else "langkah"
        told.append(f"{kind} {what} dari {_when(was)} menjadi {_when(now)}")
    if data.get("term"):
        was, now = data["term"]
        told.append(f"jangka waktu dari {_when(was)} menjadi {_when(now)}")
    more = [f"dan {len(told) - MOVED} lainnya"] if len(told) > MOVED else []
    return "; ".join([*told[:MOVED], *more])


def _when(moment: str) -> str:
    return wording.moment(datetime.fromisoformat(moment))


def _field(name: str) -> str:
    """A field of an asesmen or a goal as the forms call it; "" for a field of something else."""
    if name in ("assessed_at", *Assessment.ASPECTS):
        return str(Assessment._meta.get_field(name).verbose_name)
    return str(Goal._meta.get_field(name).verbose_name) if name in PLANNED else ""


def _step(plan: Plan, key: str | None) -> str:
    step = plan.by_key.get(key or "")
    return f"{number_of(step)} ({wording.shortened(step.activity, 60)})" if step else ""


def _reason(reading: Reading, row: Entry) -> str:
    """The reason, from the row it was written to; the journal itself holds no free text of ours."""
    data, progress = row.data, reading.progress
    attempts = [*progress.attempts, *progress.past]
    if row.verb == "family.removed":
        return reading.removed_relations.get(data.get("relation"), "")
    if row.verb == "case.held":
        return next((i.reason for i in progress.intervals if i.pk == data.get("interval")), "")
    if row.verb == "wait.answered":
        return next((i.result for i in progress.intervals if i.pk == data.get("interval")), "")
    if row.verb == "paper.waived":
        waivers = progress.shelf.waivers[progress.case.pk]
        return next((w.reason for w in waivers if w.pk == data.get("waiver")), "")
    if row.verb in ("letter.returned", "step.returned"):
        back = (a for a in attempts if a.state == a.State.RETURNED and a.ended_at == row.at)
        return next((a.reason for a in back), "")
    if row.verb in ("paper.voided", "letter.voided", "letter.replaced"):
        return next((f.paper.void_reason for f in progress.filings if f.paper_id == data.get("paper")), "")
    if row.verb in ("step.declined", "step.not_needed", "step.not_held"):
        return next((a.reason for a in attempts if a.pk == data.get("attempt")), "")
    if row.verb == "step.reopened":
        again = next((a for a in attempts if a.pk == data.get("attempt")), None)
        if again is None:
            return ""
        spot = (again.step_id, again.child_id, again.occurrence, again.no - 1)
        return next((a.reason for a in attempts if (a.step_id, a.child_id, a.occurrence, a.no) == spot), "")
    if row.verb == "case.assigned":
        return reading.assignment_reasons.get((data.get("position"), row.at), "")
    if row.verb == "case.carried":
        return next((c.reason for c in reading.carryings if c.pk == data.get("carrying")), "")
    if row.verb == "case.closed" and not progress.case.running:
        return progress.case.close_reason
    return ""
