"""Addresses of the door. They stand before the admin's, whose own login is closed by them."""

from django.urls import path
from django.views.generic import RedirectView

from sopcases.people import draft_views, views
from sopcases.people.access import signed_in

app_name = "people"

urlpatterns = [
    path("masuk/", views.sign_in, name="login"),
    path("keluar/", views.sign_out, name="logout"),
    path("kata-sandi/", views.change_password, name="password"),
    path("saya/pengingat/", views.reminders, name="reminders"),
    path("lanjutkan/", views.resume, name="resume"),
    path("lanjutkan/buang/", views.forget, name="forget"),
    path("konsep-isian/", draft_views.draft, name="draft"),
    path("konsep-isian/buang/", draft_views.discard, name="draft_discard"),
    path("admin/login/", views.admin_sign_in, name="admin_login"),
    path("admin/logout/", views.sign_out, name="admin_logout"),
    path(
        "admin/password_change/",
        signed_in(RedirectView.as_view(pattern_name="people:password")),
        name="admin_password",
    ),
]
