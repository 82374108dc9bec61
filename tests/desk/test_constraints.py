"""What must never be false of reminders: every constraint is violated once, past all verbs, and refused."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from sopcases.desk.models import Digest, Mail, Notice, Round
from sopcases.people.models import Agency

pytestmark = pytest.mark.django_db
MODELS = (Round, Digest, Notice, Mail)


@pytest.fixture
def it(world):
    """A morning of Sari's with a notice and an e-mail."""

    class It:
        agency, user, at, day = world.home, world.sari, world.now, world.now.date()
        round = Round.objects.create(agency=agency, day=day, at=at)
        digest = Digest.objects.create(user=user, day=day, at=at)

        def notice(self, **facts):
            about = {"subject": "attempt 1", "due_at": self.at, "what": "Langkah 1", "url": "/"}
            return Notice.objects.create(
                **{"digest": self.digest, "user": self.user, "kind": "late", **about, **facts}
            )

        def mail(self, **facts):
            text = {"address": "a@dinsos.example", "subject": "x", "body": "x"}
            return Mail.objects.create(digest=self.digest, **text, **facts)

    return It()


BREAKS = {
    "round_once_a_day": lambda it: Round.objects.create(agency=it.agency, day=it.day, at=it.at),
    "digest_once_a_day": lambda it: Digest.objects.create(user=it.user, day=it.day, at=it.at),
    "digest_read_after_made": lambda it: Digest.objects.update(read_at=it.at - timedelta(minutes=1)),
    "notice_once": lambda it: [it.notice(), it.notice()],
    "notice_passed_up_says_from_whom": lambda it: it.notice(kind="passed_up"),
    "mail_has_one_end": lambda it: it.mail(sent_at=it.at, given_up_at=it.at, failure="x", tries=1),
    "mail_given_up_says_why": lambda it: it.mail(given_up_at=it.at),
    "mail_sent_was_tried": lambda it: it.mail(sent_at=it.at),
    "agency_reminds_within_a_month": lambda it: Agency.objects.update(remind_before=31),
    "agency_escalates_within_a_quarter": lambda it: Agency.objects.update(escalate_after=61),
}


def test_every_constraint_is_tried():
    found = {c.name for model in MODELS for c in model._meta.constraints}
    assert found | {name for name in BREAKS if name.startswith("agency_")} == set(BREAKS)


@pytest.mark.parametrize("name", BREAKS)
def test_the_database_refuses(it, name):
    """SQLite names the constraint or its columns, PostgreSQL the constraint."""
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        BREAKS[name](it)
    assert name in str(told.value) or f"desk_{name.split('_')[0]}." in str(told.value), told.value
