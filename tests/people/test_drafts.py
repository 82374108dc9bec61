"""What is typed is kept on the server until it is sent: sealed, one draft a tab, seen by its writer alone."""

import json
import re
import secrets
import uuid
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sopcases.cases.models import Outcome, ProgressNote
from sopcases.people import drafts
from sopcases.people.models import Draft, Entry, Submission
from tests.cases.front_door import Desk, hidden, local
from tests.cases.test_verb_judge import proposed
from tests.cast import make_world

pytestmark = pytest.mark.django_db

SAVE = "/konsep-isian/"
TEXT = "Kunjungan ke rumah Wak Leman:\nbayi sudah mau menyusu; “NIK” 2172010101010001 & <kutipan>."
JSON = {"Accept": "application/json"}


class Typing(Desk):
    """A person with a form open in a tab."""

    def open(self, url):
        """The form's key in this tab."""
        return hidden(self.get(url))["_key"]

    def types(self, url, key, status=200, fields=(), **more):
        """What the script sends while one types."""
        user = int(self.client.session["_auth_user_id"])
        sent = {"user": user, "path": url, "key": key, "fields": [["_key", key], *fields], "files": []} | more
        response = self.client.post(SAVE, json.dumps(sent), "application/json", headers=JSON)
        assert response.status_code == status, response.content
        return response.json()

    def goes_on(self, url, pk, status=200):
        """Presses Lanjutkan isian."""
        return self.post(url, status, _draft=str(pk))


class Filled(HTMLParser):
    """What a page's own form holds, as a browser would send it."""

    def __init__(self, response):
        super().__init__()
        self.values, self._area = {}, None
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "input" and attrs.get("type") not in ("checkbox", "radio", "file"):
            self.values[attrs.get("name")] = attrs.get("value", "")
        elif tag == "input" and "checked" in attrs:
            self.values.setdefault(f"{attrs['name']}[]", []).append(attrs["value"])
        elif tag == "textarea":
            self._area = attrs["name"]
            self.values[self._area] = ""

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = None

    def handle_data(self, data):
        if self._area:
            self.values[self._area] += data


@pytest.fixture
def world(db):
    return make_world(now=timezone.now())


@pytest.fixture
def desk(world):
    return lambda name: Typing(world, name)


@pytest.fixture
def note(world):
    """The address of a form: a new progress note of a running case."""
    return f"/penanganan/{world.case().number}/catatan/baru/"


def fields(text=TEXT, **more):
    return [["text", text], *([name, value] for name, value in more.items())]


def test_typed_lost_and_gone_on_with(world, desk, note):
    sari = desk("sari")
    key = sari.open(note)
    happened = local(world.now - timedelta(hours=3))
    said = sari.types(note, key, fields=fields(happened_at=happened))
    draft = Draft.objects.get()
    assert said == {"saved": f"{timezone.localtime(draft.saved_at):%H.%M}", "version": 1}

    page = sari.text(note)
    assert f"Ada isian yang belum dikirim dari hari ini {said['saved']}." in page
    assert "Kunjungan ke rumah Wak Leman" in page
    assert page.count("Lanjutkan isian") == page.count(">Buang<") == 1

    response = sari.goes_on(note, draft.pk)
    form = Filled(response).values
    assert (form["text"].lstrip("\n"), form["happened_at"]) == (TEXT, happened)
    page = response.content.decode()
    assert "sudah dimuat kembali" in page
    assert "Kesalahan:" not in page and "is-invalid" not in page
    assert not ProgressNote.objects.exists(), "taken up, not sent"

    sari.post(note, text=form["text"], happened_at=form["happened_at"], _key=form["_key"])
    assert ProgressNote.objects.get().text.strip() == TEXT
    assert not Draft.objects.exists()
    assert "belum dikirim" not in sari.text(note)


def test_half_filled_it_comes_back_without_reproach(desk, note):
    sari = desk("sari")
    sari.types(note, sari.open(note), fields=[["text", ""], ["happened_at", ""]])
    page = sari.goes_on(note, Draft.objects.get().pk).content.decode()
    assert "invalid-feedback" not in page and "error-summary" not in page


def test_many_papers_of_a_step_come_back_with_it(world, desk):
    case = world.case()
    url = f"/penanganan/{case.number}/langkah/1/"
    sari = desk("sari")
    html = sari.text(url)
    prefix = re.search(r'name="([rk]\d+-\d+)-number"', html)[1]
    sari.types(url, sari.open(url), fields=[[f"{prefix}-number", "R/77/X"], ["note", "Lewat telepon"]])
    form = Filled(sari.goes_on(url, Draft.objects.get().pk)).values
    assert form[f"{prefix}-number"] == "R/77/X"
    assert form["note"].strip() == "Lewat telepon"


