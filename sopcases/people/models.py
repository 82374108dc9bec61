"""Who is who: agencies, positions, officers and their appointments, and the journal of what they did."""

import uuid

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q


class Agency(models.Model):
    """A perangkat daerah (Dinas Sosial) with its letterhead and its house rules."""

    slug = models.SlugField(unique=True)
    name = models.CharField("nama", max_length=200)
    short_name = models.CharField("nama singkat", max_length=80)
    government = models.CharField("pemerintah daerah", max_length=200)
    letterhead_name = models.TextField("nama pada kop surat", help_text="Paling banyak tiga baris.")
    city = models.CharField("kota pada surat", max_length=80)
    address = models.CharField("alamat", max_length=300, blank=True)
    phone = models.CharField("telepon", max_length=60, blank=True)
    email = models.EmailField("surel", blank=True)
    website = models.CharField("situs", max_length=200, blank=True)
    crest = models.ImageField("lambang daerah", upload_to="crests/", blank=True)
    timezone = models.CharField("zona waktu", max_length=40, default="Asia/Jakarta")

    walk_on_decision = models.BooleanField(
        "langkah berlanjut setelah keputusan",
        default=True,
        help_text="Bila tidak, langkah berikutnya menunggu surat bertanda tangan basah diunggah.",
    )
    number_given_outside = models.BooleanField("nomor surat diberikan bagian umum", default=False)
    number_after_ink = models.BooleanField("nomor diberikan setelah tanda tangan basah", default=False)
    signature_backend = models.CharField(
        "cara pejabat menandatangani",
        max_length=12,
        choices=[
            ("wet", "Tanda tangan basah"),
            ("certificate", "Sertifikat elektronik pejabat (PKCS#12)"),
            ("bsre", "BSrE Esign Client"),
        ],
        default="wet",
        help_text="Tanda tangan basah tetap dapat dipakai pada setiap surat.",
    )
    grace_next_working_day = models.BooleanField(
        "standar di bawah satu hari dihitung lewat pada akhir hari kerja berikutnya", default=True
    )
    remind_before = models.PositiveSmallIntegerField(
        "ingatkan sebelum batas waktu (hari kerja)",
        default=1,
        help_text="0: pada harinya saja. Paling banyak 30.",
    )
    escalate_after = models.PositiveSmallIntegerField(
        "sampaikan kepada atasan sesudah lewat batas waktu (hari kerja)",
        default=3,
        help_text="0: tidak disampaikan. Paling banyak 60.",
    )

    class Meta:
        verbose_name = "perangkat daerah"
        verbose_name_plural = "perangkat daerah"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signature_backend="wet") | Q(number_after_ink=False),
                name="agency_electronic_needs_number",
                violation_error_message=(
                    "Tanda tangan elektronik memerlukan nomor sebelum ditandatangani: matikan “nomor "
                    "diberikan setelah tanda tangan basah”."
                ),
            ),
            models.CheckConstraint(
                condition=Q(remind_before__lte=30),
                name="agency_reminds_within_a_month",
                violation_error_message="Pengingat sebelum batas waktu: 0 sampai 30 hari kerja.",
            ),
            models.CheckConstraint(
                condition=Q(escalate_after__lte=60),
                name="agency_escalates_within_a_quarter",
                violation_error_message="Penyampaian kepada atasan: 0 sampai 60 hari kerja.",
            ),
        ]

    def __str__(self):
        return self.name


