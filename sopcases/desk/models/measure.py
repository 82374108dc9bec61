"""What ended attempts measured, and the sums of it per step and period, as reckoned at one moment.

Tables of their own, because at a million cases nobody can wait for the median of a year; and because a number
and the list behind it must agree. Both are read from here and from nowhere else, and both change only in
`figures.reckoning`, in one transaction: an act after that moment moves neither until the next reckoning. The
page says of which moment they are.
"""

from django.db import models
from django.db.models import F, Q

from sopcases.cases.models import Attempt, Case
from sopcases.people.models import Agency
from sopcases.sops.models import Step


class Measure(models.Model):
    """One attempt that is over. Minutes are those of the step's standard: office minutes, or minutes by the
    clock where its standard runs by the calendar. See `figures.measures` for what each column means."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, related_name="measures")
    step = models.ForeignKey(Step, models.PROTECT, related_name="+", db_index=False)
    attempt = models.OneToOneField(Attempt, models.PROTECT, related_name="measure")
    state = models.CharField(max_length=12, choices=Attempt.State.choices)
    day = models.DateField()
    minutes = models.PositiveIntegerField(null=True)
    own = models.PositiveIntegerField(null=True)
    waited = models.PositiveIntegerField(default=0)
    on_time = models.BooleanField(null=True)
    early = models.BooleanField(default=False)
    verbal = models.BooleanField(default=False)
    waived = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["step", "day", "id"], name="measure_step_day")]
        constraints = [
            models.CheckConstraint(condition=~Q(state__in=Attempt.LIVE), name="measure_of_what_is_over"),
        ]

    def __str__(self):
        return f"{self.attempt_id}: {self.minutes}"


class Summary(models.Model):
    """The measures of one step in one period: `months` from `first` on (1: a month, 12: a year)."""

    step = models.ForeignKey(Step, models.PROTECT, related_name="+")
    first = models.DateField()
    months = models.PositiveSmallIntegerField()
    done = models.PositiveIntegerField()
    judged = models.PositiveIntegerField()
    on_time = models.PositiveIntegerField()
    timed = models.PositiveIntegerField()
    median = models.PositiveIntegerField(null=True)
    ninetieth = models.PositiveIntegerField(null=True)
    own = models.PositiveBigIntegerField()
    waited = models.PositiveBigIntegerField()
    returned = models.PositiveIntegerField()
    reopened = models.PositiveIntegerField()
    not_held = models.PositiveIntegerField()
    not_needed = models.PositiveIntegerField()
    early = models.PositiveIntegerField()
    verbal = models.PositiveIntegerField()
    waived = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["step", "first", "months"], name="summary_once"),
            models.CheckConstraint(condition=Q(months__in=[1, 12]), name="summary_of_month_or_year"),
            models.CheckConstraint(
                condition=Q(on_time__lte=F("judged"), judged__lte=F("done"), timed__lte=F("done")),
                name="summary_parts_of_the_whole",
            ),
            models.CheckConstraint(
                condition=Q(timed=0, median__isnull=True, ninetieth__isnull=True)
                | Q(timed__gt=0, median__isnull=False, ninetieth__isnull=False, ninetieth__gte=F("median")),
                name="summary_median_below_ninetieth",
            ),
        ]

    def __str__(self):
        return f"{self.step_id} {self.first:%Y-%m} ({self.months})"


class Reckoning(models.Model):
    """When an agency's measures were last reckoned, and up to which line of the journal."""

    agency = models.OneToOneField(Agency, models.PROTECT, related_name="reckoning")
    at = models.DateTimeField()
    entry = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.agency} {self.at:%Y-%m-%d %H:%M}"
