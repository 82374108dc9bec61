"""What must be done, by whom, with what, in how long: SOPs as data."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from sopcases.people.models import Agency, Position


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


class Revision(models.Model):
    """One edition of an SOP: the document's header and, through its steps, the workflow."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draf"
        CHECKED = "checked", "Diperiksa"
        IN_FORCE = "in_force", "Berlaku"
        REPLACED = "replaced", "Diganti"
        WITHDRAWN = "withdrawn", "Dicabut"

    TRANSITIONS = {
        State.DRAFT: {State.CHECKED, State.IN_FORCE},
        State.CHECKED: {State.DRAFT, State.IN_FORCE},
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
            models.CheckConstraint(
                condition=~Q(state__in=["in_force", "replaced"])
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
    def term_text(self) -> str:
        return self.term_reading or self.term


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
    every_months = models.PositiveSmallIntegerField("setiap … bulan", null=True, blank=True)
    until_years = models.PositiveSmallIntegerField(
        "paling lama sampai 31 Desember tahun ke-", null=True, blank=True
    )
    condition = models.TextField("syarat berlakunya langkah", blank=True)
    verdict = models.BooleanField("menilai layak/tidak layak per anak", default=False)
    finds = models.BooleanField("mendata anak", default=False)
    aid = models.BooleanField("menyalurkan bantuan per anak", default=False)
    alarm = models.BooleanField("lewat batas waktu diperingatkan", default=True)
    returns_to = models.SlugField("dikembalikan ke langkah", max_length=40, blank=True)

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
