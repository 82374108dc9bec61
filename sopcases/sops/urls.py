"""Addresses of the SOP pages."""

from django.urls import path

from sopcases.sops import intake_views, views

app_name = "sops"

urlpatterns = [
    path("sop/berkas/unggah/", intake_views.upload, name="upload"),
    path("sop/berkas/<int:intake>/", intake_views.confirm, name="intake"),
    path("sop/berkas/<int:intake>/asli/", intake_views.original, name="original"),
    path("sop/<slug:slug>/", views.show, name="show"),
    path("sop/<slug:slug>/revisi/<int:no>/", views.show, name="revision"),
    path("sop/<slug:slug>/dokumen/", views.document, name="document"),
    path("sop/<slug:slug>/dokumen/pdf/", views.document_pdf, name="document_pdf"),
    path("sop/<slug:slug>/dokumen/docx/", views.document_docx, name="document_docx"),
    path("sop/<slug:slug>/dokumen/html/", views.document_html, name="document_html"),
    path("sop/<slug:slug>/revisi/<int:no>/dokumen/", views.document, name="revision_document"),
    path("sop/<slug:slug>/revisi/<int:no>/dokumen/pdf/", views.document_pdf, name="revision_pdf"),
    path("sop/<slug:slug>/revisi/<int:no>/dokumen/docx/", views.document_docx, name="revision_docx"),
    path("sop/<slug:slug>/revisi/<int:no>/dokumen/html/", views.document_html, name="revision_html"),
]