class Area(models.Model):
    """A kecamatan or other part of the agency's territory."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="areas")
    name = models.CharField("nama", max_length=100)

    class Meta:
        verbose_name = "wilayah"
        verbose_name_plural = "wilayah"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "name"],
                name="area_name_once",
                violation_error_message="Wilayah dengan nama ini sudah ada.",
            )
        ]

    def __str__(self):
        return self.name


class Position(models.Model):
    """A jabatan of the agency, or of a partner outside it, as the SOP sheets name it."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="positions")
    name = models.CharField("nama jabatan", max_length=150)
    aliases = models.JSONField("nama lain pada SOP", default=list, blank=True)
    superior = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="subordinates",
        verbose_name="atasan",
    )
    external = models.BooleanField("pihak luar", default=False)
    may_record = models.BooleanField("boleh mencatat untuk orang lain", default=False)
    may_waive = models.BooleanField("boleh mengizinkan kelengkapan menyusul", default=False)
    may_close = models.BooleanField("boleh menutup penanganan", default=False)
    note = models.CharField("keterangan", max_length=300, blank=True)
    proposed = models.BooleanField(
        "masih usulan", default=False, help_text="Dibaca dari berkas SOP dan belum diperiksa orang."
    )

    class Meta:
        verbose_name = "jabatan"
        verbose_name_plural = "jabatan"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "name"],
                name="position_name_once",
                violation_error_message="Jabatan dengan nama ini sudah ada.",
            ),
            models.CheckConstraint(
                condition=Q(superior__isnull=True) | ~Q(superior=F("id")),
                name="position_not_own_superior",
                violation_error_message="Jabatan tidak dapat menjadi atasan dirinya sendiri.",
            ),
        ]

    def __str__(self):
        return self.name


class Officers(UserManager):
    """Makes users by username; an officer has no first and last name, only a name with titles."""

    def with_appointments(self):
        return self.prefetch_related("appointments__position")


class User(AbstractUser):
    """An officer. Belongs to one agency; a superuser may belong to none and sees no case."""

    first_name = None
    last_name = None
    name = models.CharField("nama lengkap dengan gelar", max_length=150)
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name="perangkat daerah",
    )
    nip = models.CharField("NIP", max_length=30, blank=True)
    nip_label = models.CharField("sebutan nomor", max_length=20, default="NIP", blank=True)
    rank = models.CharField("pangkat/golongan", max_length=80, blank=True)
    phone = models.CharField("telepon", max_length=40, blank=True)
    must_change_password = models.BooleanField("kata sandi sekali pakai", default=False)
    reminders_by_mail = models.BooleanField(
        "pengingat juga dikirim lewat surel",
        default=True,
        help_text="Di dalam aplikasi pengingat selalu ada. Surelnya tidak memuat nama anak.",
    )

    objects = Officers()
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "pegawai"
        verbose_name_plural = "pegawai"
        ordering = ["name"]

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name


class Appointment(models.Model):
    """A user holds a position for a time: definitive, acting for a vacant post (Plt.) or for an absent
    holder (Plh.)."""

    class Kind(models.TextChoices):
        DEFINITIVE = "definitive", "Definitif"
        PLT = "plt", "Plt."
        PLH = "plh", "Plh."

    user = models.ForeignKey(User, models.PROTECT, related_name="appointments", verbose_name="pegawai")
    position = models.ForeignKey(
        Position, models.PROTECT, related_name="appointments", verbose_name="jabatan"
    )
    kind = models.CharField("jenis", max_length=12, choices=Kind.choices, default=Kind.DEFINITIVE)
    valid_from = models.DateField("berlaku dari")
    valid_until = models.DateField("sampai dengan", null=True, blank=True)
    basis = models.CharField("dasar (SK/surat perintah)", max_length=200, blank=True)
    # With "Plh. " before it the title fits the 200 characters that every act keeps of it.
    printed_title = models.CharField("sebutan jabatan pada surat", max_length=190, blank=True)
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        verbose_name="wilayah",
    )
    stands_in_for = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="menggantikan",
        help_text="Diisi untuk Plh. bila jabatan ini dipegang lebih dari satu orang.",
    )

    class Meta:
        verbose_name = "penugasan jabatan"
        verbose_name_plural = "penugasan jabatan"
        ordering = ["-valid_from", "id"]
        indexes = [models.Index(fields=["position", "valid_from"], name="appointment_position_from")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="appointment_ends_after_start",
                violation_error_message="Tanggal akhir mendahului tanggal mulai.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="plh") | Q(valid_until__isnull=False),
                name="appointment_plh_has_end",
                violation_error_message="Plh. harus mempunyai tanggal akhir.",
            ),
            models.CheckConstraint(
                condition=Q(stands_in_for__isnull=True) | Q(kind="plh") & ~Q(stands_in_for=F("user")),
                name="appointment_only_plh_stands_in",
                violation_error_message="Hanya Plh. yang menggantikan orang lain.",
            ),
            models.UniqueConstraint(
                fields=["user", "position", "valid_from"],
                name="appointment_once",
                violation_error_message="Penugasan ini sudah ada.",
            ),
        ]

    def __str__(self):
        return f"{self.user} – {self.title}"

    @property
    def title(self):
        """The position title as printed, with the acting prefix before it."""
        name = self.printed_title or self.position.name
        return name if self.kind == self.Kind.DEFINITIVE else f"{self.get_kind_display()} {name}"


