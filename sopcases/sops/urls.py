"""Addresses of the SOP pages."""

from django.urls import path

from sopcases.sops import views

app_name = "sops"

urlpatterns = [
    path("sop/<slug:slug>/", views.show, name="show"),
    path("sop/<slug:slug>/revisi/<int:no>/", views.show, name="revision"),
]
