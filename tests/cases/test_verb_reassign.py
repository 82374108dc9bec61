"""reassign: cases go from one officer to another who holds the same position, one or many in one act."""

import pytest

from sopcases.cases import assigning
from sopcases.cases.assigning import reassign
from sopcases.cases.models import Case, CaseOfficer
from sopcases.people.models import Area, Entry, Position
from sopcases.refusal import Conflict, NotAllowed, Refused
from tests.cases.story import done
from tests.cast import appoint

pytestmark = pytest.mark.django_db
WHY = "Cuti melahirkan"


@pytest.fixture
def peksos(world, lina):
    return Position.objects.get(agency=world.home, name="Peksos")


def move(world, cases, position, to="lina", by="dewi", reason=WHY, seen=None):
    shown = {case.pk: (seen or {}).get(case.pk) for case in cases}
    return reassign(world.officer(by), position.pk, world.users[to], shown, reason)


def test_many_in_one_act(world, peksos):
    cases = [world.case() for _ in range(3)]
    assert move(world, cases, peksos) == 3
    rows = CaseOfficer.objects.order_by("case")
    assert [(r.case, r.user, r.since, r.until, r.reason) for r in rows] == [
        (case, world.users["lina"], world.now, None, WHY) for case in cases
    ]
    assert not Case.objects.visible_to(world.officer("sari")).exists()
    for case in cases:
        line = Entry.objects.filter(verb="case.assigned", subject_id=case.pk).get()
        assert line.data == {"position": peksos.pk, "user": world.users["lina"].pk}, "no free text in it"


def test_back_again_keeps_both_on_record(world, peksos):
    case = world.case()
    move(world, [case], peksos)
    world.wait(hours=1)
    move(world, [case], peksos, to="sari", seen={case.pk: world.users["lina"].pk})
    first, second = CaseOfficer.objects.order_by("id")
    assert (first.user, first.until) == (world.users["lina"], world.now)
    assert (second.user, second.until) == (world.sari, None)


def test_the_reason_stands_in_the_history_of_the_case(world, peksos, client, frozen):
    case = world.case()
    move(world, [case], peksos)
    client.force_login(world.dewi)
    page = client.get(f"/penanganan/{case.number}/riwayat/").content.decode()
    assert "Menetapkan Lina Peksos untuk jabatan Peksos" in page and WHY in page


def test_all_or_none_where_somebody_else_was_quicker(world, peksos):
    one, two = world.case(), world.case()
    done(world, two, "rahman", lambda w: w.assign(peksos.pk, world.sari))
    with pytest.raises(Conflict, match=f"pada {two.number}"):
        move(world, [one, two], peksos)
    assert CaseOfficer.objects.count() == 1
    assert move(world, [one, two], peksos, seen={two.pk: world.sari.pk}) == 2


def test_who_may(world, peksos):
    case = world.case()
    for by in ("sari", "agus"):
        with pytest.raises(NotAllowed, match="Hanya pejabat yang berwenang menutup penanganan"):
            move(world, [case], peksos, by=by)
    with pytest.raises(NotAllowed, match="tidak dapat Anda buka"):
        move(world, [case], peksos, by="tono")
    for by in ("dewi", "rahman", "budi"):
        current = CaseOfficer.objects.filter(until=None).values_list("user", flat=True).first()
        assert move(world, [case], peksos, by=by, seen={case.pk: current}) == 1


def test_what_is_refused(world, peksos):
    case, held = world.case(), world.case()
    done(world, held, "dewi", lambda w: w.put_on_hold("Libur"))
    driver = Position.objects.create(agency=world.home, name="Pengemudi")
    appoint(world.users["lina"], driver)
    for cases, position, more, sentence in (
        ([], peksos, {}, assigning.NONE_CHOSEN),
        ([case], peksos, {"reason": "  "}, assigning.NO_REASON),
        ([case], peksos, {"to": "agus"}, f"{case.number}: Pegawai ini tidak menjabat jabatan tersebut"),
        ([case], peksos, {"to": "tono"}, f"{case.number}: Pegawai ini tidak menjabat jabatan tersebut"),
        ([case, held], peksos, {}, f"{held.number}: Penanganan ini sedang ditunda"),
        ([case], driver, {}, f"{case.number}: jabatan ini tidak bertugas dalam SOP"),
    ):
        with pytest.raises(Refused, match=sentence):
            move(world, cases, position, **more)
    assert not CaseOfficer.objects.exists()


def test_not_outside_the_area_of_the_appointment(world, peksos):
    here, there = Area.objects.filter(agency=world.home)[:2]
    world.users["lina"].appointments.update(area=here)
    case = world.case(area=there)
    with pytest.raises(Refused, match="Wilayah tugas pegawai ini lain"):
        move(world, [case], peksos)


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_and_for_three(world, peksos, django_assert_num_queries, count):
    cases = [world.case() for _ in range(count)]
    # Savepoint and release; hats and parts; the cases; who was assigned, who holds the position; what was
    # ended and written, the lines, the cases.
    with django_assert_num_queries(12):
        move(world, cases, peksos)
