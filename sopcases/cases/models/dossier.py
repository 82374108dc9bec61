"""The papers of a case and where each is filed; what may follow; notes and photos."""

import uuid
from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from sopcases.cases.models.care import Goal
from sopcases.cases.models.case import Case
from sopcases.cases.models.child import Adult, Child
from sopcases.cases.models.walk import Attempt
from sopcases.people.models import Agency, User
from sopcases.sops.models import Output, PaperKind, Stage


def own_name(instance, filename: str) -> str:
    """Our own random name: neither the sender's name for the file nor a child's gets on the disk."""
    suffix = filename.rsplit(".", 1)[-1].lower() if "." in filename else "bin"
    name = uuid.uuid4().hex
    return f"{instance._meta.model_name}/{name[:2]}/{name}.{suffix}"


class Paper(models.Model):
    """A dokumen: what it is, how far it is, and the file itself."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="papers")
    kind = models.ForeignKey(PaperKind, models.PROTECT, related_name="papers")
    stage = models.PositiveSmallIntegerField(choices=Stage.choices, default=Stage.NONE)
    number = models.CharField("nomor", max_length=100, blank=True)
    dated = models.DateField("tanggal", null=True, blank=True)
    issuer = models.CharField("penerbit", max_length=150, blank=True)
    agenda = models.CharField("nomor agenda", max_length=40, blank=True)
    received_on = models.DateField("diterima pada", null=True, blank=True)
    agenda_year = models.PositiveSmallIntegerField("tahun agenda", null=True, blank=True, editable=False)
    original = models.BooleanField("asli", null=True, blank=True)
    description = models.CharField("keterangan", max_length=300, blank=True)
    file = models.FileField(upload_to=own_name, blank=True)
    mime = models.CharField(max_length=60, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    drafted_here = models.BooleanField(
        "dibuat sebagai surat di sini", default=False, help_text="Siklusnya diatur oleh suratnya."
    )
    disposed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    adult = models.ForeignKey(
        Adult,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="papers",
        verbose_name="penanggung jawab yang menandatangani",
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.TextField(blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")

    class Meta:
        verbose_name = "dokumen"
        verbose_name_plural = "dokumen"
        default_permissions = ()
        indexes = [models.Index(fields=["agency", "kind", "-id"], name="paper_agency_kind")]
        constraints = [
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""),
                name="paper_void_has_reason",
                violation_error_message="Alasan pembatalan harus diisi.",
            ),
            models.CheckConstraint(condition=Q(file="") | ~Q(sha256=""), name="paper_file_has_hash"),
            models.CheckConstraint(
                condition=Q(adult__isnull=True) | Q(stage__lt=Stage.SIGNED) | Q(dated__isnull=False),
                name="paper_of_adult_has_day",
                violation_error_message="Isi tanggal dokumen ini ditandatangani.",
            ),
            models.CheckConstraint(
                condition=Q(agenda="", agenda_year__isnull=True)
                | (~Q(agenda="") & Q(agenda_year__isnull=False, received_on__isnull=False)),
                name="paper_agenda_has_day",
                violation_error_message="Surat dengan nomor agenda harus bertanggal terima.",
            ),
            models.UniqueConstraint(
                fields=["agency", "agenda_year", "agenda"],
                condition=~Q(agenda="") & Q(voided_at__isnull=True),
                name="paper_agenda_once_a_year",
                violation_error_message="Nomor agenda ini sudah dipakai pada tahun yang sama.",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.number}".strip()


class AgendaCounter(models.Model):
    """The last number given by the Agenda Surat Masuk in a year; the row that takers of numbers lock.

    `begins_after`: the last number of the agenda on paper, where this one began in the course of a year.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    begins_after = models.PositiveIntegerField(default=0)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["agency", "year"], name="agendacounter_once"),
            models.CheckConstraint(
                condition=Q(last__gte=models.F("begins_after")), name="agendacounter_goes_on"
            ),
        ]

    def __str__(self):
        return f"{self.year}: {self.last}"


