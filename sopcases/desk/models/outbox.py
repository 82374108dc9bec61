"""What an officer was reminded of, and the e-mails that tell him so. No row names a child."""

from django.db import models
from django.db.models import F, Q

from sopcases.people.models import Agency, User


class Round(models.Model):
    """An agency's digests of a working day were made: once, however often the command runs."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["agency", "day"], name="round_once_a_day")]

    def __str__(self):
        return f"{self.agency_id} {self.day}"


class Digest(models.Model):
    """What one officer was reminded of on one morning; `read_at` when he said that he had read it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    day = models.DateField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="digest_unread"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day"),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(read_at__gte=F("at")), name="digest_read_after_made"
            ),
        ]

    def __str__(self):
        return f"{self.user_id} {self.day}"


class Notice(models.Model):
    """One thing that an officer is reminded of, once for each kind and each due moment.

    `subject` says which row it is about ("attempt 12"); `what` and `place` say it in words that name no
    child: the step or the kind of paper, and the case by its number. `holder` is whose turn it is, for the
    superior to whom it is passed.
    """

    class Kind(models.TextChoices):
        SOON = "soon", "Mendekati batas waktu"
        LATE = "late", "Lewat batas waktu"
        PASSED_UP = "passed_up", "Disampaikan kepada Anda"

    digest = models.ForeignKey(Digest, models.CASCADE, related_name="notices")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    subject = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    whole_day = models.BooleanField(default=False)
    what = models.CharField(max_length=400)
    place = models.CharField(max_length=120, blank=True)
    holder = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=300)

    class Meta:
        default_permissions = ()
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "subject", "due_at"], name="notice_once"),
            models.CheckConstraint(
                condition=Q(kind="passed_up") & ~Q(holder="") | ~Q(kind="passed_up") & Q(holder=""),
                name="notice_passed_up_says_from_whom",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.subject}"


class Mail(models.Model):
    """A digest on its way as e-mail. Claimed before it is handed to the server, so that two processes send
    it once; tried again until it is sent or given up."""

    digest = models.OneToOneField(Digest, models.CASCADE, related_name="mail")
    address = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="mail_waiting",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(given_up_at__isnull=True), name="mail_has_one_end"
            ),
            models.CheckConstraint(
                condition=Q(given_up_at__isnull=True) | ~Q(failure=""), name="mail_given_up_says_why"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(tries__gte=1), name="mail_sent_was_tried"
            ),
        ]

    def __str__(self):
        return f"{self.digest_id} {self.sent_at or self.failure}"
