"""The list of cases: what may be seen, filtered, searched and paged."""

import pytest

from sopcases.cases.models import Case, Outcome
from sopcases.cases.page import acts
from sopcases.cases.page.reading import Reading
from sopcases.cases.progress import Progress
from sopcases.desk import listing
from sopcases.desk.running import standing
from sopcases.people.models import Area
from sopcases.sops import revising
from sopcases.sops.models import Step
from tests.cases.story import children, done, outcome
from tests.cases.test_verb_join import on_the_street

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(world, sign_in):
    """`found("dewi", status="semua")`: the numbers on the page, in its order."""

    def ask(name: str, **asked) -> list[str]:
        page = sign_in(name).get("/penanganan/", asked)
        assert page.status_code == 200
        return [line.number for line in page.context["listing"].lines]

    return ask


def stop(world, case):
    outcome = Outcome.objects.filter(agency=case.agency).first()
    with world.walk(case, "dewi") as walk:
        walk.stop("Uji", outcome)


def test_newest_first_and_only_ones_own(world, found):
    first, second = world.case(), world.case()
    assert found("dewi") == [second.number, first.number]
    assert found("tono") == found("yuli") == found("tika") == []


def test_a_partner_outside_sees_his_area(world, found):
    here, there = Area.objects.filter(agency=world.agencies["lamandau"])[:2]
    mine = world.case("anak-terlantar-luar-panti", by="yuli", area=here, children=0)
    world.case("anak-terlantar-luar-panti", by="yuli", area=there, children=0)
    assert found("tika") == [mine.number]
    assert len(found("yuli")) == 2


def test_running_cases_unless_asked_otherwise(world, found):
    running, stopped = world.case(), world.case()
    stop(world, stopped)
    assert found("dewi") == [running.number]
    assert found("dewi", status="semua") == [stopped.number, running.number]
    assert found("dewi", status="stopped") == [stopped.number]
    assert found("dewi", status="done") == []


def test_by_sop(world, found):
    baby = world.case()
    street = world.case("anak-jalanan", by="dewi", children=0)
    assert found("dewi", sop="anak-jalanan") == [street.number]
    assert found("dewi", sop="bayi-balita-terlantar") == [baby.number]


def test_by_mark(world, found):
    late = world.case()
    world.wait(days=3)
    waits = world.case()
    with world.walk(waits, "sari") as walk:
        walk.wait("1", "RSUD", world.now)
    plain = world.case()
    assert found("dewi", hanya="lewat") == [late.number]
    assert found("dewi", hanya="menunggu") == [waits.number]
    assert found("dewi", hanya="menyusul") == []
    assert found("dewi") == [plain.number, waits.number, late.number]


def leave(world, case):
    with world.walk(case, "sari") as walk:
        for stay in walk.stays:
            walk.leave(stay.child_id, outcome(case), world.now.date())


def test_what_is_ready_to_be_closed_is_marked_and_found(world, found, sign_in):
    ended, open_ = world.case(children=2), world.case()
    leave(world, ended)
    assert found("dewi", hanya="siap") == [ended.number]
    first, second = sign_in("dewi").get("/penanganan/").context["listing"].lines
    assert [chip.label for chip in second.chips] == ["Laporan awal", "Siap ditutup"]
    assert "Siap ditutup" not in [chip.label for chip in first.chips]
    page = sign_in("dewi").get("/penanganan/", {"hanya": "siap"}).content.decode()
    assert "Penanganan, sedang berjalan, siap ditutup" in page and open_.number not in page
    with world.walk(ended, "dewi") as walk:
        walk.close()
    assert found("dewi", hanya="siap", status="semua") == []


def nobody(world, finish: bool):
    """A street round that looked, or still looks, for children, and found none."""
    case = on_the_street(world, 0)
    if finish:
        done(world, case, "sari", lambda w: w.finish("3"))
    return case


def over(world):
    """A baby's case whose term is over while its steps are open."""
    case = world.case()
    Case.objects.filter(pk=case.pk).update(term_due_at=world.now)
    return case


