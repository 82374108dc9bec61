"""open_case: under which number, by whom, and what a first report may say."""

from datetime import timedelta

import pytest

from sopcases.cases.models import Case, CaseNumber
from sopcases.cases.opening import open_case
from sopcases.people.authority import Officer
from sopcases.people.models import Area, User
from sopcases.refusal import NotAllowed, Refused
from sopcases.sops import revising
from tests.cases.story import rows, states, verbs
from tests.cast import at, make_world

pytestmark = pytest.mark.django_db

BAYI = "bayi-balita-terlantar"
PANTI = "anak-terlantar-luar-panti"


def opened(world, slug=BAYI, by="sari", **facts):
    facts.setdefault("event_at", world.now - timedelta(hours=1))
    return open_case(world.revision(slug), world.officer(by), **facts)


def refused(world, sentence, error=Refused, slug=BAYI, by="sari", **facts):
    before = rows()
    with pytest.raises(Refused) as told:
        opened(world, slug, by, **facts)
    assert told.value.sentences == (sentence,)
    assert type(told.value) is error
    assert rows() == before


def test_a_case_opens_at_its_first_step(world):
    case = opened(world, route="temuan", place="Masjid", reporter="Pak RT")
    assert (case.number, case.state) == ("BBT-2026-0001", Case.State.REPORTED)
    assert (case.opened_at, case.opened_by, case.revision) == (world.now, world.sari, world.revision())
    assert case.term_due_at == world.now + timedelta(weeks=2)
    assert states(case, "1") == ["open"]
    assert verbs(case) == ["case.opened"]
    assert case.place == "Masjid"


def test_numbers_run_per_sop_and_year_of_the_agency(db):
    world = make_world(at("2026-12-31 23:30"))
    assert opened(world, route="temuan").number == "BBT-2026-0001"
    assert opened(world, route="serahan").number == "BBT-2026-0002"
    assert opened(world, "anak-jalanan", "dewi").number == "AJ-2026-0001"
    world.wait(hours=1)
    assert opened(world, route="temuan").number == "BBT-2027-0001"
    assert CaseNumber.objects.get(code="BBT", year=2026).last == 2


@pytest.mark.parametrize("by", ["sari", "dewi", "rahman", "budi", "agus"])
def test_whoever_takes_part_or_stands_above_may(world, by):
    assert opened(world, by=by, route="temuan").opened_by == world.users[by]


@pytest.mark.parametrize("by", ["rina", "tono", "wati", "tika", "ani"])
def test_others_may_not(world, by):
    refused(world, "Jabatan Anda tidak bertugas dalam SOP ini.", NotAllowed, by=by, route="temuan")


def test_a_superuser_is_a_stranger_to_casework(world):
    root = User.objects.create_superuser("root", password="x" * 12, name="Root")
    with pytest.raises(NotAllowed):
        open_case(world.revision(), Officer(root, world.now), event_at=world.now, route="temuan")


@pytest.mark.parametrize("by", ["tika", "camat", "yuli", "hadi", "joko", "tono"])
def test_partners_and_officers_propose_in_lamandau(world, by):
    assert opened(world, PANTI, by).number == "LP-2026-0001"


def test_what_a_first_report_may_say(world):
    soon = world.now + timedelta(minutes=1)
    refused(world, "Waktu kejadian tidak boleh di masa depan.", event_at=soon, route="temuan")
    refused(world, "Pilih jalur masuk: Temuan, Titipan, Serahan.")
    refused(world, "Pilih jalur masuk: Temuan, Titipan, Serahan.", route="lain")
    told = "Isi waktu perintah lisan; tidak boleh di masa depan."
    refused(world, told, route="temuan", verbal_order_by="Kasi")
    refused(world, told, route="temuan", verbal_order_by="Kasi", verbal_order_at=soon)
    foreign = Area.objects.filter(agency=world.agencies["lamandau"]).first()
    refused(world, "Wilayah ini milik perangkat daerah lain.", route="temuan", area=foreign)


def test_a_case_keeps_its_revision(world):
    old = world.revision()
    case = opened(world, route="temuan")
    draft = revising.new_revision(old, world.officer("ani"))
    assert draft.state == "draft"
    with pytest.raises(NotAllowed, match="SOP ini tidak sedang berlaku"):
        open_case(draft, world.officer("sari"), event_at=world.now, route="temuan")
    new = revising.put_in_force(draft, world.officer("ani"), world.now.date(), official="Kadis", reason="Uji")
    case.refresh_from_db()
    assert case.revision == old
    assert opened(world, route="temuan").revision == new
    old.refresh_from_db()
    with pytest.raises(NotAllowed, match="SOP ini tidak sedang berlaku"):
        open_case(old, world.officer("sari"), event_at=world.now, route="temuan")


def test_a_scheduled_revision_is_followed_from_its_day_on(world):
    old = world.revision()
    draft = revising.new_revision(old, world.officer("ani"))
    revising.put_in_force(
        draft, world.officer("ani"), world.now.date() + timedelta(days=1), official="Kadis", reason="Uji"
    )
    assert opened(world, route="temuan").revision == old
    with pytest.raises(NotAllowed, match="SOP ini tidak sedang berlaku"):
        open_case(draft, world.officer("sari"), event_at=world.now, route="temuan")
    world.wait(days=1)
    draft.refresh_from_db()
    assert draft.state == "scheduled"
    case = open_case(draft, world.officer("sari"), event_at=world.now, route="temuan")
    assert case.revision == draft
    with pytest.raises(NotAllowed, match="SOP ini tidak sedang berlaku"):
        open_case(old, world.officer("sari"), event_at=world.now, route="temuan")


def test_without_a_term_nothing_is_due(world):
    assert opened(world, PANTI, "yuli").term_due_at is None
