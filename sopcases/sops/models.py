"""What must be done, by whom, with what, in how long: SOPs as data."""

import uuid
from datetime import date

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from sopcases.people.models import Agency, Delegation, Position, User
from sopcases.worktime.periods import LONGEST


class Stage(models.IntegerChoices):
    """How far a paper is. Asked for as "at least"."""

    NONE = 0, "Konsep"
    DRAFT = 10, "Diajukan"
    READY = 20, "Siap ditandatangani"
    DECIDED = 25, "Menunggu tanda tangan"
    SIGNED = 30, "Ditandatangani"


STAGE_WORDS = {"draft": Stage.DRAFT, "ready": Stage.READY, "signed": Stage.SIGNED}


class PaperKinds(models.QuerySet):
    def taking_a_hand_of(self, position_id: int):
        """Kinds that take the paraf or the signature of a position."""
        hands = ("first_hand", "second_hand", "disposer", "signer")
        found = Q(pk__in=[])
        for hand in hands:
            found |= Q(**{hand: position_id})
        return self.filter(found)


class PaperKind(models.Model):
    """A kind of paper with one name and the other names the sheets use for it."""

    class Origin(models.TextChoices):
        LETTER = "letter", "Surat dinas (diparaf dan ditandatangani pejabat)"
        REPORT = "report", "Laporan (dibuat petugas)"
        RECORD = "record", "Berita acara (ditandatangani para pihak)"
        CITIZEN = "citizen", "Pernyataan warga"
        INCOMING = "incoming", "Dokumen dari luar"

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="paper_kinds")
    name = models.CharField("nama", max_length=150)
    aliases = models.JSONField("nama lain pada SOP", default=list, blank=True)
    origin = models.CharField("asal", max_length=10, choices=Origin.choices)
    layout = models.SlugField("tata letak", blank=True)
    first_hand = models.ForeignKey(
        Position,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="pemaraf pertama",
        help_text="Kosongkan bila surat ini hanya diparaf satu pejabat.",
    )
    second_hand = models.ForeignKey(
        Position,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="pemaraf kedua",
        help_text="Hanya bila ada tiga pemaraf.",
    )
    disposer = models.ForeignKey(
        Position,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="pemaraf terakhir (disposisi)",
    )
    signer = models.ForeignKey(
        Position,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="penanda tangan",
    )
    verbal = models.BooleanField(
        "dapat didahului perintah lisan",
        default=False,
        help_text="Perintah lisan menggantikan surat ini untuk tindakan yang mendahuluinya.",
    )
    identity = models.BooleanField("dokumen identitas anak", default=False)
    proposed = models.BooleanField(
        "masih usulan", default=False, help_text="Dibaca dari berkas SOP dan belum diperiksa orang."
    )

    objects = PaperKinds.as_manager()

    class Meta:
        verbose_name = "jenis dokumen"
        verbose_name_plural = "jenis dokumen"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "name"],
                name="paperkind_name_once",
                violation_error_message="Jenis dokumen dengan nama ini sudah ada.",
            ),
            models.CheckConstraint(
                condition=~Q(origin="letter") | Q(signer__isnull=False),
                name="paperkind_letter_has_signer",
                violation_error_message="Surat dinas harus mempunyai penanda tangan.",
            ),
            models.CheckConstraint(
                condition=Q(first_hand__isnull=True, second_hand__isnull=True)
                | Q(first_hand__isnull=False, disposer__isnull=False),
                name="paperkind_hands_in_order",
                violation_error_message=(
                    "Isi pemaraf terakhir lebih dahulu, lalu pemaraf pertama, lalu pemaraf kedua."
                ),
            ),
            models.CheckConstraint(
                condition=(Q(first_hand__isnull=True) | ~Q(first_hand=F("disposer")))
                & (
                    Q(second_hand__isnull=True)
                    | ~Q(second_hand=F("first_hand")) & ~Q(second_hand=F("disposer"))
                ),
                name="paperkind_hand_once",
                violation_error_message="Satu jabatan memaraf satu kali saja.",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def chain(self) -> tuple[int, ...]:
        """The positions whose paraf it takes, in their order (at most three); the last one disposes."""
        return tuple(filter(None, (self.first_hand_id, self.second_hand_id, self.disposer_id)))

    @property
    def from_outside(self) -> bool:
        """There or not there: counts as signed once filed, and counts for outputs when already on file."""
        return self.origin in (self.Origin.INCOMING, self.Origin.CITIZEN)


class Sop(models.Model):
    """A standard operating procedure of an agency, through all its revisions."""

    class Opening(models.TextChoices):
        CHILD = "child", "Satu anak sejak awal"
        ROUND = "round", "Anak ditemukan kemudian"
        LIST = "list", "Daftar usulan"

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="sops")
    slug = models.SlugField()
    noun = models.CharField("sebutan penanganan", max_length=60)
    code = models.CharField("awalan nomor", max_length=8)
    opening = models.CharField("cara dibuka", max_length=8, choices=Opening.choices)

    class Meta:
        verbose_name = "SOP"
        verbose_name_plural = "SOP"
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "slug"],
                name="sop_slug_once",
                violation_error_message="SOP dengan nama pendek ini sudah ada.",
            )
        ]

    def __str__(self):
        return self.slug

    def revision_on(self, day: date) -> "Revision | None":
        """The revision a case opened on a day follows; None while none is in force."""
        return self.revisions.on(day).first()


