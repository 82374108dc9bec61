"""Surat Pernyataan: what a parent or guardian declares. No letterhead, no official's hand."""

from collections.abc import Sequence
from dataclasses import dataclass

from crispy_forms.layout import Fieldset
from crispy_forms.layout import Layout as Arrangement
from django import forms

from sopcases.cases.forms.fields import LongField
from sopcases.letters import words
from sopcases.letters.layouts import adults
from sopcases.letters.layouts.adults import OfAnAdult
from sopcases.letters.layouts.base import NO_NAMES, Layout, lines_field
from sopcases.letters.layouts.children import ChildrenForm, retold

TEMPLATE = "letters/layouts/surat_pernyataan.html"
WITNESSES = (1, 2)
CONSEQUENCE = (
    "Apabila di kemudian hari pernyataan ini ternyata tidak benar atau saya langgar, saya bersedia dikenai "
    "tindakan sesuai dengan ketentuan peraturan perundang-undangan."
)
PERSON = {
    "name": "Nama",
    "identity": "NIK",
    "born": "Tempat, tanggal lahir",
    "job": "Pekerjaan",
    "address": "Alamat",
    "phone": "Telepon",
}
EMPTY = "Tulis paling sedikit satu butir pernyataan."


@dataclass(frozen=True)
class SuratPernyataan:
    person: tuple[tuple[str, str], ...]
    name: str
    relation: str
    children: tuple[tuple[tuple[str, str], ...], ...]
    statements: tuple[str, ...]
    consequence: str
    stamp: bool
    witnesses: tuple[tuple[str, str], ...]
    """Each a name and a line under it."""


