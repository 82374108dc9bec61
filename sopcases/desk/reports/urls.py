"""Addresses of the registers and recaps."""

from django.urls import path

from sopcases.desk.reports import export_views, views
from sopcases.desk.reports.attendance import AttendanceBook
from sopcases.desk.reports.cases import CaseRegister
from sopcases.desk.reports.children import ChildRegister
from sopcases.desk.reports.recap import Recap
from sopcases.desk.reports.spm import Indicators

urlpatterns = [
    path("laporan/register/", views.registers, name="registers"),
    path("laporan/register/kasus/", views.page_of(CaseRegister), name=CaseRegister.slug),
    path("laporan/register/anak/", views.page_of(ChildRegister), name=ChildRegister.slug),
    path("laporan/register/kehadiran/", views.page_of(AttendanceBook), name=AttendanceBook.slug),
    path("laporan/rekap/", views.page_of(Recap), name=Recap.slug),
    path("laporan/rekap/spm/", views.page_of(Indicators), name=Indicators.slug),
    path("laporan/rekap/spm/target/", views.target, name="target"),
    path("laporan/unduhan/", export_views.exports, name="exports"),
    path("laporan/unduhan/baru/", export_views.ask, name="export_new"),
    path("laporan/unduhan/<int:export>/", export_views.export, name="export"),
    path("laporan/unduhan/<int:export>/berkas/", export_views.export_file, name="export_file"),
]
