"""Addresses of the desk."""

from django.urls import path, register_converter

from sopcases.desk import calendar_views, views
from sopcases.desk import staff_views as staff
from sopcases.desk.figures import evaluation_views as evaluating
from sopcases.desk.figures import views as figures
from sopcases.desk.reports import urls as reports


class SecretConverter:
    """The secret of a feed: nothing else reaches the database."""

    regex = "[A-Za-z0-9_-]{43}"
    to_python = to_url = staticmethod(str)


register_converter(SecretConverter, "secret")

app_name = "desk"
YEAR = "laporan/evaluasi/<slug:slug>/<int:no>/<int:year>/"

urlpatterns = [
    path("", views.home, name="home"),
    path("pengingat/", views.reminders, name="reminders"),
    path("pengingat/dibaca/", views.reminders_read, name="reminders_read"),
    path("pegawai/", staff.desks, name="desks"),
    path("pegawai/<int:officer>/", staff.desk, name="desk"),
    path("pegawai/<int:officer>/alihkan/", staff.hand_over, name="hand_over"),
    path("penanganan/", views.cases, name="cases"),
    path("cari/", views.search, name="search"),
    path("kalender/", calendar_views.month, name="calendar"),
    path("kalender/<secret:secret>.ics", calendar_views.feed, name="feed"),
    path("saya/kalender/", calendar_views.own_feed, name="own_feed"),
    path("saya/kalender/cabut/", calendar_views.shut_feed, name="shut_feed"),
    path("sop/", views.sops, name="sops"),
    path("sop/<slug:slug>/revisi/<int:no>/berjalan/", views.running, name="running"),
    path("laporan/", figures.dashboard, name="dashboard"),
    path("laporan/perbarui/", figures.refresh, name="refresh"),
    path("laporan/anak/", figures.children, name="children"),
    path("laporan/langkah/<slug:slug>/<int:no>/<slug:key>/", figures.step, name="step"),
    *reports.urlpatterns,
    path("laporan/evaluasi/", evaluating.evaluations, name="evaluations"),
    path(YEAR, evaluating.evaluation, name="evaluation"),
    path(f"{YEAR}selesai/", evaluating.finish, name="evaluation_finish"),
    path(f"{YEAR}draf/", evaluating.draft, name="evaluation_draft"),
    path(f"{YEAR}pdf/", evaluating.evaluation_pdf, name="evaluation_pdf"),
]
