"""All addresses; each room keeps its own list."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("sopcases.people.urls")),  # before the admin: the door closes the admin's own login
    path("", include("sopcases.desk.urls")),
    path("", include("sopcases.letters.urls")),
    path("", include("sopcases.cases.urls")),
    path("", include("sopcases.sops.urls")),
    path("admin/", admin.site.urls),
]
