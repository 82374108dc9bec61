"""One order for several cases: filed to each, moving each one's steps; other letters stay with their case."""

import pytest

from sopcases.cases.models import Case, Filing
from sopcases.letters.models import Letter
from sopcases.people.models import Position
from sopcases.refusal import NotAllowed, Refused
from tests.cases.story import reported
from tests.cast import appoint, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(world, desk):
    case = world.case()
    reported(world, case)
    return case


def slot(case):
    return case.revision.steps.get(key="2").outputs.get().pk


def order(desk):
    reported(desk.world, desk.case)
    kind = desk.world.kind("Surat Perintah Tugas")
    return Letter.draft(desk.case, desk.by("agus"), kind, desk.spt_content(), output_id=slot(desk.case))


def states(case):
    return dict(case.attempts.filter(state__in=["active", "done"]).values_list("step__key", "state"))


def test_it_moves_the_steps_of_both_cases(desk, other):
    letter = order(desk)
    letter.serve(desk.by("agus"), other)
    assert Filing.objects.get(paper=letter.paper, case=other).output_id == slot(other)
    letter.propose(desk.by("agus"))
    letter.initial(desk.by("rahman"))
    letter.decide(desk.by("budi"))
    for case in (desk.case, other):
        case.refresh_from_db()
        assert states(case)["3"] == "done", "the disposing step of each is done by the one letter"


def test_who_may_its_own_case_goes_on_though_a_colleague_has_the_other_by_now(desk, other, world):
    letter = order(desk)
    letter.serve(desk.by("agus"), other)
    position = Position.objects.get(agency=world.home, name="Petugas")
    lina = appoint(make_user(world.home, "lina", "Lina"), position)
    with world.walk(other, "dewi") as walk:
        walk.assign(position.pk, lina)
    assert not Case.objects.visible_to(desk.by("agus")).filter(pk=other.pk).exists()
    letter.propose(desk.by("agus"))
    assert letter.state == "proposed"


def test_refusals(desk, other, world):
    letter = order(desk)
    with pytest.raises(NotAllowed, match="perangkat daerah lain"):
        letter.serve(desk.by("agus"), Case(agency=world.agencies["lamandau"]))
    letter.serve(desk.by("agus"), other)
    with pytest.raises(Refused, match="sudah ada dalam berkas"):
        letter.serve(desk.by("agus"), other)
    with pytest.raises(NotAllowed, match="Hanya surat perintah"):
        desk.record().serve(desk.by("dewi"), other)
    letter.void(desk.by("agus"), "Tidak jadi")
    with pytest.raises(NotAllowed, match="Dibatalkan"):
        letter.serve(desk.by("agus"), other)


def test_on_its_page_by_the_number_of_a_case_one_may_read(desk, other, world, client, frozen):
    letter = order(desk)
    client.force_login(world.agus)
    address = f"/surat/{letter.pk}/penanganan/"
    assert address in client.get(f"/surat/{letter.pk}/").content.decode()
    page = client.get(address)
    assert desk.case.number in page.content.decode()
    hidden = {"_key": page.context["form"]["_key"].value(), "version": letter.version}
    answer = client.post(address, hidden | {"number": "BBT-1999-0001"})
    assert answer.status_code == 422
    assert "BBT-1999-0001 tidak ditemukan" in answer.content.decode()
    answer = client.post(address, hidden | {"number": f" {other.number.lower()} "})
    assert answer.status_code == 302
    assert Filing.objects.filter(paper=letter.paper).values("case").distinct().count() == 2
