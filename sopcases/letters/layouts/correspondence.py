"""What letters to others have in common: nomor, sifat, lampiran, hal, addressee, text, enclosures."""

from collections.abc import Iterable
from dataclasses import dataclass

from crispy_forms.layout import Fieldset
from crispy_forms.layout import Layout as Arrangement
from django import forms

from sopcases.letters import placeholders, words
from sopcases.letters.layouts.base import NO_NAMES, common_words, dossier, lines_field, paper_text
from sopcases.letters.layouts.children import ChildrenForm

TEMPLATE = "letters/layouts/correspondence.html"
NATURES = [(n, n) for n in ("Biasa", "Segera", "Sangat Segera", "Rahasia")]


@dataclass(frozen=True)
class Part:
    """A paragraph, and under it facts (name, value) or numbered lines. `no` numbers one of several."""

    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    no: int | None = None


@dataclass(frozen=True)
class Correspondence:
    nature: str
    enclosed: str
    hal: str
    to: tuple[str, ...]
    greeting: str
    parts: tuple[Part, ...]
    cc: tuple[str, ...]


class CorrespondenceForm(ChildrenForm):
    """A letter to others about children of the case. A layout adds its own fields and parts."""

    OWN: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The layout's own fieldsets: title and names of fields."""

    to = lines_field(
        "Yth.", required=True, help_text="Jabatan dan alamat penerima, satu baris per baris surat."
    )
    hal = forms.CharField(label="Hal", max_length=200, help_text=f"Tampil pada daftar surat. {NO_NAMES}")
    nature = forms.ChoiceField(label="Sifat", choices=NATURES, initial="Rahasia")
    greeting = forms.CharField(label="Salam pembuka", max_length=100, initial="Dengan hormat,")
    opening = forms.CharField(
        label="Alinea pembuka", max_length=3000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    papers = forms.TypedMultipleChoiceField(
        label="Lampiran dari berkas penanganan",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    papers_more = lines_field("Lampiran lain", rows=2, help_text="Satu per baris; boleh kosong.")
    cc = lines_field("Tembusan", rows=2, help_text="Satu penerima per baris; boleh kosong.")

    def build(self) -> None:
        super().build()
        self.on_file = {p.pk: paper_text(p) for p in dossier(self.case)}
        self.fields["papers"].choices = list(self.on_file.items())
        if not self.on_file:
            del self.fields["papers"]

    def first_words(self, usual: str) -> str:
        """The first paragraph as the agency words it, or the usual one; the drafter may change it."""
        wording = getattr(self.kind, "wording", None)
        title = wording.title if wording and wording.title else self.kind.name
        values = common_words(self.case, title, self.officer.day)
        return placeholders.fill((wording and wording.opening) or usual, values)

    def typed(self, content: dict) -> dict:
        lists = {name: "\n".join(content[name]) for name in ("to", "papers_more", "cc")}
        return super().typed(content) | lists | {"papers": [row["paper"] for row in content["papers"]]}

    def arrange(self) -> Arrangement:
        papers = ["papers"] if self.on_file else []
        return Arrangement(
            Fieldset("Penerima dan hal", "to", "hal", "nature"),
            Fieldset("Anak", "children_named", "facts"),
            *(Fieldset(title, *names) for title, names in self.OWN),
            Fieldset("Lampiran dan tembusan", *papers, "papers_more", "cc"),
        )

    def clean(self) -> dict:
        self.refuse_names("hal")
        return self.cleaned_data

    def content(self) -> dict:
        data = self.cleaned_data
        own = {name: data[name] for _, names in self.OWN for name in names}
        return {
            **own,
            **self.told(),
            "purpose": data["hal"],
            "hal": data["hal"],
            "nature": data["nature"],
            "to": words.lines(data["to"]),
            "papers": [{"paper": pk, "text": self.on_file[pk]} for pk in data.get("papers", [])],
            "papers_more": words.lines(data["papers_more"]),
            "cc": words.lines(data["cc"]),
        }


def letter(content: dict, parts: Iterable[Part]) -> Correspondence:
    """The letter with these parts, its enclosures named last."""
    enclosures = (*(row["text"] for row in content["papers"]), *content["papers_more"])
    count = len(enclosures)
    named = [Part("Bersama surat ini kami lampirkan:", lines=enclosures)] if enclosures else []
    return Correspondence(
        nature=content["nature"],
        enclosed=f"{count} ({words.in_words(count)}) berkas" if count else "–",
        hal=content["hal"],
        to=tuple(content["to"]),
        greeting=content["greeting"],
        parts=(*(part for part in parts if part.text or part.facts or part.lines), *named),
        cc=tuple(content["cc"]),
    )


def children_parts(children: list[dict]) -> list[Part]:
    """The children, numbered where there are several."""
    several = len(children) > 1
    return [
        Part(facts=tuple(map(tuple, row["facts"])), no=no if several else None)
        for no, row in enumerate(children, 1)
    ]


def paragraphs(text: str) -> list[Part]:
    """A typed text, one part per paragraph."""
    return [Part(block.strip()) for block in text.split("\n") if block.strip()]


def problem(content: dict) -> str | None:
    return None if content.get("children") else "Pilih anak yang dimaksud surat ini."
