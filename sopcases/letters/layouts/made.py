"""Reports that an officer makes and signs, seen by a superior where the office wants it."""

from dataclasses import dataclass
from datetime import date

from django import forms

from sopcases.cases.models import Case
from sopcases.letters import people, words
from sopcases.letters.layouts.base import LayoutForm, Person
from sopcases.people.models import Position


@dataclass(frozen=True)
class Hands:
    """Who made it, at the right, and who has seen it ("Mengetahui"), at the left."""

    maker: Person
    maker_heading: tuple[str, ...]
    acknowledged: Person | None
    acknowledged_heading: tuple[str, ...]


def nik_field() -> forms.BooleanField:
    """Never ticked by itself."""
    return forms.BooleanField(
        label="Cantumkan NIK",
        required=False,
        help_text="Hanya bila penerima memerlukannya. Setiap pembukaan surat yang memuat NIK dicatat.",
    )


class MadeForm(LayoutForm):
    """The maker is who writes it first."""

    acknowledged = forms.TypedChoiceField(label="Mengetahui", coerce=int, empty_value=None, required=False)

    def build(self) -> None:
        positions = Position.objects.filter(agency=self.agency, external=False)
        self.fields["acknowledged"].choices = [
            ("", "Tidak ada"),
            *((p.pk, p.name) for p in positions.order_by("superior_id", "name")),
        ]

    def made(self) -> dict:
        """The hands out of the valid form."""
        return {
            "acknowledged": self.cleaned_data["acknowledged"],
            "maker": self.kept.get("maker") or people.facts(self.officer.user, self.officer.title),
        }


def refresh(content: dict, case: Case, day: date) -> dict:
    """The maker as he is on the day; who holds no position any more stays as he was."""
    maker = content["maker"]
    return content | {"maker": people.staff(case.agency, day).get(maker["user"], maker)}


def hands(content: dict, context) -> Hands:
    holder = context.holder(content["acknowledged"], context.day)
    return Hands(
        maker=Person.of(content["maker"]),
        maker_heading=words.heading(content["maker"]["title"]),
        acknowledged=holder and holder.person,
        acknowledged_heading=holder.heading if holder else (),
    )
