"""Addresses of the cases: a case by its number, a step by its key (and child, and period), files by id."""

from datetime import date

from django.urls import path, register_converter

from sopcases.cases import serving
from sopcases.cases.addresses import NUMBER
from sopcases.cases.progress import Spot
from sopcases.cases.views import (
    acts,
    aid,
    blank,
    bychild,
    care,
    child_papers,
    endings,
    family,
    intake,
    many,
    papers,
    person,
    photos,
    revisions,
    sessions,
    show,
    statements,
    step,
    table,
    visits,
)


class SpotConverter:
    """A step on its track: "4", "3/anak/12", "5/masa/2026-03-01"."""

    regex = r"[-\w]+(?:/anak/\d{1,18})?(?:/masa/\d{4}-\d{2}-\d{2})?"

    def to_python(self, value: str) -> Spot:
        key, *parts = value.split("/")
        named = dict(zip(parts[::2], parts[1::2], strict=True))
        child = int(named["anak"]) if "anak" in named else None
        # ValueError for a day that is none: no such address.
        period = date.fromisoformat(named["masa"]) if "masa" in named else None
        return Spot(key, child, period)

    def to_url(self, spot: Spot) -> str:
        child = f"/anak/{spot.child_id}" if spot.child_id else ""
        period = f"/masa/{spot.occurrence.isoformat()}" if spot.occurrence else ""
        return f"{spot.key}{child}{period}"


class NumberConverter:
    """The number of a case."""

    regex = NUMBER
    to_python = to_url = staticmethod(str)


class IdConverter:
    """An id that fits the database."""

    regex = r"\d{1,18}"
    to_python = staticmethod(int)
    to_url = staticmethod(str)


class DayConverter:
    """A calendar day, as 2026-03-01."""

    regex = r"\d{4}-\d{2}-\d{2}"
    to_python = staticmethod(date.fromisoformat)
    to_url = staticmethod(date.isoformat)


register_converter(DayConverter, "day")
register_converter(SpotConverter, "spot")
register_converter(NumberConverter, "case_number")
register_converter(IdConverter, "id")

app_name = "cases"
CASE = "penanganan/<case_number:number>/"
CHILD = f"{CASE}anak/<id:child>/"
PERSON = "anak/<id:child>/"
STEP = f"{CASE}langkah/<spot:spot>/"
PAPERS = "penanganan/<case_number:group>/langkah/<slug:papers>/"
STATEMENTS = f"{PAPERS}orang-tua/"

OCCASION = "kegiatan/<slug:sop>/<slug:key>/<day:period>/"
SESSION = "kegiatan/<id:session>/"

