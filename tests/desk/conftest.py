"""What the desk's tests share: letters drafted and proposed, and the browser's clock set to the world's."""

from datetime import timedelta

import pytest

# Models only inside: pytest reads this file before Django is set up.


@pytest.fixture
def sign_in(world, monkeypatch):
    """`sign_in("sari")`: a client of hers, at the world's moment."""
    from django.test import Client

    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)

    def enter(name: str):
        client = Client()
        client.force_login(world.users[name])
        client.get("/kata-sandi/")  # the session's first page writes its moment down
        return client

    return enter


@pytest.fixture
def desk(world):
    """`desk("sari")`: section → what stands there."""
    from sopcases.desk.inbox import Inbox

    def read(name: str, when=None) -> dict[str, list[str]]:
        inbox = Inbox(world.officer(name, when))
        return {section.key: [row.what for row in section.rows] for section in inbox.sections}

    return read


@pytest.fixture
def rows(world):
    """`rows("sari", "todo")`: the rows of a section."""
    from sopcases.desk.inbox import Inbox

    def read(name: str, section: str, when=None):
        return Inbox(world.officer(name, when)).section(section)

    return read


@pytest.fixture
def report(world):
    """Step 1 done: the social report filed and received."""
    from sopcases.sops.models import Stage

    def act(case):
        world.file(case, "Laporan Sosial", "sari", stage=Stage.READY)
        with world.walk(case, "sari") as walk:
            walk.finish("1")
        with world.walk(case, "dewi") as walk:
            walk.receive("1")
        return case

    return act


@pytest.fixture
def spt(world):
    """An SPT drafted by Agus as an output ("2/spt") and proposed."""
    from sopcases.letters import people
    from sopcases.letters.models import Letter

    def draft(case, output="2/spt", by="agus"):
        by = world.officer(by)
        staff = people.staff(world.home, by.day)
        content = {
            "purpose": "Koordinasi",
            "officers": [staff[world.sari.pk]],
            "starts": by.day.isoformat(),
            "ends": (by.day + timedelta(days=3)).isoformat(),
            "place": "Tanjungpinang",
            "tasks": [],
            "basis": ["Laporan"],
            "basis_more": ["Laporan"],
            "budget": "",
            "budget_code": "",
            "report": False,
            "cc": [],
        }
        with world.walk(case, by.user.username) as walk:
            pk = world.output(walk, output)
        letter = Letter.draft(case, by, world.kind("Surat Perintah Tugas"), content, output_id=pk)
        letter.propose(by)
        return letter

    return draft
