"""The demonstration, end to end on an empty database, and the commands beside it."""

from datetime import timedelta
from hashlib import sha256
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sopcases.cases.models import (
    Aid,
    Attempt,
    Case,
    Child,
    Encounter,
    Relation,
    Session,
    Visit,
    Waiver,
)
from sopcases.cases.opening import open_case
from sopcases.cases.walk import walking
from sopcases.desk import demo
from sopcases.desk.inbox import Inbox
from sopcases.letters.models import Certificate, IncomingLetter, Letter
from sopcases.letters.signing.certificate import DEMO_FACE
from sopcases.letters.signing.validation import signatures
from sopcases.letters.states import LetterState
from sopcases.people.authority import Officer
from sopcases.people.models import Agency, Appointment, Entry, Position, User
from sopcases.sops.models import PaperKind, Revision
from tests.cast import at

pytestmark = pytest.mark.django_db

ACCOUNTS = {
    *(
        f"{who}.tanjungpinang"
        for who in ("kadis", "sekretaris", "kabid", "kasi", "peksos", "petugas", "admin")
    ),
    *(f"{who}.lamandau" for who in ("kadis", "kabid", "kasi", "tksk", "kecamatan", "bansos", "admin")),
}


def run(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


@pytest.fixture
def demonstration(settings):
    settings.DEMO = True


@pytest.mark.parametrize("now", [None, "2027-01-01 23:50"])
def test_an_empty_database_becomes_a_demonstration(demonstration, monkeypatch, client, now):
    """Today, and at the turn of a year."""
    if now:
        monkeypatch.setattr("django.utils.timezone.now", lambda: at(now))
    told = run("setup_demo")
    assert all(name in told for name in ACCOUNTS)
    assert "Kata sandi semua akun: demo-sopcases" in told
    assert set(User.objects.values_list("username", flat=True)) == ACCOUNTS
    assert client.login(username="kadis.tanjungpinang", password="demo-sopcases")
    assert Revision.objects.filter(state="in_force").count() == 3

    states = dict(Case.objects.values_list("number", "state"))
    assert list(states.values()).count("reported") == 1
    assert list(states.values()).count("done") == 1
    assert len(states) == 12
    year = timezone.now().year
    assert f"BBT-{year}-0001" in states
    moment = timezone.now()
    assert not Attempt.objects.filter(acted_at__gt=moment).exists()
    assert not Entry.objects.filter(at__gt=moment).exists(), "nothing happened in the future"
    assert set(Letter.objects.values_list("state", flat=True)) == set(LetterState.values)
    certified = Letter.objects.exclude(backend="").get()
    assert certified.certified_face.startswith(DEMO_FACE)
    assert certified.sha256 == sha256(certified.pdf.read()).hexdigest()
    certified.pdf.seek(0)
    (found,) = signatures(certified.pdf.read())
    assert (found.whole, found.trusted) == (True, False)
    assert Certificate.of(certified.signer).demo
    assert Waiver.objects.get(settled_at=None).kind.name == "BPJS Anak"

    assert sorted(IncomingLetter.objects.values_list("state", "confidential")) == [
        *[("done", False), ("passed", False), ("passed", True), ("recorded", False)]
    ]

    def desk(name: str) -> dict[str, int]:
        officer = Officer(User.objects.select_related("agency").get(username=name), moment)
        return {section.key: len(section.rows) for section in Inbox(officer).sections}

    assert {"todo", "late", "waiting"} <= set(desk("peksos.tanjungpinang"))
    assert Attempt.objects.filter(occurrence__isnull=False, state="open").exists()
    assert desk("kabid.tanjungpinang")["follow"] == 1
    assert set(desk("kadis.tanjungpinang")) & {"todo", "late"}, "an SPT lies before the Kepala Dinas"
    assert {"todo", "waiting", "follow"} <= set(desk("petugas.tanjungpinang"))
    assert desk("kasi.lamandau") and not desk("admin.lamandau")

    round_ = Case.objects.filter(sop__slug="anak-jalanan").order_by("-opened_at").first()
    assert round_.children.count() == 7 and round_.children.filter(source="").count() == 0, "by table"
    assert Encounter.objects.get().met_in == round_
    sibling = Relation.objects.get(kind="sibling", child__stays__case=round_)
    assert set(sibling.child.relations.exclude(adult=None).values_list("adult")) == set(
        sibling.other.relations.exclude(adult=None).values_list("adult")
    ), "a shared guardian"
    assert (round_.assessments.count(), round_.goals.count()) == (1, 2)
    assert round_.intervals.get(kind="waiting").party == "PKBM Contoh Harapan"
    session = Session.objects.get()
    assert sorted(session.attendance.values_list("status", flat=True)) == ["absent", "present", "present"]
    assert session.reports.count() == 1
    served = Aid.objects.first().case
    assert served.filings.filter(paper__agenda="0104", paper__agenda_year__isnull=False).exists()
    assert sorted(served.children.values_list("verdict", flat=True)) == ["eligible"] * 5 + ["not_eligible"]
    assert (served.aid.count(), served.aid.exclude(given_at=None).count()) == (5, 4)
    assert served.aid.filter(at_home=True).count() == 1
    assert Visit.objects.get().report is not None


def test_run_again_it_keeps_what_is_there(demonstration):
    run("setup_demo")
    child = Child.objects.first()
    child.name = "Diubah Peraga"
    child.save()
    before = [model.objects.count() for model in (User, Case, Child, Entry, Letter)]
    told = run("setup_demo")
    assert "Data peragaan sudah ada dan dibiarkan" in told
    assert "kadis.lamandau" in told
    assert [model.objects.count() for model in (User, Case, Child, Entry, Letter)] == before
    assert Child.objects.get(pk=child.pk).name == "Diubah Peraga"
    told = run("setup_demo", "--accounts", "--address", "http://127.0.0.1:8001")
    assert "Alamat: http://127.0.0.1:8001/masuk/" in told
    assert [line.split()[0] for line in told.splitlines() if "." in line.split(" ")[0]] == [
        row[0] for row in demo.accounts()
    ]


def test_a_database_in_use_is_refused(demonstration, world):
    with pytest.raises(CommandError, match="sudah berisi data"):
        run("setup_demo")
    assert not User.objects.filter(username__in=ACCOUNTS).exists()


def test_production_is_refused(db):
    with pytest.raises(CommandError, match="DEMO=true"):
        run("setup_demo")
    with pytest.raises(CommandError, match="DEMO=true"):
        run("setup_demo", "--accounts")
    assert not User.objects.exists()


def test_a_failure_leaves_nothing(demonstration, monkeypatch):
    def fail(agencies, now):
        raise RuntimeError("halfway")

    monkeypatch.setattr(demo, "tell", fail)
    with pytest.raises(RuntimeError):
        run("setup_demo")
    assert not User.objects.exists() and not Agency.objects.exists()


def test_accounts_before_the_data_say_what_to_do(demonstration, db):
    with pytest.raises(CommandError, match="Belum ada akun peragaan"):
        run("setup_demo", "--accounts")


# --- the other commands


def test_roll_is_safe_to_run_twice(world):
    world.case()
    assert "0 penanganan" in run("roll")
    assert "0 penanganan" in run("roll")


AGENCY = """
slug: contohkota
name: Dinas Sosial Kota Contoh
short_name: Dinsos Contoh
government: PEMERINTAH KOTA CONTOH
letterhead_name: [DINAS SOSIAL]
city: Contoh
timezone: Asia/Jayapura
areas: [Utara]
positions:
  - {name: Kepala Balai, may_close: true, may_waive: true}
  - {name: Pendamping, superior: Kepala Balai}
papers:
  - {name: Catatan Kunjungan, origin: report}
series: []
outcomes: [Selesai didampingi]
"""

SOP = """
slug: pendampingan
agency: contohkota
name: Pendampingan Lansia Contoh
number: null
noun: Pendampingan
code: PD
opening: child
created_on: null
revised_on: null
ratified_on: null
effective_on: null
ratified_by: {name: null, nip: null}
term: 10 Hari
legal_basis: []
steps:
  - key: "1"
    number: "1."
    activity: Pendamping berkunjung
    performers: [{position: Pendamping, part: performs}]
    requires: []
    produces: [{key: catatan, paper: Catatan Kunjungan, stage: ready}]
    time: 1 Hari
    after: []
  - key: "2"
    number: "2."
    activity: Kepala Balai memeriksa catatan
    performers: [{position: Kepala Balai, part: performs}]
    requires: [{paper: Catatan Kunjungan, stage: ready, from: 1/catatan}]
    produces: []
    time: 2 Jam
    after: null
notes: []
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "agency.yaml").write_text(AGENCY, encoding="utf-8")
    (tmp_path / "sop.yaml").write_text(SOP, encoding="utf-8")
    return str(tmp_path / "agency.yaml"), str(tmp_path / "sop.yaml")


def test_a_new_agency_with_a_fourth_sop_is_pure_data(world, files):
    told = run("install_agency", *files)
    assert "Dinas Sosial Kota Contoh: 2 jabatan" in told
    assert "SOP Pendampingan Lansia Contoh diberlakukan." in told
    agency = Agency.objects.get(slug="contohkota")
    now = timezone.now() + timedelta(minutes=1)
    people = {}
    for login, position in (("lia", "Pendamping"), ("hasan", "Kepala Balai")):
        people[login] = User.objects.create_user(login, name=login.title(), agency=agency)
        Appointment.objects.create(
            user=people[login],
            position=Position.objects.get(agency=agency, name=position),
            valid_from=now.date() - timedelta(days=2),
        )
    lia, hasan = (Officer(people[login], now) for login in ("lia", "hasan"))
    revision = Revision.objects.select_related("sop__agency").get(sop__slug="pendampingan")
    case = open_case(revision, lia, event_at=now)
    assert case.number.startswith("PD-")

    def waits(officer):
        return [row.what for row in Inbox(Officer(officer.user, now)).section("todo")]

    assert waits(lia) == ["Langkah 1 dari 2: Pendamping berkunjung"]
    kind = PaperKind.objects.get(agency=agency)
    paper = kind.papers.create(agency=agency, stage=20, created_at=now, created_by=lia.user)
    with walking(case, lia) as walk:
        walk.file(paper, output=walk.plan.by_key["1"].outputs[0].id)
        walk.finish("1")
    assert waits(lia) == []
    assert waits(hasan) == ["Langkah 2 dari 2: Kepala Balai memeriksa catatan"]
    with walking(case, hasan) as walk:
        walk.finish("2")
    assert waits(hasan) == ["Tutup penanganan"]


def test_an_agency_whose_sop_cannot_run_is_refused_whole(world, files, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text(SOP.replace("part: performs", "part: orders"), encoding="utf-8")
    with pytest.raises(CommandError, match="tidak ada pelaksana"):
        run("install_agency", files[0], str(broken))
    assert not Agency.objects.filter(slug="contohkota").exists()
    with pytest.raises(CommandError, match="tidak dapat dibuka"):
        run("install_agency", files[0], str(tmp_path / "missing.yaml"))
    assert not Agency.objects.filter(slug="contohkota").exists()
