"""The table of children: one row is one child, its cells as officers write them."""

import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sopcases.cases import nik, roster
from sopcases.cases.forms.fields import FIRST_DAY, MomentField
from sopcases.cases.models import Category, Child, Relation
from sopcases.cases.uploads import PhotoField
from sopcases.people.once import OnceForm

KEY = re.compile(r"r(\d{1,5})-key")
LARGEST = 99_999
KINDS = {
    "ibu": Relation.Kind.MOTHER,
    "ibukandung": Relation.Kind.MOTHER,
    "mama": Relation.Kind.MOTHER,
    "ayah": Relation.Kind.FATHER,
    "ayahkandung": Relation.Kind.FATHER,
    "bapak": Relation.Kind.FATHER,
    "wali": Relation.Kind.GUARDIAN,
    "pengasuh": Relation.Kind.GUARDIAN,
    "walipengasuh": Relation.Kind.GUARDIAN,
    "": Relation.Kind.RESPONSIBLE,
    "penanggungjawab": Relation.Kind.RESPONSIBLE,
}
"""What is written under "Hubungan" and is a kind of relation; of anything else the word itself is kept."""


class _Cell(forms.CharField):
    """A short text of one cell."""

    def __init__(self, label: str, max_length: int, **kwargs):
        super().__init__(
            label=label,
            max_length=max_length,
            required=False,
            error_messages={"max_length": f"“{label}” paling panjang {max_length} huruf."},
            **kwargs,
        )


class _SexField(forms.ChoiceField):
    """L or P; what was written otherwise stays to be seen, and is refused."""

    def __init__(self):
        super().__init__(
            label="L/P",
            required=False,
            choices=[("", ""), ("L", "L"), ("P", "P")],
            error_messages={"invalid_choice": "pilih L atau P, atau kosongkan."},
        )

    def to_python(self, value):
        return roster.read_sex(value) if value and roster.read_sex(value) else super().to_python(value)


