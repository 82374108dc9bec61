"""One row for each of many children: what was typed in a row is judged, saved and kept by itself."""

import uuid
from collections.abc import Iterable

from django import forms

from sopcases.cases.forms.acts import OutcomeField, outcomes
from sopcases.cases.forms.fields import ActForm, name_in_errors
from sopcases.cases.models import CaseChild
from sopcases.people.models import Agency
from sopcases.people.once import FIELD

REASON = 500
MEANWHILE = "Baru saja diubah oleh petugas lain. Periksa isinya, lalu kirim lagi."


class Row(forms.Form):
    """A child's row of a table. `version` is that of the row as the page showed it."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, files=None, *, key: int, version: int, **kwargs):
        super().__init__(data, files, prefix=f"a{key}", **kwargs)
        self.key = key
        self._version = version
        self.fields["version"].initial = version
        for field in self.fields.values():
            # What the page showed is sent along: a row nobody touched is never a change.
            hidden = field.widget.is_hidden or isinstance(field, forms.FileField)
            field.show_hidden_initial = not hidden
            if isinstance(field.widget, forms.TextInput | forms.Textarea | forms.FileInput):
                field.widget.attrs["class"] = "form-control"
            elif isinstance(field.widget, forms.Select) and not isinstance(field.widget, forms.RadioSelect):
                field.widget.attrs["class"] = "form-select"
        name_in_errors(self.fields)

    @property
    def touched(self) -> bool:
        """Whether anything was typed in this row."""
        return self.is_bound and any(name != "version" for name in self.changed_data)

    @property
    def faulty(self) -> bool:
        """Whether something typed cannot be taken, whoever else was at the table."""
        return any(error.code != "conflict" for errors in self.errors.as_data().values() for error in errors)

    def clean(self):
        data = super().clean()
        if self.touched and data.get("version") != self._version:
            raise forms.ValidationError(MEANWHILE, code="conflict")
        return data


class TableForm(ActForm):
    """What is said once for all rows; and the key, new for each sending that leaves something to mend."""

    def sent_again(self) -> None:
        """The page is shown once more, to be sent as an act of its own."""
        self.data = self.data.copy()
        self.data[FIELD] = str(uuid.uuid4())


class VerdictRow(Row):
    """Layak, tidak layak or perlu dilengkapi, and why."""

    verdict = forms.ChoiceField(
        label="Penilaian", choices=CaseChild.Verdict.choices[1:], widget=forms.RadioSelect, required=False
    )
    reason = forms.CharField(label="Alasan", max_length=REASON, required=False)

    def __init__(self, data=None, files=None, *, stay: CaseChild, **kwargs):
        initial = {"verdict": stay.verdict, "reason": stay.verdict_reason}
        super().__init__(data, files, key=stay.child_id, version=stay.version, initial=initial, **kwargs)
        self.stay = stay

    def clean(self):
        data = super().clean()
        if not self.touched:
            return data
        name = self.stay.child.called
        if not data.get("verdict"):
            self.add_error("verdict", f"Pilih penilaian {name}.")
        elif data["verdict"] != CaseChild.Verdict.ELIGIBLE and not data.get("reason"):
            self.add_error("reason", f"Isi alasan penilaian {name}.")
        return data

    @property
    def unfit(self) -> bool:
        return self.touched and self.cleaned_data.get("verdict") == CaseChild.Verdict.NOT_ELIGIBLE


class VerdictsForm(TableForm):
    """How the case ends for those found tidak layak."""

    def __init__(self, *args, agency: Agency, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"] = OutcomeField(
            agency,
            label="Hasil akhir bagi yang tidak layak",
            required=False,
            help_text="Berlaku bagi semua anak yang dinyatakan tidak layak pada pengiriman ini.",
            initial=usual_outcome(agency),
        )

    def missing_outcome(self, rows: Iterable[VerdictRow]) -> bool:
        """Somebody is found tidak layak, and nothing said how it ends for him."""
        return self.cleaned_data.get("outcome") is None and any(row.unfit for row in rows)


def usual_outcome(agency: Agency):
    """The outcome last given to a child found tidak layak, else the one that bears this word."""
    last = (
        CaseChild.objects.filter(
            case__agency=agency, verdict=CaseChild.Verdict.NOT_ELIGIBLE, outcome__isnull=False
        )
        .order_by("-id")
        .values_list("outcome_id", flat=True)
        .first()
    )
    word = CaseChild.Verdict.NOT_ELIGIBLE.label
    return last or outcomes(agency).filter(name__iexact=word).values_list("pk", flat=True).first()