def test_a_letter_too(world, desk):
    case = world.case()
    kind = world.kind("Surat Perintah Tugas").pk
    url = f"/penanganan/{case.number}/surat/baru/?jenis={kind}"
    agus = desk("agus")
    agus.types(url, agus.open(url), fields=[["place", "Pasar Baru"], ["version", "0"]])
    response = agus.goes_on(url, Draft.objects.get().pk)
    assert Filled(response).values["place"] == "Pasar Baru"
    assert "halaman ini sudah berubah" not in response.content.decode()


def test_a_first_report_has_no_case_yet(world, desk):
    sari, url = desk("sari"), "/penanganan/laporan-awal/"
    sari.types(url, sari.open(url), fields=[["place", "Teras musala"], ["route", "temuan"], ["sex", "P"]])
    form = Filled(sari.goes_on(url, Draft.objects.get().pk)).values
    assert form["place"] == "Teras musala"
    assert form["route[]"] == ["temuan"]
    assert form["sex[]"] == ["P"]


def test_half_an_emoji_is_replaced_and_the_rest_kept(desk, note):
    sari = desk("sari")
    text = "\ud83dBayi tidur \U0001f476 nyenyak\ud83d"
    sari.types(note, sari.open(note), fields=[["text", text], ["\udc76", "x"]], files=["foto\ud83d.jpg"])
    page = sari.text(note)
    assert "Bayi tidur \U0001f476 nyenyak" in page
    form = Filled(sari.goes_on(note, Draft.objects.get().pk)).values
    assert form["text"].strip() == "\ufffdBayi tidur \U0001f476 nyenyak\ufffd"


def test_each_tab_has_its_own_and_sending_takes_its_own_only(desk, note):
    sari = desk("sari")
    one, two = sari.open(note), sari.open(note)
    sari.types(note, one, fields=fields("Tulisan di tab pertama"))
    sari.types(note, two, fields=fields("Tulisan di tab kedua"))
    sari.types(note, one, fields=fields("Tulisan di tab pertama, lebih panjang"), version=1)
    page = sari.text(note)
    assert "Ada 2 isian yang belum dikirim" in page
    assert page.index("tab pertama, lebih panjang") < page.index("tab kedua"), "newest first"
    sari.post(note, text="Tulisan di tab kedua", happened_at=local(timezone.now()), _key=two)
    page = sari.text(note)
    assert "Ada isian yang belum dikirim" in page
    assert "tab pertama" in page and "tab kedua" not in page


def test_gone_on_with_in_a_second_tab_it_is_not_overwritten_by_the_first(desk, note):
    sari = desk("sari")
    key = sari.open(note)
    sari.types(note, key, fields=fields("Awal"))
    form = Filled(sari.goes_on(note, Draft.objects.get().pk)).values
    assert form["_key"] != key
    sari.types(note, key, fields=fields("Terus di tab pertama"), version=1)
    sari.types(note, form["_key"], fields=fields("Terus di tab kedua"))
    words = {found.words for found in (drafts._open(row) for row in Draft.objects.all())}
    assert words == {"Terus di tab pertama", "Terus di tab kedua"}


def test_a_tab_made_double_learns_that_it_is_one_of_two(desk, note):
    sari = desk("sari")
    key = sari.open(note)
    sari.types(note, key, fields=fields("Satu"))
    sari.types(note, key, fields=fields("Satu, dua"), version=1)
    said = sari.types(note, key, 409, fields=fields("Yang lain"), version=1)
    assert uuid.UUID(said["key"]) != uuid.UUID(key)
    assert "tab lain" in said["error"]
    assert drafts._open(Draft.objects.get()).words == "Satu, dua"


def test_an_answer_that_got_lost_does_not_make_two(desk, note):
    sari = desk("sari")
    key = sari.open(note)
    sari.types(note, key, fields=fields("Satu"))
    assert sari.types(note, key, fields=fields("Satu"), version=None)["version"] == 2
    assert Draft.objects.count() == 1


