"""A letter: a paper with a layout and a life, and every hand that touched it."""

from collections.abc import Iterable

from django.db import models, transaction
from django.db.models import Case as Choose
from django.db.models import Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from sopcases.cases.agenda import as_number
from sopcases.cases.models import Case, Filing, Paper
from sopcases.cases.models.dossier import own_name
from sopcases.cases.walk import walking
from sopcases.letters.layouts import LAYOUTS
from sopcases.letters.models.lifecycle import why_not_touch
from sopcases.letters.models.register import Number, Series
from sopcases.letters.models.sending import Sending
from sopcases.letters.saying import telling
from sopcases.letters.signing import BSRE, CERTIFICATE
from sopcases.letters.states import IN_CHAIN, WAITING, LetterState, Track
from sopcases.people.authority import Hat, Officer
from sopcases.people.models import Agency, Delegation, Position, User
from sopcases.refusal import Refused, demand
from sopcases.sops.models import PaperKind


class Letters(models.QuerySet):
    """Which letters? Every list starts from `visible_to`."""

    def visible_to(self, officer: Officer | None):
        """Letters filed in a case the officer may read, and those that take his paraf or signature: for
        these he need not read the case (`case_open` says whether he may)."""
        if officer is None or not officer.hats:
            return self.none()
        readable = Case.objects.visible_to(officer).filter(pk=OuterRef("case"))
        filed = Filing.objects.filter(Exists(readable), paper=OuterRef("paper"))
        hand = Q(pk__in=[])
        for hat in officer.hats:
            kinds = PaperKind.objects.taking_a_hand_of(hat.position_id).values("pk")
            hand |= (Q(paper__kind__in=kinds) | _signed_for(hat, officer)) & _in_area(hat)
        return self.filter(
            Q(Exists(filed)) | hand & ~Q(state=LetterState.DRAFT), agency_id=officer.user.agency_id
        )

    def saying(self, text: str, years: Iterable[int]):
        """Letters with every word of a text in their number or in what they are about; a bare number is the
        place in the register of one of the years. Words of two letters are passed over.
        """
        if (seq := as_number(text.strip())) is not None:
            taken = Number.objects.filter(seq=seq, year__in=list(years), letter__isnull=False)
            return self.filter(pk__in=taken.values("letter"))
        return telling(self, text, "number", "content__purpose")

    def with_case_open(self, officer: Officer):
        """Each with `case_open`: whether the officer may read the case it is drafted from."""
        readable = Case.objects.visible_to(officer).filter(pk=OuterRef("case"))
        return self.annotate(case_open=Exists(readable))

    def waiting_for(self, officer: Officer | None):
        """Letters that wait for this officer, each with `waits`: "initial", "sign", "number", "ink", "fix".

        "ink": ready or decided, to be printed, signed by hand and its scan filed, by whoever records for
        others or drafted it; a report counts without ink. "fix": returned to its drafter, or where he holds
        no position any more to whoever records for others. Oldest first.
        """
        if officer is None:
            return self.none()
        state = LetterState
        initial, sign = Q(pk__in=[]), Q(pk__in=[])
        for hat in officer.hats:
            here = _in_area(hat)
            initial |= Q(state__in=IN_CHAIN, turn=hat.position_id) & here
            signs = Q(paper__kind__signer=hat.position_id) | _signed_for(hat, officer)
            sign |= Q(state=state.READY) & signs & here
        own, recorder = Q(drafted_by=officer.user), Q(pk__in=[])
        for hat in officer.hats:
            if hat.may_record:
                recorder |= _in_area(hat)
        clerk = own | recorder
        number = Q(state=state.INITIALLED, turn=None) & clerk
        ink = Q(state__in=[state.READY, state.DECIDED, state.PRINTABLE, state.AWAITING]) & clerk
        ink &= ~Q(paper__kind__origin=PaperKind.Origin.REPORT)
        serving = {user for user, _ in officer.holding}
        fix = Q(state=state.RETURNED) & (own | recorder & ~Q(drafted_by__in=serving))
        return (
            self.visible_to(officer)
            # The states are said once more for all together: without them PostgreSQL takes fifty milliseconds
            # of planning to prove that the index of waiting letters will do.
            .filter(initial | sign | number | ink | fix, state__in=WAITING)
            .annotate(
                waits=Choose(
                    When(initial, then=Value("initial")),
                    When(sign, then=Value("sign")),
                    When(number, then=Value("number")),
                    When(fix, then=Value("fix")),
                    default=Value("ink"),
                    output_field=models.CharField(),
                )
            )
            .with_case_open(officer)
            .select_related("case", "paper__kind", "turn", "drafted_by")
            .order_by("moved_at", "id")
        )

    def for_page(self):
        """With what a letter's page and its rules read."""
        return self.select_related(
            *("agency__house_style", "case__revision", "case__agency", "case__sop"),
            *("paper__kind__wording", "paper__kind__signer", "turn"),
            *("drafted_by", "initialled_by", "heard_by", "series"),
        )


