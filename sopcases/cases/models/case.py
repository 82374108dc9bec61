"""A case (penanganan), the children in it, and who may see it."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import In, IsNull

from sopcases.people.authority import Hat
from sopcases.people.models import Agency, Area, Position, User
from sopcases.sops.models import Revision, Sop
from sopcases.sops.parts import parts_for


class Outcome(models.Model):
    """A way a child may leave a case, from the agency's own list."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="outcomes")
    name = models.CharField("hasil akhir", max_length=120)
    order = models.PositiveIntegerField("urutan", default=0)

    class Meta:
        verbose_name = "hasil akhir"
        verbose_name_plural = "hasil akhir"
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "name"],
                name="outcome_name_once",
                violation_error_message="Hasil akhir ini sudah ada.",
            )
        ]

    def __str__(self):
        return self.name


class CaseNumber(models.Model):
    """The last case number given per agency, prefix and year; taken under lock."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    code = models.CharField(max_length=8)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["agency", "code", "year"], name="casenumber_once")]

    def __str__(self):
        return self.text(f"{self.last:04d}")

    def text(self, seq: str) -> str:
        """The number of a case that is the `seq`th of the series."""
        return f"{self.code}-{self.year}-{seq}"


class Cases(models.QuerySet):
    """Which cases? Every list starts from `visible_to`."""

    def visible_to(self, officer):
        """Cases the officer may read (design rule 18): those whose SOP gives a part to a position he holds,
        unless somebody else is assigned in it, or to one he stands above, within the area of the
        appointment; those assigned to him; for partners outside the office only cases they opened, are
        assigned to, or in their area."""
        if officer is None or not officer.hats:
            return self.none()
        return self.filter(_readable(officer), agency_id=officer.user.agency_id)

    def numbered(self, agency, said):
        """Cases of an agency by what is said of their number: all of it, its end ("12", "2026-0012") or its
        beginning ("BBT", "BBT 2026"); none by anything else. One more query: the series there are.

        Whole numbers are looked up, and a year by its days, because both have their index on every database;
        a pattern inside the text has none.
        """
        parts = [part for part in re.split(r"[^0-9A-Z]+", said.upper()) if part]
        numbers, begun = [], Q(pk__in=[])
        for series in CaseNumber.objects.filter(agency=agency):
            begins = [series.code.upper(), str(series.year)]
            if parts and parts in (begins, begins[:1], begins[1:]):
                days = _days_of(agency, series.year)
                begun |= Q(number__startswith=series.text(""), opened_at__range=days)
            if parts and parts[:-1] in (begins, begins[:1], begins[1:], []) and _counts(parts[-1], series):
                numbers.append(series.text(f"{int(parts[-1]):04d}"))
        return self.filter(Q(number__in=numbers) | begun, agency=agency)

    def marked_outdated(self, day):
        """Each case with `outdated`: its SOP follows another revision on the day than the case does."""
        newer = Revision.objects.on(day).filter(sop=OuterRef("sop")).exclude(pk=OuterRef("revision"))
        return self.annotate(outdated=Exists(newer))

    def marked_ready(self, at):
        """Each case with `is_ready`: its children have ended, or its term is over, or nobody was found
        (`found_nobody`), or none is looked for and no step is open. For one case in hand
        `page.acts.ready` says the same, and why. Nothing is ready while it is held."""
        attempt = self.model._meta.get_field("attempts").related_model
        stays = self.model._meta.get_field("children").related_model.objects.filter(case=OuterRef("pk"))
        mine = attempt.objects.filter(case=OuterRef("pk"))
        # "Nobody" as a scalar: as EXISTS, PostgreSQL would first read all children there ever were.
        nobody = Q(IsNull(Subquery(stays.values("pk")[:1]), True))
        finding = mine.filter(step__finds=True, step__revision=OuterRef("revision"))
        found_nobody = nobody & Exists(finding.filter(state__in=attempt.PASSED))
        walking = Exists(mine.filter(state__in=attempt.LIVE, opened_at__isnull=False))
        ended = ~nobody & ~Exists(stays.filter(left_on=None))
        ready = Q(term_due_at__lte=at) | ended | found_nobody | nobody & ~walking
        walked = Q(state__in=[Case.State.REPORTED, Case.State.ACTIVE])
        truth = models.BooleanField()
        return self.annotate(
            found_nobody=ExpressionWrapper(found_nobody, truth),
            is_ready=ExpressionWrapper(walked & ready, truth),
        )


def _counts(part: str, series: CaseNumber) -> bool:
    """Whether what was said is the place of a case in the series."""
    return part.isdecimal() and len(part) < 10 and 0 < int(part) <= series.last


def _days_of(agency: Agency, year: int) -> tuple[datetime, datetime]:
    """The moments at which a calendar year begins and ends for an agency."""
    zone = ZoneInfo(agency.timezone)
    return datetime(year, 1, 1, tzinfo=zone), datetime(year, 12, 31, 23, 59, 59, 999_999, tzinfo=zone)


def _readable(officer) -> Q:
    """The condition of `visible_to`, kept with the officer: a page asks it several times."""
    if "_readable" not in officer.__dict__:
        clauses = Q()
        for hat in officer.hats:
            parts = parts_for(officer)
            own = parts.revisions({hat.position_id})
            below = parts.revisions(officer.reach[hat.position_id] - {hat.position_id})
            # Where a position under his takes part too, nobody's being assigned keeps the case from him.
            mine = Q(revision__in=below) | Q(revision__in=own - below) & free_for(hat, officer.user, "pk")
            if hat.external:
                here = Q(opened_by=officer.user)
                if hat.area_id:
                    here |= Q(area_id=hat.area_id)
                mine &= here
            elif hat.area_id:
                mine &= Q(area_id=hat.area_id) | Q(area__isnull=True)
            clauses |= mine | assigned_to(hat, "pk")
        officer.__dict__["_readable"] = clauses
    return officer.__dict__["_readable"]


def sops_seen_whole(officer) -> set[int]:
    """SOPs of whose cases the officer reads every one, wherever and whoever is assigned: a position of his
    in the whole office stands above one with a part in each revision ever in force. Kept with him."""
    if "_seen_whole" not in officer.__dict__:
        officer.__dict__["_seen_whole"] = _seen_whole(officer)
    return officer.__dict__["_seen_whole"]


def _seen_whole(officer) -> set[int]:
    below: set[int] = set()
    for hat in officer.hats:
        if not hat.external and not hat.area_id:
            below |= parts_for(officer).revisions(officer.reach[hat.position_id] - {hat.position_id})
    walked = Revision.objects.filter(sop__agency_id=officer.user.agency_id).exclude(state__in=Revision.DRAFTS)
    found: dict[int, bool] = {}
    for sop, revision in walked.values_list("sop", "pk"):
        found[sop] = found.get(sop, True) and revision in below
    return {sop for sop, whole in found.items() if whole}


class Case(models.Model):
    """One penanganan under one revision of an SOP, kept to its end."""

    class State(models.TextChoices):
        REPORTED = "reported", "Laporan awal"
        ACTIVE = "active", "Sedang ditangani"
        ON_HOLD = "on_hold", "Ditunda"
        DONE = "done", "Selesai"
        NIHIL = "nihil", "Nihil"
        STOPPED = "stopped", "Dihentikan"
        HANDED_OVER = "handed_over", "Dilimpahkan"

    RUNNING = (State.REPORTED, State.ACTIVE, State.ON_HOLD)
    TRANSITIONS = {
        State.REPORTED: {
            State.ACTIVE,
            State.ON_HOLD,
            State.DONE,
            State.NIHIL,
            State.STOPPED,
            State.HANDED_OVER,
        },
        State.ACTIVE: {State.ON_HOLD, State.DONE, State.NIHIL, State.STOPPED, State.HANDED_OVER},
        State.ON_HOLD: {State.ACTIVE, State.STOPPED, State.HANDED_OVER},
        State.DONE: {State.ACTIVE},
        State.NIHIL: {State.ACTIVE},
        State.STOPPED: {State.ACTIVE},
        State.HANDED_OVER: {State.ACTIVE},
    }

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="cases")
    number = models.CharField("nomor penanganan", max_length=40)
    sop = models.ForeignKey(Sop, models.PROTECT, related_name="cases")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="cases")
    route = models.CharField("jalur masuk", max_length=40, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="cases")
    event_at = models.DateTimeField("waktu kejadian")
    place = models.CharField("tempat", max_length=300, blank=True)
    reporter = models.CharField("pelapor/penemu", max_length=150, blank=True)
    reporter_phone = models.CharField("telepon pelapor", max_length=40, blank=True)
    circumstances = models.TextField("keadaan", blank=True)
    verbal_order_by = models.CharField("perintah lisan dari", max_length=150, blank=True)
    verbal_order_at = models.DateTimeField("waktu perintah lisan", null=True, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    term_due_at = models.DateTimeField("batas jangka waktu", null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.REPORTED)
    reopened = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.TextField("alasan", blank=True)
    version = models.PositiveIntegerField(default=0)

    objects = Cases.as_manager()

    class Meta:
        verbose_name = "penanganan"
        verbose_name_plural = "penanganan"
        default_permissions = ()
        indexes = [
            models.Index(fields=["agency", "-opened_at", "-id"], name="case_agency_opened"),
            models.Index(fields=["agency", "closed_at"], name="case_agency_closed"),
            models.Index(
                fields=["agency", "term_due_at"],
                condition=Q(state__in=["reported", "active", "on_hold"]),
                name="case_running_term",
            ),
            models.Index(
                fields=["agency", "-opened_at", "-id"],
                condition=Q(state__in=["reported", "active", "on_hold"]),
                name="case_running_opened",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="case_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=["reported", "active", "on_hold"], closed_at__isnull=True)
                | Q(state__in=["done", "nihil", "stopped", "handed_over"], closed_at__isnull=False),
                name="case_closed_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(event_at__lte=models.F("opened_at")),
                name="case_event_not_after_opening",
                violation_error_message="Kejadian tidak dapat terjadi setelah dilaporkan.",
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def running(self) -> bool:
        return self.state in self.RUNNING


class CaseChild(models.Model):
    """A child's time in a case: joined, judged, and how it ended for this child."""

    class Verdict(models.TextChoices):
        NONE = "", "Belum dinilai"
        ELIGIBLE = "eligible", "Layak"
        NOT_ELIGIBLE = "not_eligible", "Tidak layak"
        INCOMPLETE = "incomplete", "Perlu dilengkapi"

    case = models.ForeignKey(Case, models.PROTECT, related_name="children")
    child = models.ForeignKey("cases.Child", models.PROTECT, related_name="stays")
    joined_at = models.DateTimeField()
    joined_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=12, choices=Verdict.choices, blank=True, default="")
    verdict_reason = models.TextField(blank=True)
    left_on = models.DateField("tanggal", null=True, blank=True)
    outcome = models.ForeignKey(Outcome, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField("keterangan", blank=True)
    left_with_case = models.BooleanField(default=False)
    source = models.CharField(
        "asal baris", max_length=64, blank=True, default="", editable=False, help_text="Ciri baris daftarnya."
    )
    version = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["case"], condition=Q(left_on__isnull=True), name="casechild_inside"),
            models.Index(fields=["-joined_at", "-id"], name="casechild_joined"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "child"],
                name="casechild_once",
                violation_error_message="Anak ini sudah tercatat dalam penanganan ini.",
            ),
            models.UniqueConstraint(
                fields=["case", "source"],
                condition=~Q(source=""),
                name="casechild_source_once",
                violation_error_message="Baris ini sudah tercatat dalam penanganan ini.",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True, outcome__isnull=True)
                | Q(left_on__isnull=False, outcome__isnull=False),
                name="casechild_leaves_with_outcome",
                violation_error_message="Hasil akhir dan tanggalnya harus diisi bersama.",
            ),
        ]

    def __str__(self):
        return f"{self.case_id}/{self.child_id}"