def test_thrown_away(desk, note):
    sari = desk("sari")
    sari.types(note, sari.open(note), fields=fields())
    pk = Draft.objects.get().pk
    page = sari.text(note)
    assert f'name="_draft" value="{pk}">Lanjutkan isian' in page
    assert f'name="draft" value="{pk}" formaction="{SAVE}buang/"' in page
    response = sari.post(f"{SAVE}buang/", draft=str(pk))
    assert response["Location"] == note
    page = sari.text(note)
    assert "Isian yang belum dikirim dibuang." in page
    assert "Lanjutkan isian" not in page
    assert not Draft.objects.exists()


@pytest.mark.parametrize("pk", ["", "0", "-1", "satu", "²", "9" * 40, "1 OR 1=1"])
def test_what_is_not_there_is_said(desk, note, pk):
    sari = desk("sari")
    assert sari.post(f"{SAVE}buang/", draft=pk)["Location"] == "/"
    assert sari.goes_on(note, pk, 302)["Location"] == note
    assert drafts.GONE in sari.text("/")


def test_nobody_else_sees_or_touches_it(world, desk, note):
    sari, dewi = desk("sari"), desk("dewi")
    key = sari.open(note)
    sari.types(note, key, fields=fields())
    pk = Draft.objects.get().pk
    assert "belum dikirim" not in dewi.text(note)
    assert dewi.goes_on(note, pk, 302)["Location"] == note
    dewi.post(f"{SAVE}buang/", draft=str(pk))
    dewi.types(note, key, fields=fields("Milik Dewi"))
    assert {row.user.username for row in Draft.objects.all()} == {"sari", "dewi"}
    assert "Wak Leman" in sari.text(note)
    assert "Milik Dewi" not in sari.text(note)


def test_another_user_at_the_same_browser_keeps_nothing_of_hers(world, desk, note):
    """Sari's page lies open, Dewi signs in: the page still says whose it is."""
    dewi = desk("dewi")
    said = dewi.types(note, str(uuid.uuid4()), 409, fields=fields(), user=world.users["sari"].pk)
    assert "Pengguna lain" in said["error"]
    assert "key" not in said
    assert not Draft.objects.exists()


def test_the_database_holds_nothing_readable_and_the_journal_nothing_at_all(desk, note):
    sari = desk("sari")
    key = sari.open(note)
    before = Entry.objects.count()
    secret = [["password", "rahasia-123"], ["new_password", "x"], ["passphrase", "y"], ["kata_sandi", "z"]]
    sari.types(note, key, fields=[*fields(), *secret, ["csrfmiddlewaretoken", "t"]], files=["Foto Leman.jpg"])
    row = Draft.objects.get()
    stored = json.dumps([row.path, row.sealed])
    assert not any(word in stored for word in ("Leman", "2172010101010001", "menyusu"))
    kept = drafts._open(row).typed
    assert [name for name, _ in kept.fields] == ["_key", "text"]
    assert kept.files == ["Foto Leman.jpg"]
    assert Entry.objects.count() == before


def test_files_are_named_to_be_chosen_again(desk, note):
    sari = desk("sari")
    sari.types(note, sari.open(note), fields=fields(), files=["IMG_0412.jpg"])
    page = sari.goes_on(note, Draft.objects.get().pk).content.decode()
    assert "Pilih kembali" in page and "IMG_0412.jpg" in page


def test_a_key_that_was_sent_keeps_no_draft(desk, note):
    sari = desk("sari")
    key = sari.open(note)
    sari.post(note, text="Sudah", happened_at=local(timezone.now()), _key=key)
    assert "sudah dikirim" in sari.types(note, key, 422, fields=fields())["error"]
    assert not Draft.objects.exists()


def test_a_draft_that_came_in_while_its_form_was_being_sent_is_passed_over(world, desk, note):
    sari = desk("sari")
    key = sari.open(note)
    sari.types(note, key, fields=fields())
    Submission.objects.create(key=key, user=world.users["sari"], at=timezone.now())
    assert "belum dikirim" not in sari.text(note)
    call_command("roll")
    assert not Draft.objects.exists()


def test_a_refused_sending_keeps_the_draft(desk, note):
    sari = desk("sari")
    key = sari.open(note)
    sari.types(note, key, fields=fields(""))
    sari.post(note, 422, text="", happened_at="", _key=key)
    assert Draft.objects.count() == 1


