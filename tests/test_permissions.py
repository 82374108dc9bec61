"""Who may open and send what: every address × every person × GET and POST, with the literal answer.

The table is `permissions.txt`. The scene is a baby's case with its first steps done and an SPT proposed;
Dinda is an officer of the same agency whose position has no part in it. A view missing from the table
fails, and each 404 stands beside the answer to somebody entitled to the same thing.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

PEOPLE = ["anonymous", "sari", "dewi", "rahman", "budi", "agus", "dinda", "tono", "ani", "root"]
TABLE = Path(__file__).with_name("permissions.txt")
OPEN = {"people:login", "people:resume", "people:forget", "people:admin_login", "letters:check", "desk:feed"}
OFFICE = {f"letters:{name}" for name in ("reserve", "outside", "insert", "promise", "discard")}
"""What belongs to the whole office, not to a case: its own people may read on, but not act."""
ROOMS = ("people", "desk", "cases", "letters", "sops")


def rows() -> list[tuple[str, str, list[int]]]:
    """Name of the address, GET or POST, and the answer to each person."""
    lines = [line.split() for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return [(name, method, [int(s) for s in answers]) for name, method, *answers in lines]


def addresses() -> dict[str, object]:
    """Every address of ours, "room:name"; the admin's own are walked in its tests."""
    return {
        f"{resolver.namespace}:{pattern.name}": pattern
        for resolver in get_resolver().url_patterns
        if getattr(resolver, "namespace", None) in ROOMS
        for pattern in resolver.url_patterns
    }


@pytest.fixture
def scene(db):
    """Logged-in clients by person, and what the parts of the addresses stand for."""
    from sopcases.cases import care, family
    from sopcases.cases.models import Adult, Aid, Merge, Outcome, Relation
    from sopcases.cases.progress import Spot
    from sopcases.desk.models import Feed
    from sopcases.desk.reports import making
    from sopcases.desk.reports.cases import CaseRegister
    from sopcases.letters import register
    from sopcases.letters.models import Series
    from sopcases.people.models import Position, User
    from sopcases.sops import intake, revising
    from tests.cases.test_bayi import walk_to_signed
    from tests.cast import PASSWORD, appoint, make_user, make_world
    from tests.letters.papers import Desk, scan
    from tests.letters.tray import Tray
    from tests.sops.office_files import word_file

    world = make_world(now=timezone.now())
    world.users["root"] = User.objects.create_superuser("root", password=PASSWORD, name="Root")
    driver = Position.objects.create(agency=world.home, name="Pengemudi")
    world.users["dinda"] = appoint(make_user(world.home, "dinda", "Dinda Lestari"), driver)
    desk = Desk(world)
    walk_to_signed(world, desk.case)
    letter = desk.proposed()
    fixed = desk.record()
    fixed.fix(desk.by("dewi"))
    child = desk.case.children.get().child
    paper = world.file(desk.case, "Surat Terlantar", output="4/surat-terlantar")
    kept = scan()
    paper.mime, paper.sha256 = kept.mime, kept.sha256
    paper.file.save(f"x{kept.suffix}", kept.as_file())
    with world.walk(desk.case, "sari") as walk:
        interval = walk.wait("6", "Rumah sakit", world.now)
        photo = walk.photo(kept)
        assessment = care.assess(walk, child.pk, world.now, needs="Akta")
        relation = family.relate_adult(walk, child, "mother", name="Ibu Siti")
        goal = care.plan(walk, child.pk, goal="Akta", due_on=world.now.date(), responsible=world.sari)
    series = Series.objects.get(agency=world.home, name="Surat Perintah Tugas")
    (number,) = register.reserve(series, 2026, world.officer("agus"), reason="Untuk tim")
    aid = Aid.objects.create(
        case=desk.case,
        child=child,
        kind="Susu",
        amount=1,
        unit="dus",
        value=0,
        source="APBD",
        recorded_at=world.now,
        recorded_by=world.sari,
    )
    held = told_session(world)
    round_ = held.attendance.first()
    adult = Adult.objects.create(agency=world.home, name="Ibu")
    Relation.objects.create(child=round_.child, adult=adult, kind=Relation.Kind.MOTHER)
    double = world.child("Ganda", merged_into=child)
    merge = Merge.objects.create(child=double, into=child, reason="Sama", at=world.now, by=world.sari)
    incoming, _, part = Tray(world).down(scan=kept)
    taken_in = intake.receive("sop.docx", word_file(), world.home, world.officer("ani"))
    assert Outcome.objects.exists()
    later = revising.new_revision(world.revision(), world.officer("ani"))
    revising.put_in_force(
        later, world.officer("ani"), world.now.date() + timedelta(days=9), official="Kadis", reason="Uji"
    )
    report = CaseRegister(world.officer("sari"), {}, named=False)
    export = making.ask(report, "csv", world.officer("sari"))
    making.go_on(export, world.officer("sari"), 60)
    clients = {name: Client() for name in PEOPLE}
    for name, client in clients.items():
        if name != "anonymous":
            client.force_login(world.users[name], backend="sopcases.people.backends.OfficerBackend")
    parts = {
        "number": desk.case.number,
        "child": child.pk,
        "paper": paper.pk,
        "photo": photo.pk,
        "interval": interval.pk,
        "aid": aid.pk,
        "merge": merge.pk,
        "assessment": assessment.pk,
        "goal": goal.pk,
        "relation": relation.pk,
        "spot": Spot("6"),
        "officer": world.sari.pk,
        "letter": letter.pk,
        "incoming": incoming.pk,
        "part": part.pk,
        "hand": world.rahman.pk,
        "token": fixed.token,
        "secret": Feed.open(world.officer("sari")),
        "entry": number.pk,
        "series": number.series_id,
        "year": number.year,
        "slug": "bayi-balita-terlantar",
        "no": 1,
        "intake": taken_in.pk,
        "old": 1,
        "new": 2,
        "sop": held.sop.slug,
        "key": held.step_key,
        "period": held.period,
        "session": held.pk,
        "group": round_.case.number,
        "step": "4",
        "papers": "3",
        "member": round_.child_id,
        "adult": adult.pk,
        "export": export.pk,
    }
    return clients, parts


