"""Lembar Kendali: whose hands a draft of the office went through, from its own record."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from crispy_forms.layout import Fieldset
from crispy_forms.layout import Layout as Arrangement

from sopcases.cases.forms.fields import LongField
from sopcases.cases.models import Case, Paper
from sopcases.letters import words
from sopcases.letters.layouts.base import Layout, LayoutForm
from sopcases.people.authority import Officer

SLUG = "lembar_kendali"


@dataclass(frozen=True)
class LembarKendali:
    facts: tuple[tuple[str, str], ...]
    acts: tuple[dict, ...]
    note: str


def drafted(case: Case) -> list[Paper]:
    """The papers of the case that were written here, the latest first."""
    found = Paper.objects.filter(filings__case=case, drafted_here=True).exclude(letter__layout=SLUG)
    return list(found.select_related("kind", "letter").distinct().order_by("-id"))


def subjects(case: Case, officer: Officer) -> list[tuple[str, str]]:
    return [
        (str(paper.pk), f"{paper} – {paper.letter.content.get('purpose') or paper.kind}")
        for paper in drafted(case)
    ]


class LembarKendaliForm(LayoutForm):
    note = LongField(label="Catatan", rows=3, required=False)

    def arrange(self) -> Arrangement:
        return Arrangement(Fieldset("Lembar kendali", "note"))

    def content(self) -> dict:
        content = {"subject": self.subject, "note": self.cleaned_data["note"]}
        return refresh(content, self.case, self.officer.day)


def refresh(content: dict, case: Case, day: date) -> dict:
    """The hands up to now."""
    paper = Paper.objects.select_related("kind", "letter__agency").get(pk=content["subject"])
    letter, zone = paper.letter, ZoneInfo(case.agency.timezone)
    return content | {
        "purpose": f"Kendali {paper}",
        "kind": paper.kind.name,
        "about": letter.content.get("purpose", ""),
        "number": letter.number,
        "dated": letter.dated.isoformat() if letter.dated else "",
        "state": letter.get_state_display(),
        "acts": [
            {
                "act": act.get_act_display(),
                "by": act.by.name,
                "title": act.acting_title,
                "when": f"{act.at.astimezone(zone):%d-%m-%Y %H.%M}",
                "reason": act.reason,
            }
            for act in letter.acts.select_related("by").order_by("id")
        ],
    }


def problem(content: dict) -> str | None:
    return None


def body(content: dict, context) -> LembarKendali:
    dated = content["dated"] and words.day_text(date.fromisoformat(content["dated"]))
    facts = (
        ("Jenis naskah", content["kind"]),
        ("Hal", content["about"]),
        ("Nomor", content["number"]),
        ("Tanggal", dated),
        ("Status", content["state"]),
    )
    return LembarKendali(
        facts=tuple((label, text) for label, text in facts if text),
        acts=tuple(content["acts"]),
        note=content["note"],
    )


LAYOUT = Layout(
    slug=SLUG,
    name="Lembar Kendali",
    title="Lembar Kendali",
    template="letters/layouts/lembar_kendali.html",
    form=LembarKendaliForm,
    body=body,
    problem=problem,
    refresh=refresh,
    signed=False,
    subjects=subjects,
    about="Naskah mana yang lembar kendalinya dibuat?",
    none_yet="Belum ada naskah yang dibuat dari penanganan ini.",
)