def held(world):
    case = over(world)
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    return case


def test_a_held_case_turns_late_neither_on_the_list_nor_on_its_page(world, sign_in, found):
    """Its clocks rest: when it is resumed it is not late either. What was late before stays so."""
    case, late = world.case(), world.case()
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    world.wait(days=3)
    done(world, late, "dewi", lambda w: w.put_on_hold("Libur"))
    world.wait(days=30)
    dewi = sign_in("dewi")

    def told():
        """Which are late: in the list, at their step, over the chart, on their pages."""
        pages = {c.number: dewi.get(f"/penanganan/{c.number}/").content.decode() for c in (case, late)}
        step = standing(case.revision, world.officer("dewi"))[0]
        return (
            found("dewi", hanya="lewat"),
            found("dewi", hanya="lewat", langkah="1"),
            (step.cases, step.late),
            [number for number, page in pages.items() if "chip-late" in page or "step-time-late" in page],
        )

    assert told() == ([late.number], [late.number], (2, 1), [late.number])
    for one in (case, late):
        done(world, one, "dewi", lambda w: w.resume())
    assert told() == ([late.number], [late.number], (2, 1), [late.number])


def half(world):
    """One of two children has left."""
    case = world.case(children=2)
    done(world, case, "sari", lambda w: w.leave(children(case)[0], outcome(case), world.now.date()))
    return case


def gone(world):
    case = world.case(children=2)
    leave(world, case)
    return case


def shut(world):
    case = gone(world)
    done(world, case, "dewi", lambda w: w.close())
    return case


@pytest.mark.parametrize(
    ("make", "ready"),
    [
        (lambda world: world.case(), False),
        (lambda world: world.case(children=0), False),
        (half, False),
        (gone, True),
        (shut, False),
        (over, True),
        (held, False),
        (lambda world: nobody(world, finish=False), False),
        (lambda world: nobody(world, finish=True), True),
    ],
)
def test_the_list_and_the_case_page_agree_on_what_is_ready(world, found, make, ready):
    case = make(world)
    case.refresh_from_db()
    assert (case.number in found("dewi", status="semua", hanya="siap")) is ready
    assert bool(acts.ready(Reading(Progress(case, world.officer("dewi"))))) is ready
    row = Case.objects.marked_ready(world.now).get(pk=case.pk)
    assert row.found_nobody is Progress(case, world.officer("dewi")).found_nobody


def test_an_unknown_filter_shows_nothing_and_breaks_nothing(world, found):
    world.case()
    assert found("dewi", status="apa") == []
    assert found("dewi", sop="apa") == []
    assert len(found("dewi", sebelum="besok_x", sesudah="_")) == 1
    assert len(found("dewi", sebelum="2026-03-02T08:00:00_1")) == 1, "no zone"
    assert len(found("dewi", sebelum=f"2026-03-02T08:00:00+07:00_{9**40}")) == 1
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        assert len(found("dewi", sebelum=f"{moment}_1")) == len(found("dewi", sesudah=f"{moment}_1")) == 1
    assert found("dewi", q="BBT\0") == []


def test_search_by_number_alone_among_what_one_may_see(world, found):
    case = world.case(children=0)
    with world.walk(case, "sari") as walk:
        walk.join(world.child("Melati Putri Contoh"))
    other = world.case()
    assert found("dewi", q=case.number.lower()) == found("dewi", q=f" {case.number} ") == [case.number]
    assert found("dewi", q="bbt") == [other.number, case.number]
    assert found("dewi", q="melati") == found("tono", q=case.number) == []


def test_a_child_is_looked_for_out_of_the_address(world, sign_in):
    client = sign_in("dewi")
    page = client.get("/penanganan/").content.decode()
    assert 'href="/anak/cari/">Cari anak</a>' in page and "nama anak" not in page
    assert 'method="post"' in client.get("/anak/cari/").content.decode()


