"""Addresses of letters."""

from django.urls import path

from sopcases.cases.urls import CASE
from sopcases.letters import views

app_name = "letters"

urlpatterns = [
    path("surat/", views.letters, name="letters"),
    path("surat/<int:letter>/", views.letter, name="letter"),
    path("surat/<int:letter>/pdf/", views.letter_pdf, name="pdf"),
    path("surat/<int:letter>/naskah/", views.signed, name="signed"),
    path("surat/<int:letter>/ubah/", views.edit, name="edit"),
    path("surat/<int:letter>/ajukan/", views.propose, name="propose"),
    path("surat/<int:letter>/paraf/", views.initial, name="initial"),
    path("surat/<int:letter>/kembalikan/", views.send_back, name="return"),
    path("surat/<int:letter>/tanda-tangani/", views.decide, name="decide"),
    path("surat/<int:letter>/nomor/", views.number, name="number"),
    path("surat/<int:letter>/unggah/", views.scan, name="scan"),
    path("surat/<int:letter>/lengkapi/", views.complete, name="complete"),
    path("surat/<int:letter>/tetapkan/", views.fix, name="fix"),
    path("surat/<int:letter>/cetak/", views.print_out, name="print"),
    path("surat/<int:letter>/batalkan/", views.void, name="void"),
    path("surat/<int:letter>/ganti/", views.replace, name="replace"),
    path(f"{CASE}surat/baru/", views.new, name="new"),
]