def test_two_editors_still_meet_and_it_is_said_before_sending(world, desk):
    case = world.case()
    url = f"/penanganan/{case.number}/tunda/"
    dewi = desk("dewi")
    form = hidden(dewi.get(url))
    dewi.types(url, form["_key"], fields=[["version", form["version"]], ["reason", "Menunggu orang tua"]])
    with world.walk(case, "sari") as walk:
        walk.case.version += 1
        walk.case.save()
    response = dewi.goes_on(url, Draft.objects.get().pk)
    assert "halaman ini sudah berubah" in response.content.decode()
    form = Filled(response).values
    response = dewi.post(url, 409, reason=form["reason"], version=form["version"], _key=form["_key"])
    assert "Sudah diubah orang lain" in response.content.decode()
    assert "Menunggu orang tua" in response.content.decode()
    assert Draft.objects.count() == 1


def test_where_the_form_is_closed_meanwhile_the_text_can_be_copied(world, desk):
    case = world.case()
    url = f"/penanganan/{case.number}/langkah/1/"
    sari = desk("sari")
    sari.types(url, sari.open(url), fields=[["note", "Lewat telepon"]])
    with world.walk(case, "dewi") as walk:
        walk.stop("Salah lapor", Outcome.objects.filter(agency=case.agency).first())
    page = sari.goes_on(url, Draft.objects.get().pk, 422).content.decode()
    assert "tidak terbuka lagi" in page and "Lewat telepon" in page


def test_taking_up_never_does_an_act(world, desk, note):
    """A view that acts without showing a form first refuses what nobody sent."""
    sari = desk("sari")
    sari.types(note, sari.open(note), fields=fields(happened_at=local(timezone.now())))
    draft = Draft.objects.get()
    sari.goes_on(note, draft.pk)
    sari.goes_on(note, draft.pk)
    assert not ProgressNote.objects.exists()
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "https://evil.example/penanganan/",
        "//evil.example/",
        "/\\evil.example/",
        "/admin/people/user/add/",
        "/masuk/",
        "/kata-sandi/",
        "/lanjutkan/",
        "/konsep-isian/",
        "/tidak/ada/",
        "/penanganan/laporan-awal/?x=\x00",
        "/penanganan/laporan-awal/?" + "x" * 2000,
        "penanganan/laporan-awal/",
        "javascript:alert(1)",
    ],
)
def test_only_forms_of_ours_have_drafts(desk, path):
    assert desk("sari").types(path, str(uuid.uuid4()), 422)["error"] == drafts.FOREIGN
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{",
        "[" * 100_000,
        '{"user": 1}',
        '{"user":1,"path":7,"key":"x","fields":[],"files":[]}',
        '{"user":1,"path":"/","key":"bukan-kunci","fields":[],"files":[]}',
        '{"user":1,"path":"/","key":"6f1d","fields":[["a"]],"files":[]}',
        b"\xff\xfe",
    ],
)
def test_nonsense_is_no_draft(desk, body):
    response = desk("sari").client.post(SAVE, body, "application/json", headers=JSON)
    assert response.status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"fields": [["text", 7]]},
        {"fields": [["a", "b", "c"]]},
        {"fields": 7},
        {"files": [None]},
        {"version": "1"},
        {"key": 12},
    ],
)
def test_parts_of_the_wrong_kind_are_no_draft(desk, note, wrong):
    sari = desk("sari")
    sent = {"user": 1, "path": note, "key": str(uuid.uuid4()), "fields": [], "files": []} | wrong
    assert sari.client.post(SAVE, json.dumps(sent), "application/json").status_code == 400


def test_too_long_is_said(desk, note, monkeypatch):
    monkeypatch.setattr(drafts, "LIMIT", 400)
    sari = desk("sari")
    key = sari.open(note)
    assert (
        "terlalu panjang"
        in sari.types(note, key, 422, fields=fields(TEXT * 2 + secrets.token_hex(400)))["error"]
    )


def test_the_oldest_make_room(desk, note, monkeypatch):
    monkeypatch.setattr(drafts, "MOST", 3)
    sari = desk("sari")
    keys = [sari.open(note) for _ in range(5)]
    for number, key in enumerate(keys):
        sari.types(note, key, fields=fields(f"Tulisan {number}"))
    assert {str(row.key) for row in Draft.objects.all()} == set(keys[2:])


def test_old_ones_are_not_shown_and_go_with_the_morning(desk, note):
    sari = desk("sari")
    sari.types(note, sari.open(note), fields=fields())
    Draft.objects.update(saved_at=timezone.now() - drafts.KEEP + timedelta(minutes=1))
    assert "Lanjutkan isian" in sari.text(note)
    Draft.objects.update(saved_at=timezone.now() - drafts.KEEP)
    assert "Lanjutkan isian" not in sari.text(note)
    call_command("roll")
    call_command("roll")
    assert not Draft.objects.exists()