class CaseOfficer(models.Model):
    """The officer assigned to a case in a position; where one is set, only he acts in it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="officers")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField("alasan", max_length=300, blank=True, default="")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["case", "position"],
                condition=Q(until__isnull=True),
                name="caseofficer_one_at_a_time",
                violation_error_message="Sudah ada petugas yang ditugasi untuk jabatan ini.",
            )
        ]
        indexes = [
            models.Index(
                fields=["user", "position"], condition=Q(until__isnull=True), name="caseofficer_current"
            )
        ]

    def __str__(self):
        return f"{self.case_id}: {self.user}"


# The rule of area and assignment (design rule 18), as a question about one case and as a condition on rows.


def _assignee(position: int, case: str) -> Subquery:
    """The officer assigned in a position. A scalar, so that it is looked up row by row: as EXISTS,
    PostgreSQL would first read all assignments there ever were."""
    rows = CaseOfficer.objects.filter(case=OuterRef(case), position=position, until=None)
    return Subquery(rows.values("user_id")[:1], output_field=models.BigIntegerField())


def assigned_to(hat: Hat, case: str = "case") -> In:
    """Rows of cases in which somebody the hat speaks for is assigned; `case` is the row's way to its case."""
    return In(_assignee(hat.position_id, case), sorted(hat.speaks_for))


