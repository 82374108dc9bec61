"""The verbs on a revision, each asked for on a page that says beforehand what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format

from sopcases.people.admin import AgencyAdmin
from sopcases.people.authority import Officer, ratifiers
from sopcases.people.models import User
from sopcases.refusal import Refused
from sopcases.sops import revising
from sopcases.sops.models import Revision
from sopcases.sops.plans import plan_of


class ActForm(forms.Form):
    """What an act on a revision asks for; by itself nothing."""

    def __init__(self, *args, revision: Revision, officer: Officer, **kwargs):
        super().__init__(*args, **kwargs)


class ApprovalForm(ActForm):
    official = forms.CharField(
        label="Pejabat yang menyetujui", max_length=200, help_text="Nama dan jabatannya."
    )
    reason = forms.CharField(
        label="Alasan",
        help_text="Atau dasarnya, misalnya nomor keputusan.",
        widget=forms.Textarea({"rows": 3}),
    )


class InForceForm(ActForm):
    """From when, and who ratifies it: an official here, or whoever signed it on paper."""

    SHEET = "lembar"

    day = forms.DateField(
        label="Berlaku dari",
        help_text="Tanggal yang belum tiba dijadwalkan dan berlaku dengan sendirinya pada harinya.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    signer = forms.ChoiceField(
        label="Disahkan oleh",
        widget=forms.RadioSelect,
        help_text="Nama, NIP, dan pangkatnya dicetak pada naskah, lalu naskah menunggu tanda tangannya. Bila "
        "naskahnya sudah ditandatangani di kertas, isi dahulu “Disahkan oleh” pada draf.",
    )
    reason = ApprovalForm.base_fields["reason"]

    def __init__(self, *args, revision: Revision, officer: Officer, **kwargs):
        super().__init__(*args, revision=revision, officer=officer, **kwargs)
        self.today = officer.day
        self.able = {str(s.user_id): s for _, s in ratifiers(revision.sop.agency_id, officer.day)}
        choices = [(key, f"{s.user}, {s.acting_title}") for key, s in self.able.items()]
        if revision.ratified_by_name:
            told = "seperti pada lembar: naskahnya sudah ditandatangani di kertas"
            choices.append((self.SHEET, f"{revision.ratified_by_name}, {told}"))
        self.fields["signer"].choices = choices

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        if told := revising.why_not_from(day, self.today):
            raise forms.ValidationError(told)
        return day

    def clean_signer(self) -> User | None:
        chosen = self.cleaned_data["signer"]
        return self.able[chosen].user if chosen != self.SHEET else None


@dataclass(frozen=True)
class Act:
    """A verb on a revision as a page of its own: what it does is said before it is done."""

    label: str
    consequence: str
    states: frozenset[str]
    verb: Callable[..., Revision]
    form: type[ActForm] = ActForm
    done: str = ""


State = Revision.State
OPEN = frozenset({State.DRAFT, State.CHECKED})
ACTS = {
    "berlakukan": Act(
        "Berlakukan",
        "Revisi ini diperiksa lalu disegel: setelah itu tidak dapat diubah, dan naskahnya dibekukan untuk "
        "ditandatangani. Penanganan yang dibuka sejak tanggal berlakunya mengikutinya, penanganan yang "
        "berjalan tetap mengikuti revisinya sendiri.",
        OPEN,
        revising.put_in_force,
        InForceForm,
        "Revisi {no} {state} dari {day}. Naskahnya dibekukan dan menunggu tanda tangan.",
    ),
    "diperiksa": Act(
        "Tandai diperiksa",
        "Menandai bahwa draf ini sudah dibandingkan dengan lembar SOP. Perubahan berikutnya menjadikannya "
        "draf lagi.",
        frozenset({State.DRAFT}),
        revising.mark_checked,
        ApprovalForm,
        "Revisi {no} ditandai diperiksa.",
    ),
    "batalkan-jadwal": Act(
        "Batalkan jadwal",
        "Revisi ini menjadi draf lagi dan tidak berlaku pada tanggal yang dijadwalkan.",
        frozenset({State.SCHEDULED}),
        revising.call_back,
        ApprovalForm,
        "Jadwal revisi {no} dibatalkan.",
    ),
    "revisi-baru": Act(
        "Buat revisi baru",
        "Seluruh isi revisi ini disalin menjadi draf yang dapat diubah. Revisi yang berlaku tetap berlaku.",
        frozenset({State.SCHEDULED, State.IN_FORCE, State.REPLACED, State.WITHDRAWN}),
        revising.new_revision,
        done="Draf revisi {no} dibuat.",
    ),
    "cabut": Act(
        "Cabut",
        "Penanganan baru tidak dapat lagi dibuka dengan SOP ini. Penanganan yang berjalan diteruskan.",
        frozenset({State.IN_FORCE}),
        revising.withdraw,
        ApprovalForm,
        "Revisi {no} dicabut.",
    ),
}


def act_page(page: AgencyAdmin, request: HttpRequest, revision: Revision, name: str) -> HttpResponse:
    """Asks, then does one act on a revision; a refusal comes back with its sentences."""
    act = ACTS[name]
    form = act.form(
        request.POST if request.method == "POST" else None,
        revision=revision,
        officer=request.officer,
        initial={"day": request.officer.day, "official": revision.ratified_by_name},
    )
    sentences, status = (), 200
    if request.method == "POST" and form.is_valid():
        try:
            found = act.verb(revision, request.officer, **form.cleaned_data)
        except Refused as refused:
            sentences, status = refused.sentences, refused.status
        else:
            day = date_format(found.in_force_from, "j F Y") if found.in_force_from else ""
            state = found.get_state_display().lower()
            messages.success(request, act.done.format(no=found.no, state=state, day=day))
            return redirect("admin:sops_revision_change", found.pk)
    elif revision.stands not in act.states:
        raise Http404
    elif name == "berlakukan":
        sentences = plan_of(revision).problems()
    context = {"revision": revision, "act": act, "form": form, "sentences": sentences}
    return page.own_page(request, "admin/sops/revision/act.html", act.label, context, status)