class Filing(models.Model):
    """A paper put into a case: for the case or a child, by an attempt, as one of its outputs."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="filings")
    case = models.ForeignKey(Case, models.PROTECT, related_name="filings")
    child = models.ForeignKey(Child, models.PROTECT, null=True, blank=True, related_name="filings")
    attempt = models.ForeignKey(Attempt, models.PROTECT, null=True, blank=True, related_name="filings")
    output = models.ForeignKey(Output, models.PROTECT, null=True, blank=True, related_name="+")
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                "paper",
                "case",
                Coalesce("child", 0),
                Coalesce("attempt", 0),
                Coalesce("output", 0),
                name="filing_once",
            )
        ]

    def __str__(self):
        return f"{self.paper_id} → {self.case_id}"


class Mandate(models.Model):
    """What a letter of assignment orders: who, from when until when, where. Written as its text is frozen."""

    paper = models.OneToOneField(Paper, models.PROTECT, related_name="mandate")
    starts = models.DateField("mulai")
    ends = models.DateField("sampai dengan")
    place = models.CharField("tempat", max_length=300, blank=True)
    officers = models.ManyToManyField(User, related_name="+", verbose_name="yang ditugasi")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["ends", "starts"], name="mandate_days")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=models.F("starts")),
                name="mandate_ends_after_start",
                violation_error_message="Tanggal selesai mendahului tanggal mulai.",
            )
        ]

    def __str__(self):
        return f"{self.paper_id}: {self.starts}–{self.ends}"


class InkHand(models.Model):
    """A hand on a letter that was written elsewhere and filed as a scan: the paraf in their order, the
    signature last, each under the title of that day. `reason`: why one person is two hands."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="hands")
    no = models.PositiveSmallIntegerField()
    signs = models.BooleanField("menandatangani", default=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    reason = models.TextField("alasan merangkap", blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering = ["paper", "no"]
        constraints = [
            models.UniqueConstraint(fields=["paper", "no"], name="inkhand_no_once"),
            models.UniqueConstraint(
                fields=["paper"],
                condition=Q(signs=True),
                name="inkhand_one_signature",
                violation_error_message="Surat ini sudah menyebut penanda tangannya.",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="inkhand_has_title"),
        ]

    def __str__(self):
        return f"{self.paper_id}: {self.title}"


class Custody(models.Model):
    """Who keeps an original from a day on: it was handed to somebody, or came back. The latest row stands;
    before the first it lies in the office's own file. Rows are only added."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="custody")
    case = models.ForeignKey(Case, models.PROTECT, related_name="custody")
    holder = models.CharField("disimpan oleh", max_length=200)
    since = models.DateField("sejak")
    basis = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="berdasarkan"
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    acting_title = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["since", "id"]
        indexes = [models.Index(fields=["paper", "-since", "-id"], name="custody_latest")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(holder=""),
                name="custody_has_holder",
                violation_error_message="Sebutkan siapa yang menyimpan dokumen ini.",
            )
        ]

    def __str__(self):
        return f"{self.paper_id} → {self.holder}"


class Waiver(models.Model):
    """A missing paper left to follow (until a date), or for good (no date: "tidak diterbitkan")."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="waivers")
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="waivers")
    kind = models.ForeignKey(PaperKind, models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, models.PROTECT, null=True, blank=True, related_name="+")
    stage = models.PositiveSmallIntegerField(choices=Stage.choices, default=Stage.SIGNED)
    reason = models.TextField("alasan")
    until = models.DateField("paling lambat", null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    acting_title = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["until"],
                condition=Q(settled_at__isnull=True, until__isnull=False),
                name="waiver_to_follow",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                "attempt",
                "kind",
                Coalesce("child", 0),
                condition=Q(settled_at__isnull=True),
                name="waiver_one_open",
                violation_error_message="Kelengkapan ini sudah dicatat menyusul.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="waiver_has_reason",
                violation_error_message="Alasan harus diisi.",
            ),
        ]

    def __str__(self):
        return f"{self.kind} menyusul"

    @property
    def act(self) -> tuple[int, int, date | None, datetime]:
        """What was left to follow in one act, for however many children, is one thing to follow."""
        return self.case_id, self.kind_id, self.until, self.at


class ProgressNote(models.Model):
    """A catatan perkembangan: written by those on the case, on any day."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes")
    child = models.ForeignKey(Child, models.PROTECT, null=True, blank=True, related_name="notes")
    goal = models.ForeignKey(Goal, models.PROTECT, null=True, blank=True, related_name="notes")
    happened_at = models.DateTimeField("waktu kejadian")
    text = models.TextField("catatan")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    acting_title = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-happened_at", "-id"]
        indexes = [models.Index(fields=["case", "-happened_at", "-id"], name="note_case_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(happened_at__lte=models.F("recorded_at")),
                name="note_not_in_future",
                violation_error_message="Waktu kejadian tidak boleh di masa depan.",
            )
        ]

    def __str__(self):
        return f"{self.case_id} {self.happened_at:%Y-%m-%d}"


class Photo(models.Model):
    """A photo of a case or of a session, re-encoded; the time it was taken is kept, the place is not."""

    CAPTION = 200
    """Letters of a caption."""

    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="photos")
    child = models.ForeignKey(Child, models.PROTECT, null=True, blank=True, related_name="photos")
    session = models.ForeignKey("cases.Session", models.PROTECT, null=True, blank=True, related_name="photos")
    note = models.ForeignKey(ProgressNote, models.PROTECT, null=True, blank=True, related_name="photos")
    file = models.FileField(upload_to=own_name)
    sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField(null=True, blank=True)
    caption = models.CharField("keterangan", max_length=CAPTION, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        indexes = [models.Index(fields=["case", "-id"], name="photo_case_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, session__isnull=True)
                | Q(case__isnull=True, session__isnull=False),
                name="photo_of_case_or_session",
                violation_error_message="Foto milik satu penanganan atau satu kegiatan bersama.",
            )
        ]

    def __str__(self):
        return f"Foto {self.pk}"