def test_an_empty_search_leads_on(world, sign_in):
    case = world.case()
    stop(world, case)
    page = sign_in("dewi").get("/penanganan/", {"q": case.number}).content.decode()
    assert "Tidak ditemukan" in page
    assert f"?q={case.number}&amp;status=semua" in page
    page = sign_in("dewi").get("/penanganan/", {"q": "zzz", "status": "semua"}).content.decode()
    assert "Hapus saringan" in page
    assert "Belum ada penanganan yang berjalan" in sign_in("dewi").get("/penanganan/").content.decode()


def test_paging_by_key_there_and_back(world, sign_in, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 2)
    numbers = [world.case(children=0).number for _ in range(5)][::-1]
    client, seen, address = sign_in("dewi"), [], ""
    while True:
        shown = client.get("/penanganan/" + address).context["listing"]
        seen.append([line.number for line in shown.lines])
        if not shown.older:
            break
        address = shown.older
    assert seen == [numbers[:2], numbers[2:4], numbers[4:]]
    shown = client.get("/penanganan/" + shown.newer).context["listing"]
    assert [line.number for line in shown.lines] == numbers[2:4]
    assert shown.older
    shown = client.get("/penanganan/" + shown.newer).context["listing"]
    assert [line.number for line in shown.lines] == numbers[:2]
    assert (shown.newer, bool(shown.older)) == ("", True)


def test_paging_keeps_the_filters(world, sign_in, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 1)
    for _ in range(2):
        world.case(children=0)
    shown = sign_in("dewi").get("/penanganan/", {"q": "BBT", "status": "semua"}).context["listing"]
    assert shown.older.startswith("?q=BBT&status=semua&sebelum=")


def test_a_row_says_where_the_case_stands(world, sign_in):
    case = world.case()
    world.wait(days=3)
    (line,) = sign_in("dewi").get("/penanganan/").context["listing"].lines
    assert line.url == f"/penanganan/{case.number}/"
    assert line.who == "Anak 1"
    assert line.step == "1. Kasi menerima Lapran Sosial Bayi Terlantar dari Peksos"
    assert [(chip.label, chip.tone) for chip in line.chips] == [
        ("Laporan awal", "active"),
        ("Lewat batas waktu", "late"),
    ]
    assert line.opened == "2 Maret pukul 08.00"


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(world, sign_in, django_assert_num_queries, count):
    for _ in range(count):
        world.case(children=2)
    client = sign_in("dewi")
    # Session, user, authority, the positions below; SOPs, cases, children, steps; three counts.
    with django_assert_num_queries(9):
        assert client.get("/penanganan/").status_code == 200


def test_who_holds_no_position_reads_why(world, sign_in):
    world.case()
    answer = sign_in("ani").get("/penanganan/")
    assert answer.status_code == 403
    assert "Anda tidak memegang jabatan hari ini" in answer.content.decode()


def test_a_name_cannot_break_the_page(world, sign_in):
    case = world.case(children=0)
    with world.walk(case, "sari") as walk:
        walk.join(world.child("<script>alert(1)</script>"))
    for path in ("/", "/penanganan/", "/penanganan/?q=<script>alert(1)</script>"):
        page = sign_in("sari").get(path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_a_step_is_called_as_its_sheet_calls_it(world, sign_in, django_assert_num_queries):
    """Its key may be any word; the list says number and activity."""
    world.case()
    with revising.lifted():
        Step.objects.filter(revision__sop__slug="bayi-balita-terlantar", key="1").update(key="lapor")
    asked = {"sop": "bayi-balita-terlantar", "langkah": "lapor", "revisi": 1}
    client = sign_in("dewi")
    with django_assert_num_queries(10):  # one for the step
        page = client.get("/penanganan/", asked).content.decode()
    assert "di langkah 1 (" in page and "lapor," not in page.partition("<caption>")[2][:200]
    assert client.get("/penanganan/", asked | {"langkah": "hilang"}).status_code == 200