def unassigned(position: int, case: str = "case") -> IsNull:
    """Rows of cases in which nobody is assigned in a position."""
    return IsNull(_assignee(position, case), True)


def free_for(hat: Hat, user: User, case: str = "case") -> In:
    """Rows of cases in which nobody else is assigned in the hat's position; of one he left, he himself is."""
    if hat.left:
        return assigned_to(hat, case)
    return In(Coalesce(_assignee(hat.position_id, case), Value(user.pk)), sorted(hat.speaks_for))


def covered(hat: Hat, user: User, case: str = "case") -> Q:
    """Rows of cases that the hat covers; `case` is "case", or "" for cases themselves. See `covers`."""
    to = f"{case}__" if case else ""
    found = Q(free_for(hat, user, case or "pk"))
    inside = Q(**{f"{to}area": hat.area_id}) if hat.area_id else Q(pk__in=[])
    if hat.external:
        own = Q(**{f"{to}opened_by": user}) | Q(assigned_to(hat, case or "pk"))
        return found & (inside | own)
    return found & (inside | Q(**{f"{to}area__isnull": True})) if hat.area_id else found


def covers(hat: Hat, user: User, case: Case, assigned: dict[int, int]) -> bool:
    """Whether a hat covers a case: nobody else is assigned in its position, and the case lies in the area of
    the appointment. A partner outside the office: only what he opened, is assigned to, or has in his area."""
    if assigned.get(hat.position_id, user.pk) not in hat.speaks_for:
        return False
    inside = case.area_id is not None and hat.area_id == case.area_id
    if hat.external:
        own = case.opened_by_id == user.pk or assigned.get(hat.position_id) in hat.speaks_for
        return inside or own
    return inside or None in (hat.area_id, case.area_id)
