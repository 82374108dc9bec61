"""Tanda Terima: aid handed out against signatures, read from what was planned for each child."""

from dataclasses import dataclass
from datetime import date

from crispy_forms.layout import Fieldset
from crispy_forms.layout import Layout as Arrangement
from django import forms

from sopcases.cases import aid, nik
from sopcases.cases.forms.fields import DayField
from sopcases.cases.models import Aid, Case
from sopcases.letters import words
from sopcases.letters.layouts import made
from sopcases.letters.layouts.base import Layout
from sopcases.letters.layouts.made import Hands, MadeForm

NOTHING = "Pilih paling sedikit satu bantuan."


@dataclass(frozen=True)
class TandaTerima:
    day: str
    place: str
    sources: str
    rows: tuple[tuple[str, str, str, str], ...]
    totals: aid.Totals
    hands: Hands

    @property
    def words(self) -> dict[str, str]:
        return {"hari": self.day, "tempat": self.place, "sumber": self.sources}


class TandaTerimaForm(MadeForm):
    aids = forms.TypedMultipleChoiceField(
        label="Bantuan",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": NOTHING},
        help_text="Bantuan dicatat lebih dahulu pada halaman bantuan penanganan ini.",
    )
    with_nik = made.nik_field()
    held_on = DayField(label="Tanggal penyerahan")
    place = forms.CharField(label="Bertempat di", max_length=200)

    def build(self) -> None:
        super().build()
        self.planned = planned(self.case)
        if not self.may_tell_nik:
            del self.fields["with_nik"]
        names = {stay.child_id: stay.child.called for stay in self.stays}
        self.fields["aids"].choices = [
            (row.pk, f"{names[row.child_id]}: {row.kind}, {aid.amount(row)}, {aid.rupiah(row.value)}")
            for row in self.planned
        ]

    def prefill(self) -> dict:
        open_ = [row.pk for row in self.planned if row.given_at is None]
        return {
            "aids": open_ or [row.pk for row in self.planned],
            "held_on": self.officer.day,
            "place": self.case.area.name if self.case.area else "",
        }

    def typed(self, content: dict) -> dict:
        return content | {
            "aids": [row["aid"] for row in content["rows"]],
            "held_on": date.fromisoformat(content["held_on"]),
        }

    def arrange(self) -> Arrangement:
        own = [name for name in ("held_on", "place", "aids", "with_nik") if name in self.fields]
        return Arrangement(Fieldset("Penyerahan", *own), Fieldset("Pengesahan", "acknowledged"))

    def filed_for(self) -> tuple[list[int], int | None]:
        chosen = self.cleaned_data["aids"]
        return sorted({row.child_id for row in self.planned if row.pk in chosen}), None

    def content(self) -> dict:
        data = self.cleaned_data
        return {
            "purpose": f"Penyerahan bantuan {words.day_text(data['held_on'])}",
            "held_on": data["held_on"].isoformat(),
            "place": data["place"],
            "with_nik": data.get("with_nik", False),
            "rows": rows(self.case, data["aids"], with_nik=data.get("with_nik", False)),
            **self.made(),
        }


def planned(case: Case) -> list[Aid]:
    """The aid of the case that counts."""
    return list(Aid.objects.filter(case=case, voided_at=None).select_related("child").order_by("child", "id"))


def rows(case: Case, ids: list[int], *, with_nik: bool) -> list[dict]:
    """The aid as it is on file, the NIK sealed."""
    return [
        {
            "aid": row.pk,
            "child": row.child_id,
            "name": row.child.called,
            "nik": nik.told(row.child.nik_encrypted) if with_nik else "",
            "kind": row.kind,
            "amount": aid.amount(row),
            "value": row.value,
            "source": row.source,
        }
        for row in planned(case)
        if row.pk in ids
    ]


def refresh(content: dict, case: Case, day: date) -> dict:
    """The aid as it was adjusted since; what was voided is no longer handed out."""
    ids = [row["aid"] for row in content["rows"]]
    return made.refresh(content, case, day) | {
        "rows": rows(case, ids, with_nik=content.get("with_nik", False))
    }


def problem(content: dict) -> str | None:
    return None if content.get("rows") else NOTHING


def _called(row: dict) -> str:
    number = row.get("nik", "")
    return f"{row['name']}\nNIK {number}" if number else row["name"]


def body(content: dict, context) -> TandaTerima:
    found = content["rows"]
    return TandaTerima(
        day=words.day_in_words(date.fromisoformat(content["held_on"])),
        place=content["place"],
        sources=", ".join(dict.fromkeys(row["source"] for row in found)),
        rows=tuple((_called(row), row["kind"], row["amount"], aid.rupiah(row["value"])) for row in found),
        totals=aid.Totals(len({row["child"] for row in found}), sum(row["value"] for row in found)),
        hands=made.hands(content, context),
    )


LAYOUT = Layout(
    slug="tanda_terima",
    name="Tanda Terima",
    title="Tanda Terima Bantuan",
    template="letters/layouts/tanda_terima.html",
    form=TandaTerimaForm,
    body=body,
    problem=problem,
    refresh=refresh,
    opening="Pada hari ini {hari}, bertempat di {tempat}, telah diserahkan bantuan dari {sumber} kepada "
    "penerima di bawah ini, yang menerimanya dengan membubuhkan tanda tangan atau cap jempol:",
    closing="Demikian {judul} ini dibuat dengan sebenarnya untuk dipergunakan sebagaimana mestinya.",
    placeholders={
        "hari": "hari dan tanggal dengan huruf",
        "tempat": "tempat penyerahan",
        "sumber": "sumber bantuan",
    },
    signed=False,
    wide=lambda content: bool(content.get("with_nik")),
)