def told_session(world):
    """A session that one of two rounds came to; the other's child is still to be told."""
    from sopcases.cases import sessions
    from sopcases.cases.walk import roll
    from tests.cases.story import attempts, children
    from tests.cases.test_verb_roll import in_sessions

    now, world.now = world.now, world.now - timedelta(days=70)
    case, _ = in_sessions(world), in_sessions(world)
    period = attempts(case, "5")[0].occurrence
    world.now = now
    roll(now)
    return sessions.hold(
        case.sop,
        "5",
        period,
        world.officer("sari"),
        held_at=attempts(case, "5")[0].opened_at + timedelta(days=3),
        place="Aula",
        present=set(children(case)),
        absent={},
    )


def answers(name: str, method: str, clients: dict[str, Client], parts: dict) -> list[int]:
    wanted = addresses()[name].pattern.converters
    url = reverse(name, kwargs={part: parts[part] for part in wanted})
    found = []
    for logged_in in clients.values():
        client = Client()
        client.cookies.update(logged_in.cookies)  # a fresh one each time: /keluar/ takes the cookie away
        with transaction.atomic():
            point = transaction.savepoint()
            found.append(getattr(client, method.lower())(url).status_code)
            transaction.savepoint_rollback(point)  # an answer to one person does not change the next one's
    return found


def test_every_address_answers_everybody_as_the_table_says(scene):
    found = {(name, method): answers(name, method, *scene) for name, method, _ in rows()}
    said = {(name, method): statuses for name, method, statuses in rows()}
    assert found == said


def test_no_address_is_missing_from_the_table():
    listed = {(name, method) for name, method, _ in rows()}
    assert listed == {(name, method) for name in addresses() for method in ("GET", "POST")}


@pytest.mark.parametrize("name", sorted({name for name, _, _ in rows()}))
def test_strangers_and_the_unknown(name):
    """What belongs to a case: 404 to the stranger, the unentitled, the admin and the superuser, while
    somebody entitled is let in; and nobody unknown comes anywhere but to the door."""
    said = [dict(zip(PEOPLE, statuses, strict=True)) for n, _, statuses in rows() if n == name]
    address = addresses()[name]
    of_a_sop = name.startswith("sops:") or address.callback.policy.name == "sop"
    if address.pattern.converters and not of_a_sop and name not in OPEN:
        strangers = {"dinda", "tono", "ani", "root"} - ({"dinda"} if name in OFFICE else set())
        assert {row[person] for row in said for person in strangers} == {404}
        assert any(row[person] != 404 for row in said for person in ("sari", "dewi", "rahman", "budi"))
    if name not in OPEN:
        assert {row["anonymous"] for row in said} <= {302, 401, 405}
