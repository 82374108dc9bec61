"""Laporan Sosial: the social worker's report under the agency's own headings (Wording.headings)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django import forms

from sopcases.cases import care
from sopcases.cases.models import Assessment, Case, CaseChild, Child, Goal, Relation
from sopcases.letters import words
from sopcases.letters.layouts import made
from sopcases.letters.layouts.base import Layout
from sopcases.letters.layouts.berita_acara import birth_text
from sopcases.letters.layouts.made import Hands, MadeForm
from sopcases.letters.register import ROMAN

SEPARATOR = "|"
HEADINGS = (
    "Identitas anak | identitas",
    "Identitas orang tua/wali/pelapor | orang-tua",
    "Dasar dan kronologi | kronologi",
    "Kondisi fisik/kesehatan, psikis, sosial, spiritual, dan pendidikan | kondisi",
    "Keluarga dan lingkungan | keluarga",
    "Potensi dan sumber | potensi",
    "Masalah dan kebutuhan | kebutuhan",
    "Rencana intervensi | rencana",
    "Simpulan dan rekomendasi | simpulan",
    "Penutup",
)
"""Each a heading and, after the bar, the source its first text is drawn from (see `sources`)."""


@dataclass(frozen=True)
class LaporanSosial:
    sections: tuple[tuple[str, str, str], ...]
    hands: Hands


class LaporanSosialForm(MadeForm):
    def build(self) -> None:
        super().build()
        own = getattr(self.kind, "wording", None) and self.kind.wording.headings
        pairs = [line.partition(SEPARATOR) for line in own or HEADINGS]
        self.keys = [key.strip() for _, _, key in pairs]
        self.headings = self.kept.get("headings") or [heading.strip() for heading, _, _ in pairs]
        for n, heading in enumerate(self.headings, 1):
            self.fields[f"section{n}"] = forms.CharField(
                label=f"{numeral(n)}. {heading}",
                max_length=10_000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 4}),
            )
        self.order_fields([*(f"section{n}" for n in range(1, len(self.headings) + 1)), "acknowledged"])

    def prefill(self) -> dict:
        found = sources(self.case, self.children)
        return {f"section{n}": found.get(key, "") for n, key in enumerate(self.keys, 1)}

    def typed(self, content: dict) -> dict:
        found = {f"section{n}": text for n, text in enumerate(content["sections"], 1)}
        return found | {"acknowledged": content["acknowledged"]}

    def clean(self) -> dict:
        data = self.cleaned_data
        if not any(data.get(f"section{n}") for n in range(1, len(self.headings) + 1)):
            raise forms.ValidationError("Isi paling sedikit satu bagian laporan.")
        return data

    def content(self) -> dict:
        data = self.cleaned_data
        return {
            "headings": self.headings,
            "sections": [data[f"section{n}"] for n in range(1, len(self.headings) + 1)],
            **self.made(),
        }


def sources(case: Case, children: Sequence[int] = ()) -> dict[str, str]:
    """What the case knows, by the key of a heading: of these children only, each with its own part."""
    stays = CaseChild.objects.filter(case=case).select_related("child").order_by("id")
    rows = [s.child for s in (stays.filter(child__in=children) if children else stays)]
    known = care.of_case(case, [c.pk for c in rows])
    adults: dict[int, list[str]] = {}
    relations = Relation.objects.filter(child__in=rows, adult__isnull=False).select_related("adult")
    for relation in relations.order_by("id"):
        facts = ", ".join(filter(None, [relation.adult.name, relation.adult.phone, relation.adult.address]))
        adults.setdefault(relation.child_id, []).append(f"{relation.get_kind_display()}: {facts}")

    def each(text: Callable[[Child], str]) -> str:
        """One child's text alone; of several each under its name."""
        parts = [(child, text(child)) for child in rows]
        if len(rows) == 1:
            return parts[0][1]
        return "\n\n".join(f"{child.called}\n{said}" for child, said in parts if said)

    def assessed(*names: str) -> str:
        def of(child: Child) -> str:
            row = known[child.pk].assessment if child.pk in known else None
            said = [(n, getattr(row, n)) for n in names if row and getattr(row, n)]
            if len(names) == 1:
                return said[0][1] if said else ""
            label = Assessment._meta.get_field
            return "\n".join(f"{str(label(n).verbose_name).capitalize()}: {text}" for n, text in said)

        return each(of)

    def planned(child: Child) -> str:
        goals = [g for g in known[child.pk].goals if not g.dropped_on] if child.pk in known else []
        return "\n".join(_goal_line(no, goal) for no, goal in enumerate(goals, 1))

    reporter = " · ".join(filter(None, [case.reporter, case.reporter_phone]))
    parents = [each(lambda child: "\n".join(adults.get(child.pk, ()))) if adults else ""]
    parents.append(f"Pelapor/penemu: {reporter}" if reporter else "")
    return {
        "identitas": "\n\n".join(
            f"Nama: {child.called}\nJenis kelamin: {child.get_sex_display()}\nLahir: {birth_text(child)}"
            + (f"\nAlamat: {child.address}" if child.address else "")
            for child in rows
        ),
        "orang-tua": "\n".join(filter(None, parents)),
        "kronologi": case.circumstances,
        "kondisi": assessed("physical", "psychological", "social", "spiritual", "education"),
        "keluarga": assessed("family", "environment"),
        "potensi": assessed("strengths"),
        "kebutuhan": assessed("needs"),
        "rencana": each(planned),
        "simpulan": assessed("conclusion"),
    }


def _goal_line(no: int, goal: Goal) -> str:
    who = goal.responsible.name if goal.responsible else goal.responsible_text
    action = f": {goal.action}" if goal.action else ""
    return f"{no}. {goal.goal}{action} ({who}, sampai {words.day_text(goal.due_on)})"


def numeral(n: int) -> str:
    return ROMAN[n - 1] if n <= len(ROMAN) else str(n)


def problem(content: dict) -> str | None:
    return None if any(content.get("sections", [])) else "Isi paling sedikit satu bagian laporan."


def body(content: dict, context) -> LaporanSosial:
    pairs = zip(content["headings"], content["sections"], strict=True)
    sections = [(heading, text) for heading, text in pairs if text]
    return LaporanSosial(
        sections=tuple((numeral(n), heading, text) for n, (heading, text) in enumerate(sections, 1)),
        hands=made.hands(content, context),
    )


LAYOUT = Layout(
    slug="laporan_sosial",
    name="Laporan Sosial",
    title="Laporan Sosial",
    template="letters/layouts/laporan_sosial.html",
    form=LaporanSosialForm,
    body=body,
    problem=problem,
    refresh=made.refresh,
    signed=False,
)
