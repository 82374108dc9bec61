"""A child's family: an adult, a sibling, and what was told in error."""

from collections.abc import Sequence

from django import forms

from sopcases.cases.family import ADULTS, KnownAdult, alike
from sopcases.cases.forms.fields import ActForm
from sopcases.cases.models import Child

KINDS = [("", "Pilih hubungan"), *((kind.value, kind.label) for kind in ADULTS)]


class KindForm(ActForm):
    """How an adult stands to the child."""

    kind = forms.ChoiceField(label="Hubungan dengan anak", choices=KINDS)


class AdultForm(KindForm):
    """An adult and how he stands to the child."""

    name = forms.CharField(label="Nama", max_length=150)
    phone = forms.CharField(label="Telepon", max_length=40, required=False)
    address = forms.CharField(label="Alamat", max_length=300, required=False)
    note = forms.CharField(label="Keterangan", max_length=300, required=False)

    @property
    def facts(self) -> dict[str, str]:
        """What `family.relate_adult` and `family.correct` take."""
        return {name: self.cleaned_data[name] for name in ("kind", "name", "phone", "address", "note")}


class NewAdultForm(AdultForm):
    """A new adult. Where one of that name or number is known nearby, it must be said that this is another."""

    other = forms.BooleanField(required=False)

    def __init__(self, *args, known: Sequence[KnownAdult], **kwargs):
        super().__init__(*args, **kwargs)
        sent = self.data if self.is_bound else {}
        found = alike(known, sent.get("name", "")) + alike(known, sent.get("phone", ""))
        self.same = list({one.adult.pk: one for one in found}.values())
        if self.same:
            names = ", ".join(dict.fromkeys(one.adult.name for one in self.same))
            self.fields["other"].label = f"Ini orang lain, bukan {names} yang sudah tercatat"
        else:
            del self.fields["other"]

    def clean(self):
        data = super().clean()
        if self.same and not data.get("other"):
            self.add_error("other", "Orang dengan nama atau telepon ini sudah tercatat. Pilih dia di atas.")
        return data


class SiblingForm(ActForm):
    """Another child of the case, and whether the two share what is known of their family."""

    other = forms.TypedChoiceField(
        label="Saudara kandung",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih anaknya."},
    )
    share = forms.BooleanField(
        label="Orang dewasa dan alamatnya sama",
        required=False,
        initial=True,
        help_text="Yang belum tercatat pada salah satu diambil dari saudaranya. Ibu dan ayah yang sudah "
        "tercatat tidak diganti.",
    )

    def __init__(self, *args, others: Sequence[Child], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["other"].choices = [(child.pk, child.called) for child in others]
