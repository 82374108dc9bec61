"""The private address under which an officer's own calendar program reads his dates."""

import hashlib
import secrets

from django.db import models, transaction

from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.people.models import User

BYTES = 32
"""Of the secret: 256 random bits, 43 signs in an address."""


class Feeds(models.QuerySet):
    def reading(self, secret: str):
        """The feed of a secret, if it still opens one and its owner may still come in."""
        return self.filter(digest=digest(secret), user__is_active=True).select_related("user__agency").first()


class Feed(models.Model):
    """One address for each user. Only a digest of its secret is kept: nobody reads it in the database."""

    user = models.OneToOneField(User, models.CASCADE, related_name="feed")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    objects = Feeds.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.user_id}"

    @classmethod
    @transaction.atomic
    def open(cls, by: Officer) -> str:
        """A new secret, told this once; the one before opens nothing any more."""
        secret = secrets.token_urlsafe(BYTES)
        cls.objects.update_or_create(user=by.user, defaults={"digest": digest(secret), "made_at": by.at})
        journal.write(by, "calendar.opened", by.user)
        return secret

    @classmethod
    @transaction.atomic
    def shut(cls, by: Officer) -> None:
        """The address opens nothing any more."""
        if cls.objects.filter(user=by.user).delete()[0]:
            journal.write(by, "calendar.shut", by.user)


def digest(secret: str) -> str:
    """A secret of so many random bits needs neither salt nor a slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
