"""The append-only journal. Verbs write it in the transaction of the fact; nobody rewrites it."""

from django.db import models

from sopcases.people.append_only import Guard
from sopcases.people.models import Entry

GUARD = Guard(Entry._meta.db_table, "riwayat tidak dapat diubah atau dihapus")
lifted = GUARD.lifted


def write(by, verb: str, subject: models.Model, title: str = "", agency_id: int | None = None, **data):
    """Add one line: `by` (an Officer) did `verb` to `subject` at `by.at`, acting under `title`."""
    entry = line(by, verb, subject, title, agency_id, **data)
    entry.save()
    return entry


def line(
    by, verb: str, subject: models.Model, title: str = "", agency_id: int | None = None, **data
) -> Entry:
    """The line as `write` would add it, not yet added: for those who add many at once."""
    return Entry(
        agency_id=agency_id or getattr(subject, "agency_id", None) or (by.user and by.user.agency_id),
        at=by.at,
        actor=by.user,
        acting_title=title or by.acting_title,
        verb=verb,
        subject=subject._meta.label_lower,
        subject_id=subject.pk,
        data=data,
    )


def of(subject: models.Model):
    """The lines about one row, newest first."""
    return Entry.objects.filter(subject=subject._meta.label_lower, subject_id=subject.pk).order_by("-id")
