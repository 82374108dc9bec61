"""What a transaction stored on the disk goes again when it fails, and only then."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError, connection, transaction

from sopcases.people.keeping import keeping

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path / "media")


def store(name: str) -> None:
    default_storage.save(name, ContentFile(b"x"))


def stored() -> list[str]:
    return sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def test_they_stay_when_it_is_committed():
    with keeping():
        store("a")
        with keeping():
            store("b")
    assert stored() == ["a", "b"]


def test_the_outermost_decides():
    store("before")
    with pytest.raises(ValueError), keeping():
        with keeping():
            store("a")
        raise ValueError
    assert stored() == ["before"]


def test_what_failed_inside_goes_alone():
    with keeping():
        store("a")
        with pytest.raises(ValueError), keeping():
            store("b")
            raise ValueError
        store("c")
    assert stored() == ["a", "c"]


def test_a_rollback_that_was_asked_for_takes_them_too():
    with keeping():
        store("a")
        transaction.set_rollback(True)
    assert stored() == []


def test_a_failure_after_the_commit_takes_nothing():
    def broken():
        raise ValueError

    with pytest.raises(ValueError), keeping():
        store("a")
        transaction.on_commit(broken)
    assert stored() == ["a"]


def test_a_commit_of_which_nobody_knows_takes_nothing(monkeypatch):
    def lost():
        raise OperationalError

    with monkeypatch.context() as patch, pytest.raises(OperationalError), keeping():
        store("a")
        patch.setattr(connection, "commit", lost)
    assert stored() == ["a"]
    with pytest.raises(OperationalError), keeping():
        store("b")
        raise OperationalError
    assert stored() == ["a"]


def test_it_goes_around_a_function():
    @keeping()
    def act(fails: bool) -> None:
        store("b" if fails else "a")
        if fails:
            raise ValueError

    act(False)
    with pytest.raises(ValueError):
        act(True)
    assert stored() == ["a"]
