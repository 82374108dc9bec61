"""A paper that comes as a file."""

from django import forms
from django.db.models import Q

from sopcases.cases.filing import file_document
from sopcases.cases.forms.fields import ActForm, DayField, ReasonField, name_in_errors
from sopcases.cases.mandates import Order
from sopcases.cases.models import Child, Paper
from sopcases.cases.uploads import PaperField
from sopcases.cases.walk import Walk
from sopcases.people import authority
from sopcases.people.authority import Officer
from sopcases.people.forms import RowsField
from sopcases.people.models import Appointment, Delegation, Position, User
from sopcases.sops.models import PaperKind, Stage

AS_ON_PAPER = "Seperti tercantum pada surat; tindakan di luar masa, orang, dan tempatnya lalu ditandai."
NEEDS_FILE = "Pilih berkasnya: satu PDF, atau satu atau beberapa foto."


class PaperFacts(forms.Form):
    """What a paper says of itself. On a step's form it may be left alone altogether."""

    file = PaperField(
        label="Berkas", required=False, help_text="PDF, JPEG, atau PNG. Beberapa foto menjadi satu dokumen."
    )
    number = forms.CharField(label="Nomor", max_length=100, required=False)
    dated = DayField(label="Tanggal dokumen", required=False)
    issuer = forms.CharField(label="Penerbit", max_length=150, required=False)
    original = forms.ChoiceField(
        label="Asli atau fotokopi",
        choices=[("", "Tidak dicatat"), ("ya", "Asli"), ("tidak", "Fotokopi")],
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )
    signed = forms.BooleanField(label="Berkas ini sudah ditandatangani", required=False)

    def __init__(self, *args, kind: PaperKind, stage: int = Stage.READY, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = kind
        if kind.origin == PaperKind.Origin.RECORD:
            self.fields["signed"].label = "Berkas ini sudah ditandatangani para pihak"
        if kind.from_outside or kind.origin == PaperKind.Origin.LETTER:
            del self.fields["signed"]
        else:
            del self.fields["issuer"], self.fields["original"]
            self.fields["signed"].initial = stage == Stage.SIGNED
        if kind.origin == PaperKind.Origin.LETTER:
            del self.fields["issuer"], self.fields["original"]

    @property
    def given(self) -> bool:
        """Whether anything was said about this paper."""
        data = self.cleaned_data
        return bool(data.get("file") or data.get("number") or data.get("dated") or data.get("issuer"))

    def clean(self):
        data = super().clean()
        typed = data.get("number") or data.get("dated") or data.get("issuer")
        if typed and not data.get("file") and "file" not in self.errors:
            self.add_error("file", NEEDS_FILE)
        return data

    def file_into(self, walk: Walk, **where) -> Paper:
        """File the paper; `where`: output, children, child_id, and the hands of a letter."""
        data = self.cleaned_data
        return file_document(
            walk,
            self.kind,
            data["file"],
            number=data["number"],
            dated=data["dated"],
            issuer=data.get("issuer", ""),
            original={"ya": True, "tidak": False}.get(data.get("original", "")),
            description=data.get("description", ""),
            signed=data.get("signed", False),
            **where,
        )


class ScanForm(ActForm):
    """The scan of a paper that is registered already."""

    file = PaperField(label="Pindaian", help_text="PDF, JPEG, atau PNG. Beberapa foto menjadi satu dokumen.")


class KindForm(forms.Form):
    """Which paper is to be added? Sent by GET: nothing here is secret."""

    jenis = forms.ModelChoiceField(
        PaperKind.objects.none(), label="Jenis dokumen", empty_label="Pilih jenis dokumen"
    )

    def __init__(self, *args, agency, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["jenis"].queryset = PaperKind.objects.filter(agency=agency)


class PaperForm(PaperFacts, ActForm):
    """A paper added to the dossier at any time."""

    description = forms.CharField(label="Keterangan", max_length=300, required=False)
    output = forms.TypedChoiceField(label="Sebagai keluaran", required=False, coerce=int, empty_value=None)
    children = forms.TypedMultipleChoiceField(
        label="Untuk anak", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    field_order = (
        *("file", "number", "dated", "issuer", "original", "signed"),
        *("before0", "before1", "disposed_by", "signed_by", "hands_reason"),
        *("starts", "ends", "place", "officers"),
    )

    def __init__(self, *args, slots, children: list[Child], by: Officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].required = True
        self.fields["output"].choices = [
            ("", "Tidak untuk langkah tertentu"),
            *((s.output_id, s.step_label) for s in slots),
        ]
        self.fields["children"].choices = [(c.pk, c.called) for c in children]
        if not slots:
            del self.fields["output"]
        if len(children) < 2:
            del self.fields["children"]
        if self.kind.origin == PaperKind.Origin.LETTER:
            self.fields["file"].help_text = "Pindaian surat yang sudah diparaf dan ditandatangani basah."
            self.fields["dated"].required = True
            self._ask_hands(by)
            if self.kind.verbal:
                self._ask_orders()
        self.order_fields(self.field_order)
        name_in_errors(self.fields)

    def _ask_hands(self, by: Officer) -> None:
        """Whose hands the paper bears, by position; the verb checks the day of the letter."""
        *first, last = self.kind.chain or (None,)
        asked = [(f"before{n}", "Diparaf oleh", position) for n, position in enumerate(first)]
        asked += [
            ("disposed_by", "Diparaf oleh", last),
            ("signed_by", "Ditandatangani oleh", self.kind.signer_id),
        ]
        names = dict(Position.objects.filter(pk__in=[p for *_, p in asked]).values_list("pk", "name"))
        for name, label, position in asked:
            if position:
                self.fields[name] = hand_field(f"{label} ({names[position]})", position)
                today = authority.holders(self.kind.agency_id, by.day, [position])
                self.fields[name].initial = today[0].user_id if len(today) == 1 else None
        self.fields["hands_reason"] = sole_field()

    def _ask_orders(self) -> None:
        """What a letter of assignment says: from then on acts are held against it."""
        self.fields["starts"] = DayField(label="Masa tugas mulai", required=False, help_text=AS_ON_PAPER)
        self.fields["ends"] = DayField(label="Sampai dengan", required=False)
        self.fields["place"] = forms.CharField(label="Tempat tugas", max_length=300, required=False)
        staff = User.objects.filter(agency_id=self.kind.agency_id, is_active=True, appointments__isnull=False)
        self.fields["officers"] = RowsField(
            staff.distinct().order_by("name"),
            label="Yang ditugasi",
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def clean(self):
        data = super().clean()
        told = [name for name in ("starts", "ends", "officers") if data.get(name)]
        if told or data.get("place"):
            for name in ("starts", "ends", "officers"):
                if name in self.fields and not data.get(name) and name not in self.errors:
                    self.add_error(name, f"Isi “{self.fields[name].label}” seperti tercantum pada surat.")
        return data

    @property
    def hands(self) -> dict:
        """The hands of the paper and what it orders, as the verb takes them."""
        data = self.cleaned_data
        if self.kind.origin != PaperKind.Origin.LETTER:
            return {}
        orders = None
        if data.get("starts"):
            officers = frozenset(user.pk for user in data["officers"])
            orders = Order(data["starts"], data["ends"], data["place"], officers)
        return {
            "before": [data[name] for name in ("before0", "before1") if name in self.fields],
            "disposed_by": data.get("disposed_by"),
            "signed_by": data.get("signed_by"),
            "hands_reason": data["hands_reason"],
            "orders": orders,
        }


def hand_field(label: str, position_id: int, help_text: str = "") -> forms.ModelChoiceField:
    """Whoever held a position or may sign for it (a.n., u.b.), on whatever day; the verb checks the day."""
    delegates = Delegation.objects.filter(principal=position_id).values("delegate")
    held = Appointment.objects.filter(Q(position=position_id) | Q(position__in=delegates))
    people = User.objects.filter(pk__in=held.values("user_id")).order_by("name")
    return forms.ModelChoiceField(label=label, queryset=people, help_text=help_text, empty_label="Pilih nama")


def sole_field() -> ReasonField:
    """Why one person is two hands of a letter that is signed on paper."""
    return ReasonField(
        label="Alasan merangkap",
        required=False,
        help_text="Hanya diisi bila satu orang merangkap karena tidak ada pejabat lain.",
    )
