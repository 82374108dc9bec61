"""Letters on a case of the cast, made through the verbs."""

import pytest


@pytest.fixture
def desk(world):
    """The cast with one case to write letters from (the models load only after Django is set up)."""
    from tests.letters.papers import Desk

    return Desk(world)
