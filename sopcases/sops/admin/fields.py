"""What is typed into the pages of an SOP and read again: routes, the steps before, names."""

import difflib

from django import forms
from django.db.models import Model, QuerySet
from django.utils.functional import cached_property

from sopcases.people.admin import LinesField
from sopcases.sops.models import Revision
from sopcases.sops.naming import Names


class RoutesField(LinesField):
    """The SOP's routes, one a line: "temuan: Temuan"."""

    def prepare_value(self, value):
        if isinstance(value, list):
            value = [f"{route['key']}: {route['name']}" for route in value]
        return super().prepare_value(value)

    def to_python(self, value):
        found = []
        for line in super().to_python(value):
            if isinstance(line, dict):
                found.append(line)
                continue
            key, colon, name = (part.strip() for part in line.partition(":"))
            if not (key and colon and name):
                raise forms.ValidationError(
                    f"Tulis “kunci: Nama”, misalnya “temuan: Temuan”, bukan “{line}”."
                )
            found.append({"key": key, "name": name})
        return found


class AfterField(forms.CharField):
    """The steps that a step follows: empty for the one before, "-" for none, else their keys."""

    def __init__(self, **kwargs):
        super().__init__(
            required=False,
            label="setelah langkah",
            help_text="Kosong: langkah sebelumnya. “-”: tidak menunggu. Atau kunci langkah, misalnya 4, 6.",
            **kwargs,
        )

    def prepare_value(self, value):
        if isinstance(value, list):
            return ", ".join(value) or "-"
        return value

    def to_python(self, value):
        if value is None or isinstance(value, list):
            return value
        text = super().to_python(value).strip()
        if not text:
            return None
        return [key.strip() for key in text.split(",") if key.strip()] if text != "-" else []

    def has_changed(self, initial, data):
        return initial != self.to_python(data)


class RouteChoice(forms.MultipleChoiceField):
    """On which of the SOP's routes something holds; none chosen: on all."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(
            required=False, label="hanya pada jalur", help_text="Tidak ada yang dipilih: semua.", **kwargs
        )

    def offer(self, revision: Revision, held: list[str]):
        named = {route["key"]: route["name"] for route in revision.routes}
        self.choices = list((named | {key: key for key in held if key not in named}).items())


class Offered:
    """The rows a name may mean, with their other names. Read once, for all rows of a page."""

    def __init__(self, rows: QuerySet):
        self.rows = rows

    @cached_property
    def by_pk(self) -> dict[int, Model]:
        return {row.pk: row for row in self.rows}

    @cached_property
    def names(self) -> Names:
        return Names((row.name, row.aliases, row.pk) for row in self.by_pk.values())

    @property
    def words(self) -> list[tuple[str, str]]:
        """Every word that is understood, beside the name it means."""
        return [(w, row.name) for row in self.by_pk.values() for w in (row.name, *row.aliases)]


class NamedField(forms.ModelChoiceField):
    """A position or a kind of paper, typed by its name or by any name the sheets use for it."""

    widget = forms.TextInput

    def __init__(self, offered: Offered, listed: str, **kwargs):
        self.offered = offered
        super().__init__(offered.rows, **kwargs)
        self.widget.attrs |= {"list": listed, "class": "vTextField", "autocomplete": "off"}

    def prepare_value(self, value):
        row = self.offered.by_pk.get(value) if isinstance(value, int) else None
        return row.name if row else value

    def to_python(self, value):
        text = str(value or "").strip()
        if not text:
            return None
        if found := self.offered.by_pk.get(self.offered.names.find(text)):
            return found
        if self.offered.names.ambiguous(text):
            raise forms.ValidationError(f"“{text}” dipakai untuk lebih dari satu. Tulis nama lengkapnya.")
        near = difflib.get_close_matches(text, [word for word, _ in self.offered.words], 1, 0.5)
        hint = f" Maksudnya “{near[0]}”?" if near else " Tambahkan lebih dahulu di daftarnya."
        raise forms.ValidationError(f"“{text}” tidak dikenal.{hint}")