class Revisions(models.QuerySet):
    def as_on(self, day: date):
        """Each with `stands`, the state as it is on a day (today or later): a scheduled date takes effect by
        itself, whether or not the stored state was tidied since."""
        states = self.model.State
        begun = Q(state=states.SCHEDULED, in_force_from__lte=day)
        next_one = self.model._base_manager.filter(begun, sop=OuterRef("sop"))
        return self.annotate(
            stands=Case(
                When(begun, then=Value(states.IN_FORCE.value)),
                When(Q(Exists(next_one), state=states.IN_FORCE), then=Value(states.REPLACED.value)),
                default=F("state"),
                output_field=models.CharField(),
            )
        )

    def on(self, day: date):
        """The revisions that cases opened on a day follow, one of each SOP at most."""
        return self.as_on(day).filter(stands=self.model.State.IN_FORCE)

    def walked(self, day: date):
        """Those that were ever in force by a day: some case may follow them."""
        states = self.model.State
        dated = self.as_on(day).exclude(in_force_from=None)
        return dated.exclude(stands__in=(*self.model.DRAFTS, states.SCHEDULED))


class Revision(models.Model):
    """One edition of an SOP: the document's header and, through its steps, the workflow."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draf"
        CHECKED = "checked", "Diperiksa"
        SCHEDULED = "scheduled", "Dijadwalkan"
        IN_FORCE = "in_force", "Berlaku"
        REPLACED = "replaced", "Diganti"
        WITHDRAWN = "withdrawn", "Dicabut"

    DRAFTS = (State.DRAFT, State.CHECKED)
    CURRENT = (State.SCHEDULED, State.IN_FORCE)
    """In force, or to be so on its day."""
    TRANSITIONS = {
        State.DRAFT: {State.CHECKED, State.SCHEDULED, State.IN_FORCE},
        State.CHECKED: {State.DRAFT, State.SCHEDULED, State.IN_FORCE},
        State.SCHEDULED: {State.DRAFT, State.IN_FORCE},
        State.IN_FORCE: {State.REPLACED, State.WITHDRAWN},
        State.REPLACED: set(),
        State.WITHDRAWN: set(),
    }

    sop = models.ForeignKey(Sop, models.PROTECT, related_name="revisions", verbose_name="SOP")
    no = models.PositiveIntegerField("revisi ke")
    state = models.CharField("status", max_length=10, choices=State.choices, default=State.DRAFT)
    in_force_from = models.DateField("berlaku dari", null=True, blank=True)
    name = models.CharField("nama SOP", max_length=200)
    number = models.CharField("nomor SOP", max_length=100, blank=True)
    created_on = models.DateField("tanggal pembuatan", null=True, blank=True)
    revised_on = models.DateField("tanggal revisi", null=True, blank=True)
    ratified_on = models.DateField("tanggal pengesahan", null=True, blank=True)
    effective_on = models.DateField("tanggal efektif", null=True, blank=True)
    ratified_by_name = models.CharField("disahkan oleh", max_length=150, blank=True)
    ratified_by_nip = models.CharField("NIP pengesah", max_length=30, blank=True)
    term = models.CharField("jangka waktu penyelesaian", max_length=100, blank=True)
    term_reading = models.CharField("jangka waktu dibaca sebagai", max_length=100, blank=True)
    legal_basis = models.JSONField("dasar hukum", default=list, blank=True)
    target = models.TextField("sasaran", blank=True)
    cost = models.TextField("biaya", blank=True)
    routes = models.JSONField("jalur masuk", default=list, blank=True)
    sheet = models.JSONField("lembar asli", default=dict, blank=True)
    narrative = models.JSONField("uraian proses", default=list, blank=True)
    checksum = models.CharField(max_length=64, blank=True, editable=False)
    source = models.JSONField("asal", null=True, blank=True, editable=False)
    """For an SOP taken over: the agency that wrote it, its name there, and the checksum of its file."""

    objects = Revisions.as_manager()

    class Meta:
        verbose_name = "revisi SOP"
        verbose_name_plural = "revisi SOP"
        ordering = ["sop", "-no"]
        constraints = [
            models.UniqueConstraint(fields=["sop", "no"], name="revision_no_once"),
            models.UniqueConstraint(
                fields=["sop"],
                condition=Q(state="in_force"),
                name="revision_one_in_force",
                violation_error_message="Sudah ada revisi yang berlaku.",
            ),
            models.UniqueConstraint(
                fields=["sop"],
                condition=Q(state="scheduled"),
                name="revision_one_scheduled",
                violation_error_message="Sudah ada revisi yang dijadwalkan.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["scheduled", "in_force", "replaced"])
                | (Q(in_force_from__isnull=False) & ~Q(checksum="")),
                name="revision_in_force_is_sealed",
                violation_error_message="Revisi yang berlaku harus bertanggal dan tersegel.",
            ),
        ]

    def __str__(self):
        return f"{self.name} (revisi {self.no})"

    @property
    def editable(self) -> bool:
        return self.state in (self.State.DRAFT, self.State.CHECKED)

    @property
    def stands_text(self) -> str:
        """The state in words, as it is on the day asked about (see `as_on`), else as it is stored."""
        return self.State(self.__dict__.get("stands", self.state)).label

    @property
    def term_text(self) -> str:
        return self.term_reading or self.term


class RevisionAct(models.Model):
    """What became of a revision, when, for what reason, and which official approved it. Only added to."""

    class Verb(models.TextChoices):
        CHECKED = "checked", "Diperiksa"
        SCHEDULED = "scheduled", "Dijadwalkan"
        CALLED_BACK = "called_back", "Jadwal dibatalkan"
        IN_FORCE = "in_force", "Mulai berlaku"
        REPLACED = "replaced", "Diganti"
        WITHDRAWN = "withdrawn", "Dicabut"

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="acts")
    verb = models.CharField("tindakan", max_length=12, choices=Verb.choices)
    at = models.DateTimeField("dicatat pada")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="dicatat oleh")
    official = models.CharField("pejabat yang menyetujui", max_length=200)
    reason = models.TextField("alasan")
    day = models.DateField("berlaku dari", null=True, blank=True)

    class Meta:
        verbose_name = "riwayat revisi"
        verbose_name_plural = "riwayat revisi"
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(official="") & ~Q(reason=""),
                name="revisionact_says_who_and_why",
                violation_error_message="Pejabat yang menyetujui dan alasannya harus diisi.",
            ),
            models.CheckConstraint(
                condition=~Q(verb__in=["scheduled", "in_force"]) | Q(day__isnull=False),
                name="revisionact_begins_on_a_day",
                violation_error_message="Tanggal berlaku harus diisi.",
            ),
        ]

    def __str__(self):
        return f"{self.get_verb_display()} ({self.official})"


class Step(models.Model):
    """One row of the sheet (uraian prosedur) in its own words, and how the system reads it."""

    class Scope(models.TextChoices):
        CASE = "case", "Per penanganan"
        CHILD = "child", "Per anak"

    class Basis(models.TextChoices):
        BY_UNIT = "", "Menurut satuannya"
        OFFICE = "office", "Jam kerja"
        CALENDAR = "calendar", "Waktu kalender"

    class Form(models.TextChoices):
        NONE = "", "Sekali"
        SESSION = "session", "Berkala: kegiatan bersama"
        VISIT = "visit", "Berkala: kunjungan per anak"

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="steps", verbose_name="revisi SOP")
    key = models.SlugField("kunci", max_length=40)
    order = models.PositiveIntegerField("urutan")
    number = models.CharField("No", max_length=20, blank=True)
    activity = models.TextField("uraian kegiatan")
    requires_text = models.TextField("kelengkapan (asli)", blank=True)
    produces_text = models.TextField("output (asli)", blank=True)
    time = models.CharField("waktu", max_length=100, blank=True)
    time_reading = models.CharField("waktu dibaca sebagai", max_length=100, blank=True)
    basis = models.CharField("dasar hitungan", max_length=10, choices=Basis.choices, blank=True, default="")
    narrative_time = models.CharField("waktu pada uraian", max_length=100, blank=True)
    remark = models.TextField("keterangan", blank=True)
    after = models.JSONField("setelah langkah", null=True, blank=True)
    scope = models.CharField("lingkup", max_length=6, choices=Scope.choices, default=Scope.CASE)
    routes = models.JSONField("hanya pada jalur", default=list, blank=True)
    form = models.CharField("berkala", max_length=8, choices=Form.choices, blank=True, default="")
    every_months = models.PositiveSmallIntegerField(
        "setiap … bulan", null=True, blank=True, validators=[MaxValueValidator(LONGEST)]
    )
    until_years = models.PositiveSmallIntegerField(
        "paling lama sampai 31 Desember tahun ke-", null=True, blank=True
    )
    condition = models.TextField("syarat berlakunya langkah", blank=True)
    verdict = models.BooleanField("menilai layak/tidak layak per anak", default=False)
    finds = models.BooleanField("mendata anak", default=False)
    aid = models.BooleanField("menyalurkan bantuan per anak", default=False)
    alarm = models.BooleanField("lewat batas waktu diperingatkan", default=True)
    returns_to = models.SlugField("dikembalikan ke langkah", max_length=40, blank=True)
    refusal_to = models.SlugField("bila ditolak, lanjut ke langkah", max_length=40, blank=True)
    refusal_ends = models.BooleanField("bila ditolak, penanganan berakhir", default=False)

    class Meta:
        verbose_name = "langkah"
        verbose_name_plural = "langkah"
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "key"],
                name="step_key_once",
                violation_error_message="Kunci langkah ini sudah dipakai dalam revisi yang sama.",
            ),
            models.CheckConstraint(
                condition=Q(form="") | Q(every_months__gte=1),
                name="step_recurring_has_interval",
                violation_error_message="Langkah berkala harus mempunyai jarak bulan.",
            ),
            models.CheckConstraint(
                condition=Q(refusal_to="") | Q(refusal_ends=False),
                name="step_refusal_leads_one_way",
                violation_error_message="Penolakan menuju satu langkah atau mengakhiri penanganan.",
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.activity[:60]}"

    @property
    def time_text(self) -> str:
        """The text the standard is read from: the office's reading, else the sheet's cell."""
        return self.time_reading or self.time


class Performer(models.Model):
    """Which position takes which part in a step, and the mark on the sheet."""

    class Part(models.TextChoices):
        PERFORMS = "performs", "Melaksanakan"
        RECEIVES = "receives", "Menerima"
        ORDERS = "orders", "Memerintahkan"
        TAKES_PART = "takes_part", "Ikut serta"
        DISPOSES = "disposes", "Disposisi (paraf)"
        SIGNS = "signs", "Menandatangani"

    class Symbol(models.TextChoices):
        NONE = "", "–"
        START = "start", "Mulai"
        END = "end", "Selesai"
        BOX = "box", "Kotak"
        DECISION = "decision", "Belah ketupat"
        ARROW = "arrow", "Panah"
        DAMAGED = "damaged", "Tidak terbaca"

    step = models.ForeignKey(Step, models.CASCADE, related_name="performers")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+", verbose_name="jabatan")
    part = models.CharField("peran", max_length=12, choices=Part.choices)
    symbol = models.CharField("simbol", max_length=10, choices=Symbol.choices, blank=True, default="")

    class Meta:
        verbose_name = "pelaksana"
        verbose_name_plural = "pelaksana"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["step", "position", "part"],
                name="performer_part_once",
                violation_error_message="Jabatan ini sudah mempunyai peran itu pada langkah ini.",
            )
        ]

    def __str__(self):
        return f"{self.position} {self.get_part_display().lower()}"


class PaperScope(models.TextChoices):
    CASE = "case", "Per penanganan"
    CHILD = "child", "Per anak"
    ADULT = "adult", "Per penanggung jawab"


COUNTED_STAGES = [(s.value, s.label) for s in (Stage.DRAFT, Stage.READY, Stage.SIGNED)]


class Output(models.Model):
    """A paper a step puts out; it may carry an earlier output to a further stage."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="outputs")
    key = models.SlugField("kunci", max_length=40)
    kind = models.ForeignKey(PaperKind, models.PROTECT, related_name="+", verbose_name="jenis dokumen")
    stage = models.PositiveSmallIntegerField("tahap", choices=COUNTED_STAGES, default=Stage.SIGNED)
    text = models.CharField("sebutan pada lembar", max_length=300, blank=True)
    carries = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="meneruskan keluaran",
    )
    scope = models.CharField("lingkup", max_length=6, choices=PaperScope.choices, default=PaperScope.CASE)
    routes = models.JSONField("hanya pada jalur", default=list, blank=True)
    optional = models.BooleanField("tidak wajib", default=False)

    class Meta:
        verbose_name = "keluaran"
        verbose_name_plural = "keluaran"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["step", "key"],
                name="output_key_once",
                violation_error_message="Kunci keluaran ini sudah dipakai pada langkah yang sama.",
            )
        ]

    def __str__(self):
        return f"{self.step.key}/{self.key}"


