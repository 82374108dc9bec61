"""The live office of the browser tests."""

import pytest


@pytest.fixture
def office(live_server, world, browser, browser_context_args):
    """The cast before their browsers; no page of any of them may write an error to its console."""
    from tests.browser.people import Office, seat_at

    office = Office(world, live_server.url, seat_at(browser, browser_context_args))
    yield office
    trouble = office.trouble
    for person in office.people:
        person.context.close()
    assert not trouble, "\n".join(trouble)