def _in_area(hat: Hat) -> Q:
    """Letters of cases in the hat's area. Without one all: an empty Q would be nothing in an OR."""
    if hat.area_id is None:
        return Q(pk__isnull=False)
    return Q(case__area_id=hat.area_id) | Q(case__area__isnull=True)


def _signed_for(hat: Hat, officer: Officer) -> Q:
    """Letters that the hat may sign for the official above it."""
    return Q(paper__kind__signer__in=Delegation.objects.of(hat.position_id, officer.day))


class Letter(Sending):
    """A paper drafted here: its text while it is written, and its frozen copy once that is decided.

    Letters of officials walk the track of paraf and signature; records of parties (Berita Acara) and reports
    are fixed by their drafter and signed by their parties.
    """

    State = LetterState
    Track = Track

    class Way(models.TextChoices):
        """How a letter goes out."""

        HAND = "hand", "Diantar"
        EMAIL = "email", "E-mail"
        SRIKANDI = "srikandi", "SRIKANDI"
        POST = "post", "Pos"

    TRANSITIONS = LetterState.transitions()

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="letters")
    paper = models.OneToOneField(Paper, models.PROTECT, related_name="letter")
    case = models.ForeignKey(Case, models.PROTECT, related_name="letters")
    layout = models.SlugField("tata letak")
    track = models.CharField(max_length=8, choices=Track.choices)
    content = models.JSONField(default=dict)
    state = models.CharField("status", max_length=12, choices=State.choices, default=State.DRAFT)
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="dikonsep oleh")
    drafted_at = models.DateTimeField()
    moved_at = models.DateTimeField("sejak")
    version = models.PositiveIntegerField(default=0)

    series = models.ForeignKey(Series, models.PROTECT, null=True, blank=True, related_name="letters")
    number = models.CharField("nomor", max_length=100, blank=True)
    dated = models.DateField("tanggal surat", null=True, blank=True)

    turn = models.ForeignKey(
        Position, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="menunggu paraf"
    )
    initialled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    initialled_title = models.CharField(max_length=200, blank=True)
    initialled_at = models.DateTimeField(null=True, blank=True)

    signer = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    signer_name = models.CharField(max_length=150, blank=True)
    signer_nip = models.CharField(max_length=30, blank=True)
    signer_nip_label = models.CharField(max_length=20, blank=True)
    signer_rank = models.CharField(max_length=80, blank=True)
    signer_title = models.CharField(max_length=700, blank=True)
    signer_until = models.DateField("kewenangan sampai dengan", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    heard_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="persetujuan lisan didengar oleh",
    )
    signed_on = models.DateField("ditandatangani pada", null=True, blank=True)
    backend = models.CharField(
        "tanda tangan elektronik",
        max_length=12,
        choices=[(CERTIFICATE, "Sertifikat elektronik"), (BSRE, "Sertifikat elektronik BSrE")],
        blank=True,
        default="",
    )
    certificate = models.CharField("sertifikat", max_length=400, blank=True)
    certified_face = models.CharField(max_length=500, blank=True)

    sent_on = models.DateField("dikirim pada", null=True, blank=True)
    sent_to = models.CharField("dikirim kepada", max_length=300, blank=True, default="")
    sent_how = models.CharField("dikirim dengan", max_length=10, choices=Way.choices, blank=True, default="")
    receipt = models.FileField("tanda terima", upload_to=own_name, blank=True, default="")
    receipt_mime = models.CharField(max_length=60, blank=True, default="")
    receipt_sha256 = models.CharField(max_length=64, blank=True, default="")
    received_on = models.DateField("diterima pada", null=True, blank=True)

    body = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    pdf = models.FileField(upload_to=own_name, blank=True)
    token = models.CharField("kode pemeriksaan", max_length=43, blank=True, editable=False)

    objects = Letters.as_manager()

    class Meta:
        verbose_name = "surat"
        verbose_name_plural = "surat"
        default_permissions = ()
        indexes = [
            models.Index(fields=["agency", "-id"], name="letter_agency_latest"),
            models.Index(
                fields=["agency", "state", "moved_at"],
                condition=Q(state__in=[state.value for state in WAITING]),
                name="letter_waiting",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                "agency",
                Coalesce("series", 0),
                "number",
                condition=~Q(number=""),
                name="letter_number_once",
                violation_error_message="Nomor ini sudah dipakai surat lain.",
            ),
            models.CheckConstraint(
                condition=Q(backend="", certificate="", certified_face="")
                | (
                    Q(state__in=["signed", "sent", "void", "replaced"])
                    & ~Q(certificate="")
                    & ~Q(certified_face="")
                ),
                name="letter_certified_is_signed",
            ),
            models.UniqueConstraint(fields=["token"], condition=~Q(token=""), name="letter_token_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["decided", "signed", "sent", "printable", "awaiting", "complete"])
                | (~Q(body="") & ~Q(sha256="") & ~Q(pdf="")),
                name="letter_fixed_is_frozen",
                violation_error_message="Naskah yang sudah ditetapkan harus dibekukan.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["decided", "signed", "sent"])
                | (Q(signer__isnull=False) & ~Q(signer_name="") & ~Q(signer_title="")),
                name="letter_signed_names_signer",
                violation_error_message="Surat yang ditandatangani harus menyebut penanda tangannya.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "sent", "complete"]) | Q(signed_on__isnull=False),
                name="letter_signed_has_day",
                violation_error_message="Tanggal penandatanganan harus diisi.",
            ),
            models.CheckConstraint(
                condition=Q(heard_by__isnull=True)
                | Q(decided_at__isnull=False, signer__isnull=False) & ~Q(heard_by=F("signer")),
                name="letter_spoken_is_heard",
                violation_error_message="Yang mendengar persetujuan lisan bukan yang menyetujui.",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent")
                | Q(sent_on__isnull=False, sent_on__gte=F("signed_on")) & ~Q(sent_to="") & ~Q(sent_how=""),
                name="letter_sent_says_how",
                violation_error_message="Pengiriman harus menyebut tanggal, penerima, dan caranya.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["sent", "void", "replaced"])
                | Q(sent_on__isnull=True, sent_to="", sent_how="", receipt="", received_on__isnull=True),
                name="letter_only_sent_has_receipt",
                violation_error_message="Tanda terima hanya ada pada surat yang dikirim.",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", turn__isnull=False)
                | Q(state="initialled")
                | ~Q(state__in=["proposed", "initialled"]) & Q(turn__isnull=True),
                name="letter_waits_for_one_paraf",
                violation_error_message="Surat yang diajukan harus menunggu paraf satu jabatan.",
            ),
            models.CheckConstraint(
                condition=Q(
                    track="letter",
                    state__in=[
                        "draft",
                        "proposed",
                        "returned",
                        "initialled",
                        "ready",
                        "decided",
                        "signed",
                        "sent",
                        "void",
                        "replaced",
                    ],
                )
                | Q(
                    track="record",
                    state__in=["draft", "printable", "awaiting", "complete", "void", "replaced"],
                ),
                name="letter_state_of_its_track",
            ),
        ]

    def __str__(self):
        return f"{self.paper.kind} {self.number}".strip()

    @classmethod
    def why_not_draft(cls, case: Case, by: Officer) -> str | None:
        """At any time, by those who take part in the case."""
        return why_not_touch(case, by)

    @classmethod
    @transaction.atomic
    def draft(
        cls,
        case: Case,
        by: Officer,
        kind: PaperKind,
        content: dict,
        *,
        output_id: int | None = None,
        child_id: int | None = None,
        also: Iterable[Case] = (),
        children: Iterable[int] = (),
        adult_id: int | None = None,
    ) -> "Letter":
        """A new draft of a kind, filed to the case (as an output of its step) and to further cases.

        `children`: of the case, for whom it is filed, each on his own track; `adult_id`: who will sign it.
        """
        demand(cls.why_not_draft(case, by))
        if kind.agency_id != case.agency_id or kind.layout not in LAYOUTS:
            raise Refused("Jenis dokumen ini tidak dibuat di aplikasi.")
        paper = Paper.objects.create(
            agency=case.agency,
            kind=kind,
            adult_id=adult_id,
            drafted_here=True,
            created_at=by.at,
            created_by=by.user,
        )
        letter = cls.objects.create(
            agency=case.agency,
            paper=paper,
            case=case,
            layout=kind.layout,
            track=Track.LETTER if kind.origin == PaperKind.Origin.LETTER else Track.RECORD,
            content=content,
            drafted_by=by.user,
            drafted_at=by.at,
            moved_at=by.at,
        )
        letter.acts.create(act=LetterAct.Act.DRAFTED, by=by.user, acting_title=by.acting_title, at=by.at)
        for one in sorted({case, *also}, key=lambda c: c.pk):
            with walking(one, by) as walk:
                walk.log("letter.drafted", letter=letter.pk, paper=paper.pk, kind=kind.pk)
                own = one.pk == case.pk
                if own:
                    walk.file(paper, output_id, children=children, child_id=child_id)
                else:
                    walk.file(paper)
        return letter

    @property
    def label(self) -> str:
        """What lists show: the kind and what the letter is about, without a child's name."""
        return str(self.content.get("purpose") or self.paper.kind)

    @property
    def file_name(self) -> str:
        """The name of the file sent out: the number or the id, never a child's name."""
        kept = "".join(c if c.isalnum() else "-" for c in self.number) or f"konsep-{self.pk}"
        return f"{self.layout.replace('_', '-')}-{kept}.pdf"


