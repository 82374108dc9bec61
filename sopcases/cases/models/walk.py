"""What was done on a case: attempts at steps, and intervals of waiting and holding."""

from datetime import date, datetime

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from sopcases.cases.models.case import Case
from sopcases.cases.models.child import Child
from sopcases.people.models import User
from sopcases.sops.models import PaperKind, Step


class Attempt(models.Model):
    """One go at one step, for the case or for one child, once or in one period.

    The act (when, by whom) and the record of it (when, by whom typed) are two things. `opened_at` is empty
    for an act recorded before its step's turn; `turn_at` is when the turn first came, which a return or a
    reopening does not change. The place of the act is that of the letter that ordered it, but `elsewhere`.
    """

    class State(models.TextChoices):
        OPEN = "open", "Sedang dikerjakan"
        MISSED = "missed", "Belum dilaporkan"
        DONE = "done", "Selesai"
        NOT_NEEDED = "not_needed", "Tidak diperlukan"
        NOT_HELD = "not_held", "Tidak terlaksana"
        RETURNED = "returned", "Dikembalikan"
        REOPENED = "reopened", "Dibuka kembali"
        ENDED = "ended", "Berakhir bersama penanganan"

    LIVE = (State.OPEN, State.MISSED)
    PASSED = (State.DONE, State.NOT_NEEDED, State.NOT_HELD)
    CURRENT = LIVE + PASSED
    TRANSITIONS = {
        State.OPEN: {
            State.MISSED,
            State.DONE,
            State.NOT_NEEDED,
            State.NOT_HELD,
            State.RETURNED,
            State.ENDED,
        },
        State.MISSED: {State.DONE, State.NOT_NEEDED, State.NOT_HELD, State.RETURNED, State.ENDED},
        State.DONE: {State.RETURNED, State.REOPENED},
        State.NOT_NEEDED: {State.RETURNED, State.REOPENED},
        State.NOT_HELD: {State.REOPENED},
        State.RETURNED: set(),
        State.REOPENED: set(),
        State.ENDED: set(),
    }

    case = models.ForeignKey(Case, models.PROTECT, related_name="attempts")
    step = models.ForeignKey(Step, models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, models.PROTECT, null=True, blank=True, related_name="attempts")
    occurrence = models.DateField("awal masa", null=True, blank=True)
    no = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)

    turn_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    late_at = models.DateTimeField(null=True, blank=True)
    used_minutes = models.PositiveIntegerField(default=0)

    acted_at = models.DateTimeField("dilaksanakan pada", null=True, blank=True)
    acted_by = models.ManyToManyField(User, related_name="+", verbose_name="dilaksanakan oleh")
    verbal_order_by = models.CharField("perintah lisan dari", max_length=150, blank=True)
    verbal_order_at = models.DateTimeField("waktu perintah lisan", null=True, blank=True)
    elsewhere = models.CharField("dilaksanakan di tempat lain", max_length=300, blank=True, default="")
    note = models.TextField("catatan", blank=True)
    spent_minutes = models.PositiveIntegerField("lama pengerjaan (menit)", null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    acting_title = models.CharField(max_length=200, blank=True)

    received_at = models.DateTimeField("diterima pada", null=True, blank=True)
    received_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    received_title = models.CharField(max_length=200, blank=True)

    ended_at = models.DateTimeField(null=True, blank=True)
    worked_minutes = models.PositiveIntegerField(null=True, blank=True)
    reason = models.TextField("alasan", blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["late_at"], condition=Q(state__in=["open", "missed"]), name="attempt_open_late"
            ),
            models.Index(
                fields=["step", "case"], condition=Q(state__in=["open", "missed"]), name="attempt_open_step"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                "case",
                "step",
                Coalesce("child", 0),
                Coalesce("occurrence", Value(date(1, 1, 1))),
                condition=Q(state__in=["open", "missed", "done", "not_needed", "not_held"]),
                name="attempt_one_current",
                violation_error_message="Langkah ini sudah berjalan.",
            ),
            models.UniqueConstraint(
                "case",
                "step",
                Coalesce("child", 0),
                Coalesce("occurrence", Value(date(1, 1, 1))),
                "no",
                name="attempt_no_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "missed"], ended_at__isnull=True)
                | ~Q(state__in=["open", "missed"]) & Q(ended_at__isnull=False),
                name="attempt_ended_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(acted_at__isnull=False, recorded_by__isnull=False),
                name="attempt_done_names_the_act",
                violation_error_message="Langkah yang selesai harus menyebut kapan dan oleh siapa.",
            ),
            models.CheckConstraint(
                condition=Q(acted_at__isnull=True) | Q(recorded_at__gte=F("acted_at")),
                name="attempt_act_not_in_future",
                violation_error_message="Tindakan tidak dapat dicatat sebelum terjadi.",
            ),
            models.CheckConstraint(
                condition=Q(elsewhere="") | Q(acted_at__isnull=False),
                name="attempt_place_is_of_an_act",
                violation_error_message="Tempat hanya dicatat bersama tindakannya.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["not_needed", "not_held", "ended"]) | ~Q(reason=""),
                name="attempt_skipped_has_reason",
                violation_error_message="Alasan harus diisi.",
            ),
        ]

    def __str__(self):
        return f"{self.case_id}/{self.step_id}/{self.no}"

    @property
    def live(self) -> bool:
        return self.state in self.LIVE

    @property
    def finished_at(self) -> datetime | None:
        """When what it was for was over: received, else done, else ended. None while none of it came."""
        return self.received_at or self.acted_at or self.ended_at

    @property
    def early(self) -> bool:
        """Acted before its step's turn came ("mendahului langkah")."""
        return self.acted_at is not None and self.precedes(self.acted_at)

    def precedes(self, moment: datetime) -> bool:
        """Whether a moment lies before the step's turn."""
        return self.turn_at is None or moment < self.turn_at