class Requirement(models.Model):
    """A paper a step needs (kelengkapan), at least at a stage; it may name the output it expects."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="requirements")
    kind = models.ForeignKey(PaperKind, models.PROTECT, related_name="+", verbose_name="jenis dokumen")
    stage = models.PositiveSmallIntegerField("tahap", choices=COUNTED_STAGES, default=Stage.SIGNED)
    text = models.CharField("sebutan pada lembar", max_length=300, blank=True)
    from_output = models.ForeignKey(
        Output,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="dari keluaran",
    )
    scope = models.CharField("lingkup", max_length=6, choices=PaperScope.choices, default=PaperScope.CASE)
    routes = models.JSONField("hanya pada jalur", default=list, blank=True)
    optional = models.BooleanField("tidak wajib", default=False)

    class Meta:
        verbose_name = "kelengkapan"
        verbose_name_plural = "kelengkapan"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                "step",
                "kind",
                Coalesce("from_output", 0),
                name="requirement_once",
                violation_error_message="Kelengkapan ini sudah tercantum pada langkah yang sama.",
            )
        ]

    def __str__(self):
        return f"{self.step.key}: {self.kind}"


class Note(models.Model):
    """A discrepancy of the sheet: both places quoted, and how the system reads it until decided."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="notes")
    step = models.ForeignKey(
        Step, models.CASCADE, null=True, blank=True, related_name="notes", verbose_name="langkah"
    )
    about = models.CharField("perihal", max_length=300)
    quotes = models.JSONField("kutipan", default=list, blank=True)
    reading = models.TextField("dibaca sebagai")

    class Meta:
        verbose_name = "catatan pembacaan"
        verbose_name_plural = "catatan pembacaan"
        ordering = ["id"]

    def __str__(self):
        return self.about


