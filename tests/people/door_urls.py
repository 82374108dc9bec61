"""A small house behind the door: one view of each policy, and builders of who knocks."""

import json
import uuid
from datetime import date
from html.parser import HTMLParser

from django import forms
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import include, path
from django.utils import timezone

from sopcases.people.access import gate, officers, public, signed_in, staff
from sopcases.people.authority import Officer
from sopcases.people.forms import IdentityForm, confirm_identity
from sopcases.people.models import Agency, Appointment, Area, Position, User
from sopcases.people.once import OnceForm, once
from sopcases.refusal import Conflict, NotAllowed, Refused

PASSWORD = "kuda baja hijau pagi"


def agency(slug="tanjungpinang", timezone="Asia/Jakarta"):
    return Agency.objects.create(slug=slug, name=slug, short_name=slug, city=slug, timezone=timezone)


def user(username="sari.tanjungpinang", **fields):
    return User.objects.create_user(username, password=PASSWORD, name=username.title(), **fields)


def appointed(person, position="Pekerja Sosial"):
    post, _ = Position.objects.get_or_create(agency=person.agency, name=position)
    Appointment.objects.create(user=person, position=post, valid_from=date(2020, 1, 1))
    return person


class Page(HTMLParser):
    """The forms of a page, each with its address and what it would send."""

    def __init__(self, response):
        super().__init__()
        self.forms = []
        self.text = response.content.decode()
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append((attrs.get("action", ""), []))
        elif tag == "input" and self.forms and "name" in attrs:
            self.forms[-1][1].append((attrs["name"], attrs.get("value") or ""))

    def form(self, action):
        """What the form that goes to `action` sends, each name with its list of values."""
        (inputs,) = [inputs for address, inputs in self.forms if address == action]
        sent = {}
        for name, value in inputs:
            sent.setdefault(name, []).append(value)
        return sent


def sign_in(client, person, password=PASSWORD, **extra):
    return client.post("/masuk/", {"username": person.username, "password": password}, **extra)


@signed_in
def home(request):
    return HttpResponse("Tugas Saya")


@signed_in
def write(request):
    """Echoes what arrived; a GET shows the form."""
    if request.method == "POST":
        return JsonResponse({"fields": dict(request.POST.lists()), "files": list(request.FILES)})
    template = engines["django"].from_string('<form method="post">{% csrf_token %}</form>')
    return HttpResponse(template.render({}, request))


@public("A page for everybody.")
def open_page(request):
    return HttpResponse("terbuka")


@officers
def work(request):
    return HttpResponse(f"{request.officer.title} {timezone.localtime(request.at):%z}")


@staff
def settings_page(request):
    return HttpResponse("pengaturan")


def find_area(officer: Officer, number: int) -> Area | None:
    return Area.objects.filter(agency=officer.agency, pk=number).first()


def why_not_rename(area: Area, officer: Officer) -> str | None:
    return None if officer.may_act else "Anda tidak memegang jabatan hari ini."


area_gate = gate("area", find_area)


@area_gate
def area_page(request, area):
    return HttpResponse(area.name)


@area_gate(may=why_not_rename)
def rename_area(request, area):
    return HttpResponse("boleh")


REFUSALS = {422: Refused, 403: NotAllowed, 409: Conflict}


@signed_in
def refuse(request, status):
    raise REFUSALS[status]("Surat sudah bernomor.", "Batalkan dahulu nomornya.")


@signed_in
def make_area(request):
    """A form that makes a row, once."""

    def act():
        area = Area.objects.create(agency=request.user.agency, name=request.POST["name"])
        if area.name == "tolak":
            raise Refused("Nama itu ditolak.")
        return f"/wilayah/{area.pk}/"

    return once(request, act)


class SignForm(OnceForm, IdentityForm):
    note = forms.CharField()


@signed_in
def sign(request):
    form = SignForm(request.POST or None)
    if form.is_valid() and confirm_identity(request, form):
        return once(request, lambda: f"/wilayah/?{form.cleaned_data['note']}")
    return HttpResponse(json.dumps(form.errors) + form.as_p(), status=422 if form.errors else 200)


@signed_in
def with_tag(request):
    template = engines["django"].from_string("{% load once %}{% once_key %}")
    return HttpResponse(template.render({}, request))


@signed_in
def elsewhere(request):
    return redirect("/")


urlpatterns = [
    path("", home),
    path("", include("sopcases.people.urls")),
    path("tulis/", write),
    path("terbuka/", open_page),
    path("kerja/", work),
    path("pengaturan/", settings_page),
    path("wilayah/baru/", make_area),
    path("wilayah/<int:number>/", area_page),
    path("wilayah/<int:number>/nama/", rename_area),
    path("tolak/<int:status>/", refuse),
    path("teken/", sign),
    path("kunci/", with_tag),
    path("penanganan/", elsewhere),
]


def new_key():
    return str(uuid.uuid4())