class SuratPernyataanForm(OfAnAdult, ChildrenForm):
    STATEMENTS: Sequence[str] = ()
    """What is declared unless the agency words it (its standing list) or the drafter changes it."""
    WITNESSED = False
    """Whether both witnesses must be named, each with the number of an identity."""
    ABOUT = "Pernyataan orang tua/wali"

    purpose = forms.CharField(
        label="Pokok pernyataan", max_length=200, help_text=f"Tampil pada daftar surat. {NO_NAMES}"
    )
    name = forms.CharField(label="Nama yang menyatakan", max_length=150)
    identity = forms.CharField(label="NIK", max_length=40, required=False)
    born = forms.CharField(label="Tempat, tanggal lahir", max_length=150, required=False)
    job = forms.CharField(label="Pekerjaan", max_length=100, required=False)
    address = forms.CharField(label="Alamat", max_length=300, required=False)
    phone = forms.CharField(label="Telepon", max_length=40, required=False)
    relation = forms.CharField(
        label="Selaku", max_length=150, help_text="Hubungannya dengan anak, misalnya: ibu kandung."
    )
    # Named as the agency's standing list is, which fills it (`LayoutForm.standing`).
    tasks = lines_field("Pernyataan", rows=6, required=True, help_text="Satu butir per baris.")
    consequence = LongField(label="Akibat bila tidak benar", rows=3, required=False, initial=CONSEQUENCE)
    stamp = forms.BooleanField(label="Sediakan ruang meterai", required=False, initial=True)

    def build(self) -> None:
        super().build()
        if own := self.own():
            mine = {row.child_id for row in own}
            choices = self.fields["children_named"].choices
            self.fields["children_named"].choices = [pair for pair in choices if pair[0] in mine]
        for n in WITNESSES:
            self.fields[f"witness{n}_name"] = forms.CharField(
                label=f"Saksi {n}: nama", max_length=150, required=self.WITNESSED
            )
            self.fields[f"witness{n}_identity"] = forms.CharField(
                label=f"Saksi {n}: NIK" if self.WITNESSED else f"Saksi {n}: jabatan atau alamat",
                max_length=150,
                required=self.WITNESSED,
            )

    def standing(self) -> dict:
        return {"tasks": "\n".join(self.STATEMENTS)} | {k: v for k, v in super().standing().items() if v}

    def prefill(self) -> dict:
        found = super().prefill() | {"purpose": self.ABOUT}
        if own := self.own():
            adult = own[0].adult
            kinds = list(dict.fromkeys(row.get_kind_display().lower() for row in own))
            found |= {
                "name": adult.name,
                "address": adult.address,
                "phone": adult.phone,
                "relation": ", ".join(kinds),
                "children_named": self.children or self.own_children(),
            }
        return found

    def typed(self, content: dict) -> dict:
        found = super().typed(content) | content["person"] | {"tasks": "\n".join(content["statements"])}
        for n, row in zip(WITNESSES, content["witnesses"], strict=False):
            found |= {f"witness{n}_name": row["name"], f"witness{n}_identity": row["identity"]}
        return found

    def arrange(self) -> Arrangement:
        return Arrangement(
            Fieldset("Yang menyatakan", "purpose", *PERSON, "relation"),
            Fieldset("Anak", "children_named", "facts"),
            Fieldset("Isi pernyataan", "tasks", "consequence", "stamp"),
            Fieldset("Saksi", *(f"witness{n}_{part}" for n in WITNESSES for part in ("name", "identity"))),
        )

    def clean(self) -> dict:
        data = self.cleaned_data
        self.refuse_names("purpose")
        if "tasks" in data and not words.lines(data["tasks"]):
            self.add_error("tasks", EMPTY)
        for n in WITNESSES:
            nameless = not data.get(f"witness{n}_name") and f"witness{n}_name" not in self.errors
            if data.get(f"witness{n}_identity") and nameless:
                self.add_error(f"witness{n}_name", f"Isi nama saksi {n}.")
        return data

    def filed_for(self) -> tuple[list[int], int | None]:
        return self.cleaned_data["children_named"], int(self.subject) if self.subject else None

    def content(self) -> dict:
        data = self.cleaned_data
        return {
            "subject": self.subject,
            "purpose": data["purpose"],
            "person": {key: data[key] for key in PERSON},
            "relation": data["relation"],
            **self.told(),
            "statements": words.lines(data["tasks"]),
            "consequence": data["consequence"],
            "stamp": data["stamp"],
            "witnesses": [
                {"name": data[f"witness{n}_name"], "identity": data[f"witness{n}_identity"]}
                for n in WITNESSES
                if data[f"witness{n}_name"]
            ],
        }


def problem(content: dict) -> str | None:
    if not content.get("children"):
        return "Pilih anak yang dimaksud surat ini."
    return None if content.get("statements") else EMPTY


def body(content: dict, context) -> SuratPernyataan:
    person = content["person"]
    return SuratPernyataan(
        person=tuple((label, person[key]) for key, label in PERSON.items() if person[key]),
        name=person["name"],
        relation=content["relation"],
        children=tuple(tuple(map(tuple, row["facts"])) for row in content["children"]),
        statements=tuple(text.rstrip(" ;.") + ";" for text in content["statements"][:-1])
        + tuple(text.rstrip(" ;.") + "." for text in content["statements"][-1:]),
        consequence=content["consequence"],
        stamp=content["stamp"],
        witnesses=tuple((row["name"], row["identity"]) for row in content["witnesses"]),
    )


LAYOUT = Layout(
    slug="surat_pernyataan",
    name="Surat Pernyataan",
    title="Surat Pernyataan",
    template=TEMPLATE,
    form=SuratPernyataanForm,
    body=body,
    problem=problem,
    refresh=retold,
    opening="Yang bertanda tangan di bawah ini:",
    closing="Demikian {judul} ini saya buat dengan sebenarnya, dalam keadaan sadar dan tanpa paksaan dari "
    "pihak mana pun.",
    signed=False,
    subjects=adults.subjects,
    about="Siapa yang membuat pernyataan?",
    nothing="Orang yang belum tercatat pada penanganan ini",
)
