"""How children leave a case: one outcome for those ticked, another where one is given for a child."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django import forms

from sopcases.cases import wording
from sopcases.cases.forms.acts import outcomes
from sopcases.cases.forms.fields import ActForm, DayField, LongField
from sopcases.cases.models import CaseChild, Outcome
from sopcases.cases.progress import Progress
from sopcases.cases.walk import Ending

FEW = 5
"""Children named in a sentence; of more only the number."""
UNDATED = "Isi tanggalnya."
PICK = "Pilih hasil akhir bagi anak yang dicentang."
COMMON, OWN = "outcome", "outcome_{}"


@dataclass(frozen=True)
class Line:
    """A child's row: the tick, and the fields of an ending of its own."""

    id: int
    called: str
    about: str
    ticked: bool
    fields: tuple[forms.BoundField, ...]
    open: bool
    """Something was given for this child alone, or has to be mended there."""


class EndingsForm(ActForm):
    """One outcome and day for the children ticked; what is given for a child alone goes before it."""

    every = False
    """Whether each child that is still in the case must get an outcome."""

    ticked = forms.TypedMultipleChoiceField(
        label="Anak",
        coerce=int,
        required=False,
        error_messages={
            "invalid_choice": "Ada anak yang sudah mempunyai hasil akhir. Periksa tandanya, lalu kirim lagi."
        },
    )
    on = DayField(label="Tanggal", required=False)
    reason = LongField(label="Keterangan", required=False, rows=2)

    def __init__(self, *args, progress: Progress, **kwargs):
        super().__init__(*args, **kwargs)
        self.progress = progress
        self.stays = [s for s in progress.stays if s.left_on is None]
        ids = [s.child_id for s in self.stays]
        self.fields["ticked"].choices = [(s.child_id, s.child.called) for s in self.stays]
        self.fields["ticked"].initial = ids if self.every else []
        self.fields["on"].initial = progress.by.day
        # Read once for all rows: a field of models would ask the database in each.
        self.outcomes: dict[int, Outcome] = {o.pk: o for o in outcomes(progress.agency)} if ids else {}
        called = self.single.child.called if self.single else "untuk yang dicentang"
        self.fields[COMMON] = self._outcome_field(f"Hasil akhir {called}")
        for stay in self.stays:
            name = stay.child.called
            self.fields[OWN.format(stay.child_id)] = self._outcome_field(f"Hasil akhir {name}")
            self.fields[f"on_{stay.child_id}"] = DayField(label=f"Tanggal hasil akhir {name}", required=False)
            self.fields[f"reason_{stay.child_id}"] = LongField(
                label=f"Keterangan {name}", required=False, rows=2
            )
            self.fields[f"seen_{stay.child_id}"] = forms.IntegerField(
                required=False, widget=forms.HiddenInput, initial=stay.version
            )
        if not self.stays:
            for name in ("ticked", COMMON, "on", "reason"):
                del self.fields[name]

    def _outcome_field(self, label: str) -> forms.TypedChoiceField:
        choices = [("", "Pilih hasil akhir"), *((pk, str(one)) for pk, one in self.outcomes.items())]
        return forms.TypedChoiceField(
            label=label, choices=choices, coerce=int, empty_value=None, required=False
        )

    @property
    def single(self) -> CaseChild | None:
        """The only child that is left: nothing is to be ticked."""
        return self.stays[0] if len(self.stays) == 1 else None

    @property
    def common(self) -> list[forms.BoundField]:
        """The fields that hold for all who are ticked."""
        return [self[name] for name in (COMMON, "on", "reason")] if self.stays else []

    @property
    def lines(self) -> Iterator[Line]:
        """A row for each child still in the case."""
        ticked = {str(value) for value in self["ticked"].value() or []} if self.stays else set()
        for stay in self.stays:
            own = tuple(self[f"{name}_{stay.child_id}"] for name in ("outcome", "on", "reason"))
            yield Line(
                id=stay.child_id,
                called=stay.child.called,
                about=self._about(stay),
                ticked=str(stay.child_id) in ticked,
                fields=own,
                open=self.is_bound and any(field.errors or field.value() for field in own),
            )

    def _about(self, stay: CaseChild) -> str:
        child, today = stay.child, self.progress.by.day
        age = wording.age(child.birth_from, child.birth_until, today)
        return ", ".join(filter(None, [child.get_sex_display() if child.sex else "", age]))

    def clean(self):
        data = super().clean()
        ticked = set(data.get("ticked") or ())
        left, common, undated = [], False, False
        for stay in self.stays:
            key, name = stay.child_id, stay.child.called
            own = data.get(f"outcome_{key}")
            day = self._day(f"on_{key}")
            if own is not None or key in ticked:
                common |= own is None
                undated |= day is None and f"on_{key}" not in self.errors
            elif day or data.get(f"reason_{key}"):
                self.add_error(f"outcome_{key}", f"Pilih hasil akhir {name}, atau centang namanya.")
            elif f"outcome_{key}" not in self.errors:
                left.append(name)
        if common and data.get(COMMON) is None and COMMON not in self.errors:
            self.add_error(COMMON, f"Pilih hasil akhir {self.single.child.called}." if self.single else PICK)
        if self._day("on") is None and undated and "on" not in self.errors:
            self.add_error("on", UNDATED)
        if self.every and left:
            told = wording.some(left, FEW, "anak")
            self.add_error("ticked", f"Masih ada anak tanpa hasil akhir: {told}.")
        elif self.stays and len(left) == len(self.stays) and not self.errors:
            self.add_error("ticked", "Centang paling sedikit satu anak.")
        return data

    def _day(self, name: str) -> date | None:
        """The day of a field; one on which nobody can leave is told there."""
        day = self.cleaned_data.get(name)
        if day and (sentence := self.progress.refuse_left_on(day)) is not None:
            self.add_error(name, sentence)
        return day

    @property
    def endings(self) -> list[Ending]:
        """Each child that leaves, with what was given for it alone or for all ticked."""
        data, found = self.cleaned_data, []
        for stay in self.stays:
            key = stay.child_id
            own = data[f"outcome_{key}"]
            if own is None and key not in data["ticked"]:
                continue
            outcome = self.outcomes[own or data[COMMON]]
            day = data[f"on_{key}"] or data["on"]
            # What is said of all who are ticked is not said of one who leaves in another way.
            reason = data[f"reason_{key}"] or ("" if own else data["reason"])
            found.append(Ending(key, outcome, day, reason))
        return found

    @property
    def seen(self) -> dict[int, int | None]:
        """Child → the version of its stay as the page showed it."""
        return {s.child_id: self.cleaned_data[f"seen_{s.child_id}"] for s in self.stays}


class CloseForm(EndingsForm):
    """The case is closed: each child still in it gets an outcome."""

    every = True