class Delegations(models.QuerySet):
    def in_force(self, day):
        """Those that can be used on the day: for the position one level up (a.n.) or two (u.b.)."""
        up = Q(delegate__superior=F("principal")) | Q(delegate__superior__superior=F("principal"))
        until = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
        return self.filter(up, until, valid_from__lte=day)

    def of(self, position_id, day):
        """The positions for which another may sign on the day, as ids."""
        return self.in_force(day).filter(delegate=position_id).values("principal")


class Delegation(models.Model):
    """A position may sign for the one above it (a.n.), or two above it (u.b.), for a time and on a basis.

    Who signs is the holder of `delegate` on the day. Which of the two it is follows from the superiors.
    """

    delegate = models.ForeignKey(
        Position, models.PROTECT, related_name="delegations", verbose_name="yang menandatangani"
    )
    principal = models.ForeignKey(Position, models.PROTECT, related_name="+", verbose_name="atas nama")
    printed_title = models.CharField(
        "sebutan pejabat yang diatasnamakan",
        max_length=150,
        blank=True,
        help_text="Kosong: seperti pada penugasannya. Contoh: Kepala Dinas Sosial.",
    )
    valid_from = models.DateField("berlaku dari")
    valid_until = models.DateField("sampai dengan", null=True, blank=True)
    basis = models.CharField("dasar (SK/surat perintah)", max_length=200)

    objects = Delegations.as_manager()

    class Meta:
        verbose_name = "wewenang menandatangani"
        verbose_name_plural = "wewenang menandatangani"
        ordering = ["-valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="delegation_ends_after_start",
                violation_error_message="Tanggal akhir mendahului tanggal mulai.",
            ),
            models.CheckConstraint(
                condition=~Q(delegate=F("principal")),
                name="delegation_for_another",
                violation_error_message="Jabatan tidak menandatangani atas nama dirinya sendiri.",
            ),
            models.CheckConstraint(
                condition=~Q(basis=""),
                name="delegation_has_basis",
                violation_error_message="Dasar wewenang harus diisi.",
            ),
            models.UniqueConstraint(
                fields=["delegate", "principal", "valid_from"],
                name="delegation_once",
                violation_error_message="Wewenang ini sudah ada.",
            ),
        ]

    def __str__(self):
        return f"{self.delegate} a.n. {self.principal}"


class Entry(models.Model):
    """One line of the journal (riwayat). The database refuses UPDATE and DELETE (see the migration).

    `subject` names the row meant as "room.kind" and its id; `data` holds what the sentence needs and
    never the name of a child, so that erasing a child leaves the journal whole.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    acting_title = models.CharField(max_length=200, blank=True)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = "riwayat"
        verbose_name_plural = "riwayat"
        default_permissions = ()
        indexes = [
            models.Index(fields=["subject", "subject_id", "id"], name="entry_subject"),
            models.Index(fields=["agency", "id"], name="entry_agency"),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.subject} {self.subject_id}"


class Submission(models.Model):
    """A form that was sent: its one-time key, and where the first sending led. Sent twice, done once."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    location = models.TextField(blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.key)


class Draft(models.Model):
    """A form that is being filled in and was not sent: what one tab of one user holds, sealed.

    `key` is the form's one-time key, so each tab has a draft of its own; `version` counts its savings.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    path = models.CharField(max_length=2000)
    key = models.UUIDField()
    sealed = models.TextField()
    saved_at = models.DateTimeField(db_index=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["user", "path"], name="draft_user_path")]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="draft_once_per_tab")]

    def __str__(self):
        return str(self.key)


class LoginAttempt(models.Model):
    """A password that was tried, from where; counted before the next one is hashed, then forgotten.

    `who` is a keyed hash of the name as typed: people type passwords into that field.
    """

    who = models.CharField(max_length=64)
    address = models.CharField(max_length=50)
    at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["address", "at"], name="login_attempt_address")]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.address}"