class LetterAct(models.Model):
    """One act on a letter: who, acting as what, when and why. Rows are only added."""

    class Act(models.TextChoices):
        DRAFTED = "drafted", "Mengonsep"
        EDITED = "edited", "Mengubah konsep"
        PROPOSED = "proposed", "Mengajukan"
        INITIALLED = "initialled", "Memaraf dan meneruskan"
        RETURNED = "returned", "Mengembalikan untuk diperbaiki"
        NUMBERED = "numbered", "Memberi nomor"
        DECIDED = "decided", "Memutuskan untuk ditandatangani"
        SPOKEN = "spoken", "Mencatat persetujuan lisan"
        SIGNED = "signed", "Mengunggah naskah bertanda tangan"
        CERTIFIED = "certified", "Menandatangani secara elektronik"
        SENT = "sent", "Mencatat pengiriman"
        RECEIPTED = "receipted", "Mengunggah tanda terima"
        FIXED = "fixed", "Menetapkan naskah"
        PRINTED = "printed", "Mencetak untuk ditandatangani"
        COMPLETED = "completed", "Mengunggah naskah bertanda tangan para pihak"
        VOIDED = "voided", "Membatalkan"
        REPLACED = "replaced", "Mengganti"

    letter = models.ForeignKey("letters.Letter", models.PROTECT, related_name="acts")
    act = models.CharField(max_length=12, choices=Act.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    acting_title = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    reason = models.TextField("alasan", blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(act__in=["returned", "voided", "replaced"]) | ~Q(reason=""),
                name="letteract_has_reason",
                violation_error_message="Alasan harus diisi.",
            )
        ]

    def __str__(self):
        return f"{self.letter_id} {self.act}"
