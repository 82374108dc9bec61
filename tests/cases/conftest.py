"""What the tests of the cases' pages share."""

import pytest
from django.utils import timezone


@pytest.fixture
def today(db):
    """The cast at this moment: behind the front door the clock is the real one."""
    from tests.cast import make_world

    return make_world(now=timezone.now())


@pytest.fixture
def desk(today):
    """`desk("sari")`: Sari at her browser."""
    from tests.cases.front_door import Desk

    return lambda name: Desk(today, name)