def test_under_another_key_of_the_server_it_cannot_be_read_and_nothing_breaks(desk, note, settings):
    sari = desk("sari")
    sari.types(note, sari.open(note), fields=fields())
    Draft.objects.update(sealed=Draft.objects.get().sealed[:-8] + "AAAAAAA=")
    assert "Lanjutkan isian" not in sari.text(note)
    assert sari.goes_on(note, Draft.objects.get().pk, 302)["Location"] == note


def test_without_a_session_a_script_reads_401(note):
    stranger = Client()
    for response in (
        stranger.get(SAVE, headers=JSON),
        stranger.post(SAVE, "{}", "application/json", headers=JSON),
    ):
        assert response.status_code == 401
        assert response.json() == {"error": "Sesi Anda berakhir. Masuk kembali untuk melanjutkan."}


def test_after_a_login_in_another_tab_the_page_gets_the_new_token(world, note):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.users["sari"])
    sent = json.dumps(
        {
            "user": world.users["sari"].pk,
            "path": note,
            "key": str(uuid.uuid4()),
            "fields": fields(),
            "files": [],
        }
    )
    response = browser.post(SAVE, sent, "application/json", headers=JSON | {"X-CSRFToken": "a" * 64})
    assert response.status_code == 403
    assert response.json()["error"]
    told = browser.get(SAVE, headers=JSON).json()
    assert told["user"] == world.users["sari"].pk
    response = browser.post(SAVE, sent, "application/json", headers=JSON | {"X-CSRFToken": told["token"]})
    assert response.status_code == 200
    browser.cookies.clear()
    assert browser.post(SAVE, sent, "application/json", headers=JSON).status_code == 401


def test_with_a_one_time_password_nothing_is_kept(world, desk, note):
    sari = desk("sari")
    world.users["sari"].must_change_password = True
    world.users["sari"].save()
    assert sari.client.get(SAVE, headers=JSON).status_code == 403
    sari.types(note, str(uuid.uuid4()), 403, fields=fields())
    assert not Draft.objects.exists()


def test_throwing_away_what_was_typed_at_the_end_of_a_session_throws_its_draft_away(desk, note):
    from sopcases.people import typed

    sari = desk("sari")
    key = sari.open(note)
    sari.types(note, key, fields=fields())
    session = sari.client.session
    session[typed.SLOT] = typed.seal(typed.Typed(note, [["_key", key], ["text", TEXT]], []))
    session.save()
    sari.post("/lanjutkan/buang/")
    assert not Draft.objects.exists()


def test_pages_that_ask_who_one_is_have_no_drafts(desk):
    for address in ("/kata-sandi/",):
        page = desk("sari").text(address)
        assert "data-unguarded" in page and 'name="_key"' not in page


@pytest.mark.parametrize("number", [1, 3])
def test_saving_and_showing_cost_the_same_at_any_number(desk, note, number):
    sari = desk("sari")
    for count in range(number):
        sari.types(note, sari.open(note), fields=fields(f"Tulisan {count}"))
    key = sari.open(note)
    sari.types(note, key, fields=fields())
    with CaptureQueriesContext(connection) as asked:
        sari.types(note, key, fields=fields("Lagi"), version=1)
    ours = [q["sql"] for q in asked if "people_draft" in q["sql"] or "people_submission" in q["sql"]]
    assert len(ours) == 3, ours  # sent already? · the row · its saving
    with CaptureQueriesContext(connection) as asked:
        assert "Lanjutkan isian" in sari.text(note)
    assert len([q for q in asked if "people_draft" in q["sql"]]) == 1


def test_the_rows_of_a_table_come_back_with_it(world, desk):
    case = proposed(world, 3)
    url = f"/penanganan/{case.number}/langkah/2/verifikasi/"
    yuli = desk("yuli")
    shown = hidden(yuli.get(url))
    one, two, _ = case.children.order_by("id")
    typed_rows = [[f"a{one.child_id}-verdict", "incomplete"], [f"a{two.child_id}-reason", "Belum jelas"]]
    kept = [[name, value] for name, value in shown.items() if name != "_key"] + typed_rows
    yuli.types(url, shown["_key"], fields=kept)
    response = yuli.goes_on(url, Draft.objects.get().pk)
    form = Filled(response).values
    assert form[f"a{two.child_id}-reason"] == "Belum jelas"
    assert "incomplete" in form[f"a{one.child_id}-verdict[]"]
    assert "invalid-feedback" not in response.content.decode()
    assert not case.children.exclude(verdict="").exists()
