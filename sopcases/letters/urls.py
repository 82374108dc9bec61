"""Addresses of letters."""

from django.urls import path, register_converter

from sopcases.cases.urls import CASE
from sopcases.letters.views import agenda, incoming, signing, sops
from sopcases.letters.views import check as checking
from sopcases.letters.views import letters as views


class TokenConverter:
    """The secret of a QR: nothing else reaches the database."""

    regex = "[A-Za-z0-9_-]{32}"
    to_python = to_url = staticmethod(str)


register_converter(TokenConverter, "token")

app_name = "letters"
SERIES = "surat/agenda/<int:series>/<int:year>/"
INCOMING = "surat/masuk/<int:incoming>/"

urlpatterns = [
    path("cek/<token:token>/", checking.check, name="check"),
    path("surat/", views.letters, name="letters"),
    path("surat/tanda-tangani/", signing.sign_many, name="sign_many"),
    path("saya/sertifikat/", signing.own_certificate, name="certificate"),
    path("saya/sertifikat/hapus/", signing.remove_certificate, name="remove_certificate"),
    path("sop/<slug:slug>/revisi/<int:no>/tanda-tangani/", sops.certify, name="sop_certify"),
    path("sop/<slug:slug>/revisi/<int:no>/unggah-naskah/", sops.scan, name="sop_scan"),
    path("surat/agenda/", agenda.agenda, name="agenda"),
    path("surat/agenda/pdf/", agenda.agenda_pdf, name="agenda_pdf"),
    path("surat/agenda/xlsx/", agenda.agenda_xlsx, name="agenda_xlsx"),
    path(f"{SERIES}cadangkan/", agenda.reserve, name="reserve"),
    path(f"{SERIES}luar/", agenda.outside, name="outside"),
    path(f"{SERIES}sisipkan/", agenda.insert, name="insert"),
    path("surat/nomor/<int:entry>/pakai/", agenda.promise, name="promise"),
    path("surat/nomor/<int:entry>/batalkan/", agenda.discard, name="discard"),
    path("surat/masuk/", incoming.agenda, name="incoming_agenda"),
    path("surat/masuk/pdf/", incoming.agenda_pdf, name="incoming_pdf"),
    path("surat/masuk/xlsx/", incoming.agenda_xlsx, name="incoming_xlsx"),
    path("surat/masuk/baru/", incoming.record, name="incoming_new"),
    path(INCOMING, incoming.letter, name="incoming"),
    path(f"{INCOMING}pindaian/", incoming.scan, name="incoming_scan"),
    path(f"{INCOMING}lembar-disposisi/", incoming.disposition_pdf, name="disposition_pdf"),
    path(f"{INCOMING}ubah/", incoming.correct, name="incoming_edit"),
    path(f"{INCOMING}disposisi/", incoming.dispose, name="dispose"),
    path(f"{INCOMING}disposisi/<int:hand>/", incoming.dispose_for, name="dispose_for"),
    path(f"{INCOMING}jawab/<int:part>/", incoming.answer, name="answer"),
    path(f"{INCOMING}jawab/<int:part>/catat/", incoming.answer_for, name="answer_for"),
    path(f"{INCOMING}batalkan/", incoming.void, name="incoming_void"),
    path(f"{INCOMING}selesai/", incoming.finish, name="finish"),
    path(f"{INCOMING}penanganan/", incoming.open_case, name="open_case"),
    path("surat/<int:letter>/", views.letter, name="letter"),
    path("surat/<int:letter>/pdf/", views.letter_pdf, name="pdf"),
    path("surat/<int:letter>/naskah/", views.signed, name="signed"),
    path("surat/<int:letter>/salin/", views.copy, name="copy"),
    path("surat/<int:letter>/ubah/", views.edit, name="edit"),
    path("surat/<int:letter>/ajukan/", views.propose, name="propose"),
    path("surat/<int:letter>/paraf/", views.initial, name="initial"),
    path("surat/<int:letter>/kembalikan/", views.send_back, name="return"),
    path("surat/<int:letter>/tanda-tangani/", views.decide, name="decide"),
    path("surat/<int:letter>/persetujuan-lisan/", views.spoken, name="spoken"),
    path("surat/<int:letter>/sertifikat/", signing.certify, name="certify"),
    path("surat/<int:letter>/nomor/", views.number, name="number"),
    path("surat/<int:letter>/unggah/", views.scan, name="scan"),
    path("surat/<int:letter>/kirim/", views.send, name="send"),
    path("surat/<int:letter>/terima/", views.file_receipt, name="file_receipt"),
    path("surat/<int:letter>/tanda-terima/", views.receipt, name="receipt"),
    path("surat/<int:letter>/lengkapi/", views.complete, name="complete"),
    path("surat/<int:letter>/tetapkan/", views.fix, name="fix"),
    path("surat/<int:letter>/cetak/", views.print_out, name="print"),
    path("surat/<int:letter>/penanganan/", views.serve, name="serve"),
    path("surat/<int:letter>/batalkan/", views.void, name="void"),
    path("surat/<int:letter>/ganti/", views.replace, name="replace"),
    path(f"{CASE}surat/baru/", views.new, name="new"),
]
