"""A file that comes in stays only with its row: what a transaction stored goes again when that fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.files.storage import FileSystemStorage, Storage
from django.db import InterfaceError, OperationalError, transaction

Stored = list[tuple[Storage, str]]

_open: ContextVar[Stored | None] = ContextVar("stored", default=None)
"""What was stored since the innermost `keeping` was opened."""


class KeepingStorage(FileSystemStorage):
    """The folder of all files, which tells an open `keeping` what was stored."""

    def _save(self, name, content):
        saved = super()._save(name, content)
        if (stored := _open.get()) is not None:
            stored.append((self, saved))
        return saved


@contextmanager
def keeping() -> Iterator[None]:
    """A transaction (or a savepoint of one) that leaves nothing behind when it fails: no row and no file.

    What succeeds inside another `keeping` is handed on to it: the outermost decides. Also a decorator.
    """
    outer, stored, done = _open.get(), Stored(), False
    token = _open.set(stored)
    try:
        with transaction.atomic():
            transaction.on_commit(stored.clear)  # committed: they stay, even if what comes after it fails
            yield
            done = not transaction.get_rollback()
    except BaseException as error:
        # Where the connection broke in the commit itself nobody knows: a file too many, rather than one lost.
        if not (done and isinstance(error, OperationalError | InterfaceError)):
            _forget(stored)
        raise
    finally:
        _open.reset(token)
    if not done:
        _forget(stored)
    elif outer is not None:
        outer.extend(stored)


def _forget(stored: Stored) -> None:
    for storage, name in stored:
        storage.delete(name)
