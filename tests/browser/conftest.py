"""The live office of the browser tests."""

import pytest
from django.utils import timezone


@pytest.fixture
def clock(monkeypatch):
    """The server's clock, which `Office.day_comes` sets: the server runs in this very process."""
    from tests.browser.people import Clock

    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.now)
    return clock


@pytest.fixture
def office(live_server, world, browser, browser_context_args, clock):
    """The cast before their browsers; no page of any of them may write an error to its console."""
    from tests.browser.people import Office, seat_at

    office = Office(world, live_server.url, seat_at(browser, browser_context_args), clock)
    yield office
    trouble = office.trouble
    for person in office.people:
        person.context.close()
    assert not trouble, "\n".join(trouble)