def own_name(instance, filename: str) -> str:
    """Our own random name: an office's name for its file does not get on the disk."""
    name = uuid.uuid4().hex
    return f"{instance._meta.model_name}/{name[:2]}/{name}.{filename.rpartition('.')[2]}"


class Intake(models.Model):
    """A file that an SOP was read from, what was read, and where each value stands in it.

    Waiting for somebody to confirm it until `revision` is set; sealed with that.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    revision = models.OneToOneField(Revision, models.SET_NULL, null=True, blank=True, related_name="intake")
    name = models.CharField("nama berkas", max_length=200)
    kind = models.CharField("format", max_length=10)
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=own_name)
    data = models.JSONField("isi yang dibaca")
    """As the content of an SOP file (FORMAT.md)."""
    trace = models.JSONField("tempat pada berkas")
    """By path ("steps/0/time"): quotes of place and text, read, sure, and kept where it was corrected."""
    uploaded_at = models.DateTimeField("diunggah")
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField("diperiksa", null=True, blank=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "berkas masuk SOP"
        verbose_name_plural = "berkas masuk SOP"
        ordering = ["-uploaded_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="intake_confirmed_by_somebody",
                violation_error_message="Berkas yang diperiksa menyebut siapa yang memeriksanya.",
            )
        ]

    def __str__(self):
        return self.name


class FrozenSheets(models.QuerySet):
    def living(self):
        """Those not void: one of each revision at most."""
        return self.filter(voided_at=None)

    def waiting_for(self, officer):
        """Those that name the officer and wait for his signature, while he can use the authority they name.

        A Plh. suspends it for his days, and it ends with his appointment: then nothing waits for him.
        """
        may = Q(pk__in=[])
        for hat in officer.hats:
            delegated = Delegation.objects.of(hat.position_id, officer.day)
            may |= Q(position=hat.position_id) | Q(position__in=delegated)
        still = Q(signer_until=None) | Q(signer_until__gte=officer.day)
        return (
            self.living()
            .filter(may, still, signer=officer.user, filed_at=None, revision__state__in=Revision.CURRENT)
            .select_related("revision__sop")
            .order_by("frozen_at", "id")
        )


class FrozenSheet(models.Model):
    """The document of a revision as it was when put in force or scheduled, and who signed it.

    What is frozen never changes: text, print, and how the official who ratifies it prints on that day. A
    signature is added once: the scan signed in ink, or the print signed by a certificate. The database itself
    holds that (`revising.seal`). One that names nobody here was ratified on its paper: its scan is filed.
    """

    class How(models.TextChoices):
        INK = "ink", "Tanda tangan basah"
        CERTIFICATE = "certificate", "Sertifikat elektronik"
        BSRE = "bsre", "Sertifikat elektronik BSrE"

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="frozen")
    frozen_at = models.DateTimeField("dibekukan pada")
    frozen_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    paper = models.SlugField("kertas")
    body = models.TextField()
    """The page as it prints, with a place for what its foot says and one for an electronic seal."""
    page_css = models.TextField()
    file = models.FileField(upload_to=own_name)
    sha256 = models.CharField(max_length=64)

    signer = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="pejabat yang mengesahkan"
    )
    position = models.ForeignKey(Position, models.PROTECT, null=True, related_name="+")
    """Whose authority it takes: the signer's own position, or the one he signs for."""
    signer_name = models.CharField(max_length=150, blank=True)
    signer_nip = models.CharField(max_length=30, blank=True)
    signer_rank = models.CharField(max_length=80, blank=True)
    signer_title = models.CharField(max_length=700, blank=True)
    signer_until = models.DateField("kewenangan sampai dengan", null=True)

    how = models.CharField("cara", max_length=12, choices=How.choices, blank=True, default="")
    signed_on = models.DateField("ditandatangani pada", null=True)
    filed_at = models.DateTimeField("disimpan pada", null=True)
    filed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_file = models.FileField(upload_to=own_name, blank=True, default="")
    signed_mime = models.CharField(max_length=60, blank=True, default="")
    signed_sha256 = models.CharField(max_length=64, blank=True, default="")
    certificate = models.CharField("sertifikat", max_length=400, blank=True, default="")
    face = models.CharField(max_length=500, blank=True, default="")
    token = models.CharField("kode pemeriksaan", max_length=43, blank=True, default="", editable=False)

    voided_at = models.DateTimeField("dibatalkan pada", null=True)
    void_reason = models.TextField("alasan pembatalan", blank=True, default="")

    objects = FrozenSheets.as_manager()

    FROZEN = (
        *("id", "revision_id", "frozen_at", "frozen_by_id", "paper", "body", "page_css", "file", "sha256"),
        *("signer_id", "position_id", "signer_name", "signer_nip", "signer_rank", "signer_title"),
        "signer_until",
    )
    SIGNATURE = (
        *("how", "signed_on", "filed_at", "filed_by_id", "signed_file", "signed_mime", "signed_sha256"),
        *("certificate", "face", "token"),
    )
    """Columns as the database guards them: never written again, and never again once signed or void."""

    class Meta:
        verbose_name = "naskah SOP"
        verbose_name_plural = "naskah SOP"
        default_permissions = ()
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision"],
                condition=Q(voided_at__isnull=True),
                name="frozensheet_one_living",
                violation_error_message="Revisi ini sudah mempunyai naskah.",
            ),
            models.CheckConstraint(
                condition=~Q(body="") & ~Q(file="") & ~Q(sha256=""), name="frozensheet_is_whole"
            ),
            models.CheckConstraint(
                condition=Q(signer__isnull=True, position__isnull=True, signer_title="")
                | Q(signer__isnull=False, position__isnull=False) & ~Q(signer_name="") & ~Q(signer_title=""),
                name="frozensheet_names_its_signer",
                violation_error_message="Naskah SOP harus menyebut jabatan pejabat yang mengesahkannya.",
            ),
            models.CheckConstraint(
                condition=Q(
                    how="",
                    signed_on__isnull=True,
                    filed_at__isnull=True,
                    filed_by__isnull=True,
                    signed_file="",
                    signed_mime="",
                    signed_sha256="",
                )
                | Q(signed_on__isnull=False, filed_at__isnull=False, filed_by__isnull=False)
                & ~Q(how="")
                & ~Q(signed_file="")
                & ~Q(signed_mime="")
                & ~Q(signed_sha256=""),
                name="frozensheet_signed_whole",
                violation_error_message="Naskah bertanda tangan menyebut tanggal, cara, dan penyimpannya.",
            ),
            models.CheckConstraint(
                condition=Q(how__in=["certificate", "bsre"], filed_by=F("signer"))
                & ~Q(certificate="")
                & ~Q(face="")
                & ~Q(token="")
                | Q(how__in=["", "ink"], certificate="", face="", token=""),
                name="frozensheet_certified_by_its_signer",
                violation_error_message="Hanya pejabat pada naskah yang menandatanganinya secara elektronik.",
            ),
            models.UniqueConstraint(fields=["token"], condition=~Q(token=""), name="frozensheet_token_once"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, void_reason="")
                | Q(voided_at__isnull=False) & ~Q(void_reason=""),
                name="frozensheet_void_has_reason",
                violation_error_message="Alasan pembatalan harus diisi.",
            ),
        ]

    def __str__(self):
        return f"Naskah {self.revision}"

    @property
    def is_signed(self) -> bool:
        return self.filed_at is not None

    @property
    def title_line(self) -> str:
        """The signer's title in one line."""
        return " ".join(self.signer_title.split())

    @property
    def state_text(self) -> str:
        """How far it is, in words."""
        if self.voided_at:
            return "Dibatalkan"
        if self.is_signed:
            return "Ditandatangani"
        return "Menunggu tanda tangan" if self.signer_id else "Naskah bertanda tangan belum diunggah"
