"""An official's own certificate, as he brought it: sealed, and opened only with his passphrase."""

from datetime import datetime

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from sopcases.letters.signing import SigningFailed
from sopcases.letters.signing.certificate import (
    LOCK,
    LOCKED,
    TRIES,
    UNREADABLE,
    WRONG,
    Opened,
    seal,
    unseal,
)
from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.people.models import User


class Certificate(models.Model):
    """A PKCS#12 file of one official; the newest not removed is the one he signs with."""

    user = models.ForeignKey(User, models.PROTECT, related_name="certificates")
    sealed = models.TextField(editable=False)
    subject = models.CharField("pemilik", max_length=200)
    issuer = models.CharField("penerbit", max_length=200)
    serial = models.CharField("nomor seri", max_length=80)
    valid_from = models.DateTimeField("berlaku dari")
    valid_until = models.DateTimeField("berlaku sampai")
    demo = models.BooleanField("peragaan", default=False)
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(removed_at__isnull=True),
                name="certificate_one_in_use",
                violation_error_message="Anda sudah mempunyai sertifikat; hapus yang lama lebih dahulu.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="certificate_valid_for_some_time"
            ),
        ]

    def __str__(self):
        return f"{self.subject} ({self.issuer})"

    @classmethod
    def of(cls, user: User) -> "Certificate | None":
        """The one in use."""
        return cls.objects.filter(user=user, removed_at=None).first()

    @classmethod
    @transaction.atomic
    def bring(cls, by: Officer, content: bytes, passphrase: str, *, demo: bool = False) -> "Certificate":
        """Keep a new one in the place of the old. Raises SigningFailed when it does not open or fit."""
        opened = Opened(content, passphrase)
        cls.objects.filter(user=by.user, removed_at=None).update(removed_at=by.at)
        first, last = opened.valid
        found = cls.objects.create(
            user=by.user,
            sealed=seal(content),
            subject=opened.subject[:200],
            issuer=opened.issuer[:200],
            serial=opened.serial,
            valid_from=first,
            valid_until=last,
            demo=demo,
            uploaded_at=by.at,
        )
        journal.write(by, "certificate.brought", found, serial=found.serial)
        return found

    def remove(self, by: Officer) -> None:
        """No longer used; what was signed with it stays signed."""
        self.removed_at, self.sealed = by.at, ""
        self.save(update_fields=["removed_at", "sealed"])
        journal.write(by, "certificate.removed", self, serial=self.serial)

    def open(self, passphrase: str, at: datetime) -> Opened:
        """The certificate with its key. A wrong passphrase counts, also when the caller's work is undone:
        call it outside a transaction. Raises SigningFailed."""
        if self.locked_until and at < self.locked_until:
            raise SigningFailed(LOCKED.format(until=_clock(self.locked_until)))
        try:
            opened = Opened(unseal(self.sealed), passphrase)
        except SigningFailed as refusal:
            if str(refusal) != UNREADABLE:
                raise
            raise SigningFailed(self._wrong(at)) from None
        if self.tries or self.locked_until:
            type(self).objects.filter(pk=self.pk).update(tries=0, locked_until=None)
        return opened

    def _wrong(self, at: datetime) -> str:
        with transaction.atomic():
            row = type(self).objects.select_for_update().get(pk=self.pk)
            row.tries += 1
            if row.tries >= TRIES:
                row.tries, row.locked_until = 0, at + LOCK
            row.save(update_fields=["tries", "locked_until"])
        self.tries, self.locked_until = row.tries, row.locked_until
        if row.locked_until and at < row.locked_until:
            return LOCKED.format(until=_clock(row.locked_until))
        return WRONG.format(left=TRIES - row.tries)


def _clock(at: datetime) -> str:
    return f"{timezone.localtime(at):%H.%M}"