class RowForm(forms.Form):
    """One row. `no` is the number the page shows, `key` tells it from every other row ever sent."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    name = _Cell("Nama", 150)
    aliases = _Cell("Nama lain", 150)
    sex = _SexField()
    age = _Cell("Usia (tahun)", 30)
    birth = _Cell("Tanggal lahir", 30)
    nik = _Cell("NIK", 30)
    address = _Cell("Alamat", 300)
    adult = _Cell("Penanggung jawab", 150)
    relation = _Cell("Hubungan", 60)
    phone = _Cell("Telepon", 40)
    schooling = _Cell("Sekolah", 200)
    where = _Cell("Keberadaan", 200)
    note = _Cell("Keterangan", 3000)
    sibling = _Cell("Saudara dari baris", 10)
    category = _Cell("Kategori", 120)
    photo = PhotoField(label="Foto", required=False)
    choice = forms.CharField(label="Anak ini", max_length=60, required=False)

    def __init__(
        self,
        data: Mapping[str, str] | None,
        files=None,
        *,
        no: int,
        on: date,
        categories: Iterable[Category] = (),
    ):
        """`categories`: those of the office, one of which a row may name."""
        super().__init__(data, files, prefix=f"r{no}")
        self.no, self.on, self.categories = no, on, categories
        # A sentence of the summary names its row.
        for name in roster.FIELDS:
            said = self.fields[name].error_messages
            code = "invalid_choice" if name == "sex" else "max_length"
            said[code] = f"Baris {no}: {said[code]}"

    @property
    def given(self) -> bool:
        """Whether anything was typed in this row, or a photo chosen."""
        texts = (self.raw(field) for field in roster.FIELDS)
        return any(texts) or bool(self.files and self.files.get(self.add_prefix("photo")))

    def raw(self, field: str) -> str:
        """A cell as typed."""
        return str(self.data.get(self.add_prefix(field)) or "").strip()

    def cells(self) -> dict[str, str]:
        return {field: self.raw(field) for field in roster.FIELDS}

    # --- the cells one by one; every sentence names its row, for the summary above the page

    def _wrong(self, sentence: str) -> ValidationError:
        return ValidationError(f"Baris {self.no}: {sentence}")

    def clean_age(self):
        text = self.cleaned_data["age"]
        if not text:
            return None
        age = roster.read_age(text)
        if age is None or (age[0] or 0) > 25:
            raise self._wrong("usia ditulis dengan angka, misalnya 10 atau 8 bulan.")
        return age

    def clean_birth(self) -> date | None:
        text = self.cleaned_data["birth"]
        if not text:
            return None
        day = roster.read_day(text)
        if day is None or day < FIRST_DAY:
            raise self._wrong("isi tanggal lahir seperti 14-11-2016.")
        if day > self.on:
            raise self._wrong("tanggal lahir tidak boleh di masa depan.")
        return day

    def clean_nik(self) -> str:
        text = self.cleaned_data["nik"]
        try:
            return nik.clean(text) if text else ""
        except ValidationError as error:
            raise self._wrong(" ".join(error.messages)) from None

    def clean_sibling(self) -> int | None:
        text = self.cleaned_data["sibling"]
        found = re.search(r"\d+", text, re.ASCII)
        if not text:
            return None
        if not found or int(found[0]) in (0, self.no) or int(found[0]) > LARGEST:
            raise self._wrong("isi nomor baris saudara kandungnya.")
        return int(found[0])

    def clean_category(self) -> Category | None:
        text = self.cleaned_data["category"]
        if not text:
            return None
        said = roster.fold(text)
        found = next((one for one in self.categories if roster.fold(one.name) == said), None)
        if found is None:
            names = "; ".join(one.name for one in self.categories)
            choose = f"Pilih salah satu: {names}." if names else "Kosongkan: daftar kantor masih kosong."
            raise self._wrong(f"kategori ini tidak ada pada daftar kantor. {choose}")
        return found

    def clean(self):
        data = super().clean()
        if self.given and not any(
            self.raw(f) for f in ("name", "aliases", "sex", "age", "birth", "nik", "note", "where")
        ):
            self.add_error("name", self._wrong("isi paling sedikit nama, L/P, usia, atau keterangan."))
        if (data.get("relation") or data.get("phone")) and not data.get("adult") and not data.get("sibling"):
            self.add_error("adult", self._wrong("isi nama penanggung jawab yang disebut di sebelahnya."))
        return data

    # --- what was meant

    @property
    def relation_kind(self) -> str:
        return KINDS.get(roster.fold(self.cleaned_data["relation"]), Relation.Kind.OTHER)

    @property
    def aliases_list(self) -> list[str]:
        return [part.strip() for part in re.split(r"[,;/]", self.cleaned_data["aliases"]) if part.strip()]

    def child_facts(self) -> dict[str, Any]:
        """What `children.register` takes, but for the birth, which depends on the day of the round."""
        data, aliases = self.cleaned_data, self.aliases_list
        return {
            "name": data["name"],
            # One known by a nickname alone is called by it.
            "temporary_name": aliases[0] if aliases and not data["name"] else "",
            "aliases": aliases if data["name"] else aliases[1:],
            "sex": data["sex"] or Child.Sex.UNKNOWN,
            "address": data["address"],
            "schooling": data["schooling"],
            "category": data["category"],
            "nik": data["nik"],
        }


class FoundForm(OnceForm):
    """What is said once for all rows: when the children were found or listed. Its key is the draft's."""

    found_at = MomentField(label="Kapan anak-anak ini ditemukan atau didata")

    def __init__(self, data=None, *, earliest, latest, **kwargs):
        super().__init__(data, **kwargs)
        self.earliest, self.latest = earliest, latest

    def clean_found_at(self):
        found = self.cleaned_data["found_at"]
        if found > self.latest:
            raise ValidationError("Waktu ditemukan tidak boleh di masa depan.")
        if found < self.earliest.replace(second=0, microsecond=0):  # typed to the minute
            raise ValidationError("Waktu ditemukan mendahului kejadian yang membuka penanganan ini.")
        return max(found, self.earliest)


def new_key() -> str:
    return str(uuid.uuid4())