urlpatterns = [
    path("sop/<slug:slug>/beda/<int:old>/<int:new>/", revisions.compare, name="differences"),
    path(OCCASION, sessions.occasion, name="occasion"),
    path(f"{OCCASION}daftar-hadir/", sessions.attendance_list, name="attendance_list"),
    path(f"{OCCASION}tidak-terlaksana/", sessions.not_held, name="session_not_held"),
    path(SESSION, sessions.session, name="session"),
    path(f"{SESSION}laporan/", sessions.report, name="session_report"),
    path(f"{SESSION}foto/", sessions.photos, name="session_photos"),
    path(f"{SESSION}kehadiran/", sessions.attendance, name="session_attendance"),
    path("penanganan/laporan-awal/", intake.report, name="report"),
    path("anak/cari/", intake.search, name="search"),
    path("anak/terjangkau-kembali/", intake.meet, name="meet"),
    path(PERSON, person.person, name="person"),
    path(f"{PERSON}sama/", person.same, name="person_same"),
    path(f"{PERSON}sama/<id:merge>/batalkan/", person.part, name="person_part"),
    path("anak/contoh-tabel.xlsx", table.template_xlsx, name="template_xlsx"),
    path("anak/contoh-tabel.csv", table.template_csv, name="template_csv"),
    path("berkas/<id:paper>/", serving.paper, name="paper"),
    path("foto/<id:photo>/", serving.photo, name="photo"),
    path(CASE, show.case, name="case"),
    path(f"{CASE}alihkan-revisi/", revisions.carry, name="carry"),
    path(f"{CASE}tercatat/", intake.reported, name="reported"),
    path(f"{CASE}riwayat/", show.journal, name="history"),
    path(f"{CASE}mendahului/", show.ahead, name="ahead"),
    path(f"{CASE}bantuan/", aid.overview, name="aid"),
    path(f"{CASE}bantuan/rencana/", aid.plan, name="aid_plan"),
    path(f"{CASE}bantuan/serahkan/", aid.give, name="aid_give"),
    path(f"{CASE}bantuan/rumah/", aid.home, name="aid_home"),
    path(f"{CASE}bantuan/daftar/", aid.receipts, name="aid_list"),
    path(f"{CASE}bantuan/tanda-terima/", aid.report, name="aid_report"),
    path(f"{CASE}bantuan/<id:aid>/ubah/", aid.change, name="aid_change"),
    path(f"{CASE}bantuan/<id:aid>/batalkan/", aid.void, name="aid_void"),
    path(f"{CASE}pemantauan/", visits.monitoring, name="monitoring"),
    path(f"{CASE}terima-beberapa/", visits.receive_some, name="receive_some"),
    path(f"{CASE}foto/", photos.gallery, name="photos"),
    path(f"{CASE}foto/keterangan/", photos.captions, name="captions"),
    path(f"{CASE}catatan/", show.notes, name="notes"),
    path(f"{CASE}catatan/baru/", acts.note, name="note_new"),
    path(f"{CASE}pesan/", show.message_page, name="message"),
    path(f"{CASE}dokumen/baru/", papers.add, name="paper_new"),
    path(f"{CASE}dokumen/<id:paper>/pindaian/", papers.scan, name="scan"),
    path(f"{CASE}dokumen/<id:paper>/serahkan/", papers.keeper, name="keeper"),
    path(f"{CASE}dokumen/<id:paper>/batalkan/", papers.void, name="void"),
    path(f"{CASE}menunggu/<id:interval>/", acts.answered, name="answer"),
    path(f"{CASE}tunda/", acts.hold, name="hold"),
    path(f"{CASE}lanjutkan/", acts.resume, name="resume"),
    path(f"{CASE}hentikan/", acts.stop, name="stop"),
    path(f"{CASE}limpahkan/", acts.hand_over, name="hand_over"),
    path(f"{CASE}tutup/", endings.close, name="close"),
    path(f"{CASE}buka-kembali/", acts.reopen, name="reopen"),
    path(f"{CASE}petugas/", acts.assign, name="assign"),
    path(f"{CASE}anak/baru/", intake.add_child, name="child_new"),
    path(f"{CASE}anak/hasil-akhir/", endings.leave_some, name="leave_some"),
    path(f"{CASE}anak/tabel/", table.table, name="table"),
    path(f"{CASE}blangko/", blank.blank, name="blank"),
    path(CHILD, show.child, name="child"),
    path(f"{CHILD}ubah/", acts.child_edit, name="child_edit"),
    path(f"{CHILD}keberadaan/", acts.place, name="place"),
    path(f"{CHILD}hasil-akhir/", acts.leave, name="leave"),
    path(f"{CHILD}batalkan-hasil/", acts.rejoin, name="rejoin"),
    path(f"{CHILD}keluarga/", family.show, name="family"),
    path(f"{CHILD}keluarga/tambah/", family.add, name="family_add"),
    path(f"{CHILD}keluarga/saudara/", family.sibling, name="family_sibling"),
    path(f"{CHILD}keluarga/<id:relation>/betulkan/", family.correct, name="family_correct"),
    path(f"{CHILD}keluarga/<id:relation>/hapus/", family.remove, name="family_remove"),
    path(f"{CHILD}asesmen/", care.assessments, name="assessments"),
    path(f"{CHILD}asesmen/baru/", care.assess, name="assessment_new"),
    path(f"{CHILD}asesmen/<id:assessment>/", care.correct, name="assessment_edit"),
    path(f"{CHILD}rencana/", care.plan, name="plan"),
    path(f"{CHILD}rencana/baru/", care.goal_new, name="goal_new"),
    path(f"{CHILD}rencana/<id:goal>/", care.goal_edit, name="goal_edit"),
    path(f"{CHILD}rencana/<id:goal>/tercapai/", care.goal_achieve, name="goal_achieve"),
    path(f"{CHILD}rencana/<id:goal>/tidak-dilanjutkan/", care.goal_drop, name="goal_drop"),
    path(f"{CHILD}rencana/<id:goal>/buka-kembali/", care.goal_reopen, name="goal_reopen"),
    path(f"{CHILD}rencana/<id:goal>/perkembangan/", care.goal_progress, name="goal_progress"),
    path(f"{CASE}rujukan/baru/", care.refer, name="refer"),
    path("penanganan/<case_number:group>/langkah/<slug:step>/anak/", bychild.many, name="by_child"),
    path(STATEMENTS, statements.overview, name="statements"),
    path(f"{STATEMENTS}<id:adult>/", statements.signer, name="statement"),
    path(f"{PAPERS}anak/<id:member>/dokumen/", child_papers.papers, name="child_papers"),
    path(STEP, step.step, name="step"),
    path(f"{STEP}terima/", acts.receive, name="receive"),
    path(f"{STEP}kembalikan/", acts.send_back, name="send_back"),
    path(f"{STEP}buka-kembali/", acts.reopen_step, name="reopen_step"),
    path(f"{STEP}tolak/", acts.decline, name="decline"),
    path(f"{STEP}tidak-diperlukan/", acts.not_needed, name="not_needed"),
    path(f"{STEP}tidak-terlaksana/", acts.not_held, name="not_held"),
    path(f"{STEP}kunjungan/", visits.sheet, name="visit"),
    path(f"{STEP}verifikasi/", many.verify, name="verify"),
    path(f"{STEP}menyusul/", acts.waive, name="waive"),
    path(f"{STEP}tunggu/", acts.wait, name="wait"),
]