class Interval(models.Model):
    """A time that is not the office's own: waiting on an outside party, or the case put on hold."""

    class Kind(models.TextChoices):
        WAITING = "waiting", "Menunggu pihak lain"
        HOLD = "hold", "Ditunda"

    class Party(models.TextChoices):
        NONE = "", "Tidak disebut"
        HEALTH = "health", "Rumah sakit/kesehatan"
        POLICE = "police", "Kepolisian"
        SCHOOL = "school", "Sekolah/lembaga pendidikan"
        INSTITUTION = "institution", "Lembaga/panti"
        AGENCY = "agency", "Dinas lain"
        REGION = "region", "Daerah lain"
        OTHER = "other", "Lainnya"

    case = models.ForeignKey(Case, models.PROTECT, related_name="intervals")
    attempt = models.ForeignKey(Attempt, models.PROTECT, null=True, blank=True, related_name="intervals")
    child = models.ForeignKey(Child, models.PROTECT, null=True, blank=True, related_name="intervals")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    party_kind = models.CharField("jenis pihak", max_length=12, choices=Party.choices, blank=True, default="")
    party = models.CharField("pihak", max_length=150, blank=True)
    request = models.TextField("yang diminta", blank=True)
    paper_kind = models.ForeignKey(PaperKind, models.PROTECT, null=True, blank=True, related_name="+")
    since = models.DateTimeField("sejak")
    reminded = models.JSONField("diingatkan", default=list)
    until = models.DateTimeField("sampai", null=True, blank=True)
    accepted = models.BooleanField("diterima", null=True, blank=True)
    result = models.CharField("hasil", max_length=300, blank=True)
    reason = models.TextField("alasan", blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["since", "id"]
        indexes = [
            models.Index(
                fields=["attempt"],
                condition=Q(kind="waiting", until__isnull=True),
                name="interval_open_wait",
            ),
            models.Index(
                fields=["case"],
                condition=Q(kind="waiting", until__isnull=True),
                name="interval_open_request",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(kind="hold", until__isnull=True),
                name="interval_one_hold",
                violation_error_message="Penanganan ini sudah ditunda.",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="interval_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(kind="hold") | ~Q(reason=""), name="interval_hold_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(kind="waiting") | ~Q(party=""), name="interval_waiting_names_party"
            ),
            models.CheckConstraint(
                condition=~Q(kind="hold") | Q(child__isnull=True, party_kind="", request=""),
                name="interval_hold_is_no_request",
            ),
            models.CheckConstraint(
                condition=~Q(kind="waiting") | Q(attempt__isnull=False) | ~Q(request=""),
                name="interval_referral_says_what",
                violation_error_message="Sebutkan apa yang diminta.",
            ),
            models.CheckConstraint(
                condition=Q(accepted__isnull=True) | Q(until__isnull=False) & ~Q(result=""),
                name="interval_accepted_is_answered",
                violation_error_message="Diterima atau ditolak dicatat bersama waktu dan jawabannya.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.since:%Y-%m-%d}"


def clock(at: datetime, case: str = "case") -> Coalesce:
    """The moment that a case's clocks show: while it is held they rest since the hold began. `case` is the
    row's way to it. For one case in hand `Progress.clock` says the same."""
    holds = Interval.objects.filter(case=OuterRef(case), kind=Interval.Kind.HOLD, until=None)
    return Coalesce(Subquery(holds.order_by().values("since")[:1]), Value(at, models.DateTimeField()))
