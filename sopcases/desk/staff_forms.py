"""The form that hands cases to another officer."""

import re

from django import forms

from sopcases.cases.models import Case
from sopcases.people.authority import Officer
from sopcases.people.once import OnceForm

TOKEN = re.compile(r"(\d{1,18})-(\d{1,18})")


class Tokens(forms.MultipleChoiceField):
    """Cases as the page showed them, each with who was assigned; the verb judges what they are now."""

    def valid_value(self, value: str) -> bool:
        return bool(TOKEN.fullmatch(value))


def numbers_of(reader: Officer, tokens: list[str]) -> list[tuple[str, str]]:
    """Each token with the number of its case, of those the reader may see. One query."""
    pairs = [(token, int(found[1])) for token in tokens if (found := TOKEN.fullmatch(token))]
    rows = Case.objects.visible_to(reader).filter(pk__in=[case for _, case in pairs])
    numbers = dict(rows.values_list("pk", "number"))
    return [(token, numbers[case]) for token, case in pairs if case in numbers]


class HandOverForm(OnceForm):
    """Which cases, to whom, and why."""

    cases = Tokens(label="Penanganan", error_messages={"required": "Pilih paling sedikit satu penanganan."})
    to = forms.TypedChoiceField(
        label="Alihkan kepada",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih pegawai yang melanjutkan."},
    )
    reason = forms.CharField(
        label="Alasan",
        max_length=300,
        help_text="Tercatat pada riwayat setiap penanganan. Jangan tulis nama anak.",
        error_messages={"required": "Isi alasan pengalihan."},
    )

    def __init__(self, *args, colleagues: list[tuple[int, str]], numbers: list[tuple[str, str]], **kwargs):
        """`numbers` say of the tokens sent which cases they are."""
        super().__init__(*args, **kwargs)
        self.fields["cases"].choices = numbers
        self.fields["to"].choices = colleagues

    @property
    def seen(self) -> dict[int, int | None]:
        """The ticked cases, each with the officer who was assigned when it was shown."""
        pairs = [TOKEN.fullmatch(value).groups() for value in self.cleaned_data["cases"]]
        return {int(case): int(user) or None for case, user in pairs}

    @property
    def ticked(self) -> set[str]:
        return set(self["cases"].value() or ())
