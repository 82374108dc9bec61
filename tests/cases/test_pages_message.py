"""A message to a colleague: number, initials, what is asked, the address; never a child's name."""

import pytest
from django.test import Client

from tests.cases.story import children, done

pytestmark = pytest.mark.django_db


@pytest.fixture
def text_for(world, frozen, settings):
    settings.PUBLIC_URL = "https://sop.example"

    def read(case, name="sari"):
        client = Client()
        client.force_login(world.users[name], backend="sopcases.people.backends.OfficerBackend")
        page = client.get(f"/penanganan/{case.number}/pesan/")
        assert page.status_code == 200
        return page.context["text"]

    return read


def test_what_is_asked_and_where(world, text_for):
    case = world.case(children=0)
    child = world.child("Budi Santoso")
    done(world, case, "sari", lambda w: w.join(child))
    said = text_for(case).splitlines()
    assert said[0] == f"Penanganan {case.number} ({case.sop.noun}, anak B. S.)."
    assert said[1].startswith("Langkah 1 dari 9: ")
    assert said[-1] == f"https://sop.example/penanganan/{case.number}/"
    assert "Budi" not in text_for(case)
    assert "Menunggu" in text_for(case, "rahman"), "who cannot do it himself says whom it waits for"


def test_many_children_are_counted(world, text_for):
    case = world.case(children=4)
    assert len(children(case)) == 4
    assert "4 anak" in text_for(case)
    assert "belum ada anak terdata" in text_for(world.case(children=0))
