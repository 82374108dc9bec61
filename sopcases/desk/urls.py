"""Addresses of the desk."""

from django.urls import path

from sopcases.desk import views

app_name = "desk"

urlpatterns = [
    path("", views.home, name="home"),
    path("penanganan/", views.cases, name="cases"),
    path("sop/", views.sops, name="sops"),
]
