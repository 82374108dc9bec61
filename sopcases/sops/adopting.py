"""An SOP taken over from another agency: its words for positions and papers matched with the own ones.

What is matched is kept as another name of the own position or kind of paper, so that the next file of the
same agency needs no question.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.db import models, transaction

from sopcases.people import journal
from sopcases.people.models import Agency, Position
from sopcases.sops import sopfile
from sopcases.sops.models import PaperKind, Revision
from sopcases.sops.naming import fold

NEW = "new"
Origin = PaperKind.Origin
MADE_HERE = [Origin.INCOMING, Origin.CITIZEN, Origin.REPORT, Origin.RECORD]
"""Kinds that can be added on the spot; an official letter needs its signer first."""


@dataclass(frozen=True)
class Stranger:
    """A word of the file that means nothing here yet."""

    name: str
    model: type[models.Model]
    field: str


def strangers(data: dict, agency: Agency) -> list[Stranger]:
    """The positions and kinds of paper of a file that the agency has under no name. Two queries."""
    positions, papers = sopfile.unknown(data, agency)
    return [
        *(Stranger(name, Position, f"position-{n}") for n, name in enumerate(positions)),
        *(Stranger(name, PaperKind, f"paper-{n}") for n, name in enumerate(papers)),
    ]


class MatchForm(forms.Form):
    """One question for each stranger: who of ours is it, or is it new? The nearest name is proposed."""

    content = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, strangers: list[Stranger], agency: Agency, **kwargs):
        super().__init__(*args, **kwargs)
        self.strangers = strangers
        self.own = {
            model: list(model.objects.filter(agency=agency).order_by("name"))
            for model in (Position, PaperKind)
        }
        for stranger in strangers:
            rows = self.own[stranger.model]
            what = "Jabatan" if stranger.model is Position else "Dokumen"
            self.fields[stranger.field] = forms.ChoiceField(
                label=f"{what} “{stranger.name}”",
                choices=[("", "Pilih …"), *_new(stranger), *((str(row.pk), row.name) for row in rows)],
                initial=_nearest(stranger.name, rows),
            )

    def matched(self) -> Iterable[tuple[Stranger, models.Model | None, str]]:
        """Each stranger with the own row it means, or None and how it is added."""
        for stranger in self.strangers:
            answer = self.cleaned_data[stranger.field]
            row = next((r for r in self.own[stranger.model] if str(r.pk) == answer), None)
            yield stranger, row, answer.removeprefix(f"{NEW}:")


@transaction.atomic
def adopt(data: dict, agency: Agency, by, matched) -> Revision:
    """Store a file as a draft once every stranger is somebody. Raises Refused as `sopfile.load` does."""
    meant = []
    for stranger, row, how in matched:
        if row is None:
            row = add(stranger.model, agency, stranger.name, by, **({"origin": how} if how else {}))
        else:
            row = also_called(row, stranger.name, by)
        meant.append((stranger.name, row))
    return sopfile.load(data, agency, by, meant=meant)


def add(model: type[models.Model], agency: Agency, name: str, by, **facts) -> models.Model:
    """A new position or kind of paper of the agency."""
    row = model.objects.create(agency=agency, name=name, **facts)
    journal.write(by, f"{_noun(row)}.ditambahkan", row, agency_id=agency.pk, row=str(row))
    return row


def also_called(row: models.Model, name: str, by) -> models.Model:
    """The row, which is from now on known by this name too."""
    row = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if fold(name) not in map(fold, row.aliases):
        row.aliases = [*row.aliases, name]
        row.save(update_fields=["aliases"])
        journal.write(by, f"{_noun(row)}.diubah", row, agency_id=row.agency_id, row=str(row))
    return row


def _noun(row: models.Model) -> str:
    return "jabatan" if isinstance(row, Position) else "jenis_dokumen"


def _new(stranger: Stranger) -> list[tuple[str, str]]:
    if stranger.model is Position:
        return [(f"{NEW}:", "Tambahkan sebagai jabatan baru")]
    return [(f"{NEW}:{o.value}", f"Tambahkan sebagai jenis baru: {o.label}") for o in MADE_HERE]


def _nearest(name: str, rows: list) -> str:
    words = {fold(word): row.pk for row in rows for word in (*row.aliases, row.name)}
    near = difflib.get_close_matches(fold(name), words, 1, 0.75)
    return str(words[near[0]]) if near else ""
