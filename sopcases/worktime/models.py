"""When an agency is open: its work periods, their hours, and the days off."""

from collections import defaultdict

from django.db import models
from django.db.models import F, Q, Value

from sopcases.people.models import Agency
from sopcases.worktime.calendar import Calendar, WorkWeek


class WorkPeriod(models.Model):
    """Opening hours and the days between which they are valid. Ramadan is just another period: of several
    valid on a day the shortest wins.
    """

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="work_periods", verbose_name="perangkat daerah"
    )
    name = models.CharField("nama", max_length=100, help_text="Misalnya Jam kerja biasa, Ramadan 2026.")
    valid_from = models.DateField("berlaku mulai")
    valid_until = models.DateField("berlaku sampai", null=True, blank=True, help_text="Kosong: seterusnya.")
    origin = models.CharField("sumber", max_length=200, blank=True)

    class Meta:
        verbose_name = "masa jam kerja"
        verbose_name_plural = "masa jam kerja"
        ordering = ["agency", "valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="workperiod_ends_after_start",
                violation_error_message="Masa jam kerja berakhir sebelum dimulai.",
            ),
            models.UniqueConstraint(
                fields=["agency", "valid_from", "valid_until"],
                name="workperiod_span_once",
                violation_error_message="Sudah ada masa jam kerja dengan tanggal mulai dan sampai yang sama.",
            ),
            models.UniqueConstraint(
                fields=["agency", "valid_from"],
                condition=Q(valid_until__isnull=True),
                name="workperiod_open_span_once",
                violation_error_message="Sudah ada masa jam kerja seterusnya yang mulai pada tanggal ini.",
            ),
        ]

    def __str__(self):
        return self.name


class WorkHours(models.Model):
    """The hours of one weekday in a period; a weekday without a row is closed."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Senin"
        TUESDAY = 1, "Selasa"
        WEDNESDAY = 2, "Rabu"
        THURSDAY = 3, "Kamis"
        FRIDAY = 4, "Jumat"
        SATURDAY = 5, "Sabtu"
        SUNDAY = 6, "Minggu"

    period = models.ForeignKey(WorkPeriod, models.CASCADE, related_name="hours", verbose_name="masa")
    weekday = models.PositiveSmallIntegerField("hari", choices=Weekday.choices)
    opens = models.TimeField("buka")
    closes = models.TimeField("tutup")
    break_starts = models.TimeField("istirahat mulai", null=True, blank=True)
    break_ends = models.TimeField("istirahat selesai", null=True, blank=True)

    class Meta:
        verbose_name = "jam kerja"
        verbose_name_plural = "jam kerja"
        ordering = ["period", "weekday"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "weekday"],
                name="workhours_weekday_once",
                violation_error_message="Hari ini sudah mempunyai jam kerja dalam masa ini.",
            ),
            models.CheckConstraint(
                condition=Q(weekday__gte=0, weekday__lte=6),
                name="workhours_weekday_exists",
                violation_error_message="Pilih salah satu dari tujuh hari.",
            ),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="workhours_close_after_opening",
                violation_error_message="Jam tutup harus sesudah jam buka.",
            ),
            models.CheckConstraint(
                condition=Q(break_starts__isnull=True, break_ends__isnull=True)
                | Q(
                    break_starts__isnull=False,
                    break_ends__isnull=False,
                    break_starts__gt=F("opens"),
                    break_ends__gt=F("break_starts"),
                    break_ends__lt=F("closes"),
                ),
                name="workhours_break_within_hours",
                violation_error_message=(
                    "Istirahat harus diisi mulai dan selesainya, dan berada di antara jam buka dan jam tutup."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.opens:%H.%M}–{self.closes:%H.%M}"


class Holidays(models.QuerySet):
    """Days off."""

    def of(self, agency: Agency):
        """The national ones and the agency's own."""
        return self.filter(Q(agency=None) | Q(agency=agency))


class Holiday(models.Model):
    """A day off: of one agency, or of the whole country where no agency is named."""

    class Kind(models.TextChoices):
        NATIONAL = "libur_nasional", "Libur nasional"
        JOINT_LEAVE = "cuti_bersama", "Cuti bersama"
        LOCAL = "libur_daerah", "Libur daerah"

    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="holidays",
        verbose_name="perangkat daerah",
        help_text="Kosong: berlaku untuk semua perangkat daerah.",
    )
    date = models.DateField("tanggal")
    name = models.CharField("nama", max_length=200)
    kind = models.CharField("jenis", max_length=20, choices=Kind.choices)
    origin = models.CharField("sumber", max_length=200, blank=True)
    seeded_on = models.DateField(
        "tanggal menurut sumber",
        null=True,
        editable=False,
        help_text="Tetap dikenali bila tanggalnya dipindahkan, sehingga tidak diisi ulang.",
    )

    objects = Holidays.as_manager()

    class Meta:
        verbose_name = "hari libur"
        verbose_name_plural = "hari libur"
        ordering = ["date", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "date"],
                condition=Q(agency__isnull=False),
                name="holiday_of_agency_once",
                violation_error_message="Tanggal ini sudah tercatat sebagai hari libur perangkat daerah ini.",
            ),
            models.UniqueConstraint(
                fields=["date"],
                condition=Q(agency__isnull=True),
                name="holiday_of_country_once",
                violation_error_message="Tanggal ini sudah tercatat sebagai hari libur nasional.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["libur_nasional", "cuti_bersama", "libur_daerah"]),
                name="holiday_kind_known",
                violation_error_message="Jenis hari libur tidak dikenal.",
            ),
        ]

    def __str__(self):
        return f"{self.date:%d-%m-%Y} {self.name}"


def calendar_for(agency: Agency) -> Calendar:
    """The agency's calendar as the tables say now, in one query.

    Kept on this instance only: another request reads anew, so an edited holiday counts at once.
    """
    if not hasattr(agency, "_calendar"):
        rows = _hours(agency).union(_days_off(agency), all=True)
        weeks: dict[tuple, dict[int, list]] = defaultdict(dict)
        holidays = []
        for period, first, last, weekday, opens, closes, break_starts, break_ends in rows:
            if period is None:
                holidays.append(first)
                continue
            hours = weeks[period, first, last]
            if weekday is not None:
                hours[weekday] = (
                    [(opens, break_starts), (break_ends, closes)] if break_starts else [(opens, closes)]
                )
        weeks_in_order = [WorkWeek(first, last, hours) for (_, first, last), hours in weeks.items()]
        agency._calendar = Calendar(agency.timezone, weeks_in_order, holidays)
    return agency._calendar


def _hours(agency: Agency) -> models.QuerySet:
    # The join keeps a period without hours: a time when the office is closed.
    return (
        WorkPeriod.objects.filter(agency=agency)
        .order_by()
        .values_list(
            "id",
            "valid_from",
            "valid_until",
            "hours__weekday",
            "hours__opens",
            "hours__closes",
            "hours__break_starts",
            "hours__break_ends",
        )
    )


def _days_off(agency: Agency) -> models.QuerySet:
    """The days off in the columns of `_hours`, where only the first day is filled."""

    def none(field: models.Field) -> Value:
        return Value(None, output_field=field)

    time, number = models.TimeField(), models.IntegerField()
    return (
        Holiday.objects.of(agency)
        .order_by()
        .values_list(
            none(models.BigIntegerField()),
            "date",
            none(models.DateField()),
            none(number),
            *(none(time) for _ in range(4)),
        )
    )
