"""Laporan Sosial: the social worker's report under the agency's own headings (Wording.headings)."""

from dataclasses import dataclass
from datetime import date

from django import forms

from sopcases.cases.models import Case, CaseChild
from sopcases.letters import people, words
from sopcases.letters.layouts.base import Layout, LayoutForm, Person
from sopcases.letters.layouts.berita_acara import birth_text
from sopcases.letters.register import ROMAN
from sopcases.people.models import Position
from sopcases.sops.models import PaperKind

HEADINGS = (
    "Identitas anak",
    "Identitas orang tua/wali/pelapor",
    "Dasar dan kronologi",
    "Kondisi fisik/kesehatan, psikis, sosial, spiritual, dan pendidikan",
    "Keluarga dan lingkungan",
    "Potensi dan sumber",
    "Masalah dan kebutuhan",
    "Rencana intervensi",
    "Simpulan dan rekomendasi",
    "Penutup",
)


@dataclass(frozen=True)
class LaporanSosial:
    sections: tuple[tuple[str, str, str], ...]
    maker: Person
    maker_heading: tuple[str, ...]
    acknowledged: Person | None
    acknowledged_heading: tuple[str, ...]


class LaporanSosialForm(LayoutForm):
    acknowledged = forms.TypedChoiceField(label="Mengetahui", coerce=int, empty_value=None, required=False)

    def build(self) -> None:
        kinds = PaperKind.objects.filter(agency=self.agency, layout=LAYOUT.slug)
        own = kinds.values_list("wording__headings", flat=True).first()
        self.headings = self.kept.get("headings") or own or list(HEADINGS)
        for n, heading in enumerate(self.headings, 1):
            self.fields[f"section{n}"] = forms.CharField(
                label=f"{numeral(n)}. {heading}",
                max_length=10_000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 4}),
            )
        positions = Position.objects.filter(agency=self.agency, external=False)
        self.fields["acknowledged"].choices = [
            ("", "Tidak ada"),
            *((p.pk, p.name) for p in positions.order_by("superior_id", "name")),
        ]
        self.order_fields([*(f"section{n}" for n in range(1, len(self.headings) + 1)), "acknowledged"])

    def prefill(self) -> dict:
        stays = CaseChild.objects.filter(case=self.case).select_related("child").order_by("id")
        identity = "\n\n".join(
            f"Nama: {child.called}\nJenis kelamin: {child.get_sex_display()}\nLahir: {birth_text(child)}"
            for child in (stay.child for stay in stays)
        )
        found = [identity, f"Pelapor/penemu: {self.case.reporter}" if self.case.reporter else ""]
        found.append(self.case.circumstances)
        return {f"section{n}": text for n, text in enumerate(found, 1)}

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
        kept = self.kept.get("maker")
        own = self.officer.user
        return {
            "headings": self.headings,
            "sections": [data[f"section{n}"] for n in range(1, len(self.headings) + 1)],
            "acknowledged": data["acknowledged"],
            "maker": kept or people.facts(own, self.officer.title),
        }


def numeral(n: int) -> str:
    return ROMAN[n - 1] if n <= len(ROMAN) else str(n)


def refresh(content: dict, case: Case, day: date) -> dict:
    maker = content["maker"]
    return content | {"maker": people.staff(case.agency, day).get(maker["user"], maker)}


def problem(content: dict) -> str | None:
    return None if any(content.get("sections", [])) else "Isi paling sedikit satu bagian laporan."


def body(content: dict, context) -> LaporanSosial:
    holder = context.holder(content["acknowledged"], context.day)
    pairs = zip(content["headings"], content["sections"], strict=True)
    sections = [(heading, text) for heading, text in pairs if text]
    return LaporanSosial(
        sections=tuple((numeral(n), heading, text) for n, (heading, text) in enumerate(sections, 1)),
        maker=Person.of(content["maker"]),
        maker_heading=words.heading(content["maker"]["title"]),
        acknowledged=holder and holder.person,
        acknowledged_heading=holder.heading if holder else (),
    )


LAYOUT = Layout(
    slug="laporan_sosial",
    name="Laporan Sosial",
    title="Laporan Sosial",
    template="letters/layouts/laporan_sosial.html",
    form=LaporanSosialForm,
    body=body,
    problem=problem,
    refresh=refresh,
    signed=False,
)
