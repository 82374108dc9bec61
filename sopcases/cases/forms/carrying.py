"""Which step of the new revision goes on for each step at which something was done."""

from django import forms

from sopcases.cases import carrying
from sopcases.cases.forms.fields import ActForm, ReasonField
from sopcases.cases.progress import Progress
from sopcases.sops.flow import PlanStep
from sopcases.sops.plans import plan_of

NOBODY = [("", "Tidak diteruskan: tetap tercatat menurut revisi lama")]


def called(step: PlanStep) -> str:
    return f"{step.number.rstrip(' .')}. {step.activity}".lstrip(". ")


class CarryForm(ActForm):
    """One choice a step, proposed by the words of both revisions. `revision` is the id of the one shown."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, progress: Progress, revision, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["revision"].initial = revision.pk
        self.proposed = carrying.proposal(progress, revision)
        self.steps = carrying.touched(progress)
        new = [(step.key, called(step)) for step in plan_of(revision).steps]
        for step in self.steps:
            self.fields[f"step_{step.key}"] = forms.ChoiceField(
                label=f"Langkah {called(step)}",
                choices=NOBODY + new,
                initial=self.proposed.get(step.key, ""),
                required=False,
            )
        self.fields["reason"] = ReasonField()

    @property
    def mapping(self) -> dict[str, str]:
        """As chosen; steps at which nothing was done yet as proposed, unless that is taken."""
        chosen = {s.key: to for s in self.steps if (to := self.cleaned_data.get(f"step_{s.key}"))}
        touched = {s.key for s in self.steps}
        rest = {
            old: new
            for old, new in self.proposed.items()
            if old not in touched and new not in chosen.values()
        }
        return chosen | rest
