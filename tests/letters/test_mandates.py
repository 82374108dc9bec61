"""An act outside the days or the people of every letter of assignment is said so on the case.

Never before one is there, under a verbal order, or under a letter on paper whose days nobody typed in.
"""

from datetime import timedelta

import pytest
from django.test import Client

from sopcases.cases.mandates import Mandates, of_papers
from sopcases.cases.models import Case
from sopcases.cases.progress import Progress, Spot
from sopcases.sops.models import Stage
from tests.cases.front_door import Desk as Browser
from tests.cases.front_door import local
from tests.cases.story import done, reported

pytestmark = pytest.mark.django_db
STEP = "4"


@pytest.fixture
def desk(world):
    from tests.letters.papers import Desk

    found = Desk(world)
    reported(world, found.case)
    return found


def ordered(desk, starts=0, ends=0, names=("sari",)):
    """An SPT for the step, decided; its days counted from today."""
    day = desk.world.now.date()
    content = {
        "starts": (day + timedelta(starts)).isoformat(),
        "ends": (day + timedelta(ends)).isoformat(),
    }
    from sopcases.letters.models import Letter

    output = desk.case.revision.steps.get(key="2").outputs.get().pk
    kind = desk.world.kind("Surat Perintah Tugas")
    letter = Letter.draft(
        desk.case, desk.by("agus"), kind, desk.spt_content(*names, **content), output_id=output
    )
    letter.propose(desk.by("agus"))
    letter.initial(desk.by("rahman"))
    letter.decide(desk.by("budi"))
    return letter


def said(desk, key=STEP):
    progress = Progress(Case.objects.get(pk=desk.case.pk), desk.by("dewi"))
    return Mandates(progress).outside(progress.current(Spot(key)))


def record(desk, by="sari", **facts):
    done(desk.world, desk.case, by, lambda w: w.record(STEP, **facts))


def test_within_its_days_and_by_its_people_nothing_is_said(desk):
    letter = ordered(desk)
    desk.world.wait(minutes=5)
    record(desk)
    assert said(desk) == []
    order = of_papers([letter.paper_id])[letter.paper_id]
    assert (order.officers, order.place) == ({desk.world.sari.pk}, "Polresta dan RSUD Kota Tanjungpinang")


def test_a_day_that_no_letter_names(desk):
    ordered(desk, starts=2, ends=3)
    desk.world.wait(minutes=5)
    record(desk)
    (sentence,) = said(desk)
    assert sentence.startswith(
        "Di luar masa Surat Perintah Tugas: dilaksanakan 2 Maret 2026, surat berlaku 4 "
    )


def test_a_person_whom_no_letter_of_the_day_names(desk):
    ordered(desk, names=("agus",))
    desk.world.wait(minutes=5)
    record(desk)
    assert said(desk) == [f"Tidak tercantum dalam Surat Perintah Tugas: {desk.world.sari}."]
    ordered(desk, names=("sari",))
    assert said(desk) == [], "a second letter names him"


def test_another_place_than_the_letter_names_as_the_officer_told_it(desk):
    ordered(desk)
    desk.world.wait(minutes=5)
    record(desk, elsewhere="Puskesmas Batu 10")
    assert said(desk) == [
        "Di luar tempat Surat Perintah Tugas: dilaksanakan di Puskesmas Batu 10, "
        "surat menyebut Polresta dan RSUD Kota Tanjungpinang."
    ]
    record(desk)
    assert len(said(desk)) == 1, "what was told stays until told otherwise"
    record(desk, elsewhere="polresta dan RSUD kota Tanjungpinang")
    assert said(desk) == [], "that is where the letter sends him"
    record(desk, elsewhere="")
    assert said(desk) == []


def test_the_place_is_asked_only_where_a_letter_names_one(desk, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: desk.world.now)
    sari, url = Browser(desk.world, "sari"), f"/penanganan/{desk.case.number}/langkah/{STEP}/"
    assert 'name="elsewhere"' not in sari.text(f"{url}?dahulu=1")
    ordered(desk)
    desk.world.wait(minutes=5)
    page = sari.text(url)
    assert "Surat perintah menyebut: Polresta dan RSUD Kota Tanjungpinang." in page
    sari.send(
        url,
        action="later",
        elsewhere="Puskesmas",
        acted_at=local(desk.world.now),
        acted_by=desk.world.sari.pk,
    )
    assert 'value="Puskesmas"' in sari.text(url)
    page = sari.text(f"/penanganan/{desk.case.number}/")
    assert "Di luar tempat Surat Perintah Tugas: dilaksanakan di Puskesmas" in page


def test_a_void_letter_covers_nothing(desk):
    letter = ordered(desk)
    ordered(desk, starts=5, ends=6)
    desk.world.wait(minutes=5)
    record(desk)
    assert said(desk) == []
    letter.void(desk.by("budi"), "Keliru")
    assert len(said(desk)) == 1


def test_before_any_letter_and_under_a_verbal_order_nothing_is_said(desk):
    desk.world.wait(minutes=5)
    record(desk, verbal_order=("Kepala Seksi", desk.world.now - timedelta(minutes=1)))
    assert said(desk) == []
    ordered(desk, starts=3, ends=3)
    assert said(desk) == []


def test_a_letter_on_paper_is_not_held_against_anybody(desk):
    output = desk.case.revision.steps.get(key="2").outputs.get().pk
    paper = desk.world.paper("Surat Perintah Tugas", stage=Stage.SIGNED)
    done(desk.world, desk.case, "agus", lambda w: w.file(paper, output=output))
    ordered(desk, starts=5, ends=6)
    desk.world.wait(minutes=5)
    record(desk)
    assert said(desk) == []


def test_the_case_page_says_so(desk, monkeypatch, django_assert_num_queries):
    ordered(desk, names=("agus",))
    desk.world.wait(minutes=5)
    record(desk)
    monkeypatch.setattr("django.utils.timezone.now", lambda: desk.world.now)
    client = Client()
    client.force_login(desk.world.dewi, backend="sopcases.people.backends.OfficerBackend")
    page = client.get(f"/penanganan/{desk.case.number}/").content.decode()
    assert f"Tidak tercantum dalam Surat Perintah Tugas: {desk.world.sari}." in page


def test_who_initialled_and_signed_it_is_not_sent_by_it(desk):
    ordered(desk, names=("agus",))
    assert said(desk, "3") == []
