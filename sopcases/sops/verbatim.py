"""The cells of a sheet's header as they stand there, put right by hand while the revision is a draft.

A scanner loses words, and the office has the paper: what is illegible is filled in, what was misread is
corrected.
"""

import hashlib

from django import forms

from sopcases.people.admin import LinesField, OwnForm

PREFIX = "cell_"


class Unchanged:
    """Mixin: what a browser does to blanks and line ends is no change."""

    def has_changed(self, initial, data):
        return not self.disabled and self.to_python(data) != self.to_python(self.prepare_value(initial) or "")


class CellField(Unchanged, forms.CharField):
    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class CellLinesField(Unchanged, LinesField):
    pass


def _cell(label: str, rows: int = 1) -> CellField:
    return CellField(label=label, required=False, widget=forms.Textarea(attrs={"rows": rows, "cols": 60}))


def _lines(label: str, rows: int = 3) -> CellLinesField:
    return CellLinesField(
        label=label, help_text="Satu per baris.", widget=forms.Textarea(attrs={"rows": rows, "cols": 60})
    )


class VerbatimForm(OwnForm):
    """A revision with the cells of its sheet. A cell is only written where somebody changed it."""

    cell_letterhead = _lines("Kop")
    cell_document_title = _lines("Judul dokumen", 2)
    cell_title = _cell("Judul SOP")
    cell_unit = _cell("Unit kerja", 2)
    cell_number = _cell("Nomor SOP")
    cell_created_on = _cell("Tanggal pembuatan")
    cell_revised_on = _cell("Tanggal revisi")
    cell_ratified_on = _cell("Tanggal pengesahan")
    cell_effective_on = _cell("Tanggal efektif")
    cell_ratified_by = _cell("Disahkan oleh", 4)
    cell_name = _cell("Nama SOP")
    cell_legal_basis = _lines("Dasar hukum")
    cell_qualifications = _lines("Kualifikasi pelaksana")
    cell_related = _lines("Keterkaitan")
    cell_equipment = _lines("Peralatan/perlengkapan")
    cell_warnings = _lines("Peringatan")
    cell_records = _lines("Pencatatan dan pendataan")
    cell_columns = _lines("Kolom pelaksana")
    cell_narrative_title = _cell("Judul uraian")
    cell_narrative_legal_basis = _lines("Dasar hukum pada uraian")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in CELLS:
            if field := self.fields.get(name):
                cell = self.initial[name] = self.instance.sheet.get(name.removeprefix(PREFIX))
                if cell is not None and not _fits(cell, field):
                    field.disabled = True  # a file may hold a cell of any shape; it is kept as it is

    def _digest(self) -> str:
        held = super()._digest() + repr(sorted(self.instance.sheet.items()))
        return hashlib.sha256(held.encode()).hexdigest()[:20]

    def clean(self):
        data = super().clean()
        changed = {
            name.removeprefix(PREFIX): data[name] or ([] if isinstance(data[name], list) else None)
            for name in self.changed_data
            if name in CELLS and name in data
        }
        self.instance.sheet = self.instance.sheet | changed
        return data


def _fits(cell, field: forms.Field) -> bool:
    if isinstance(field, LinesField):
        return isinstance(cell, list) and all(isinstance(line, str) and "\n" not in line for line in cell)
    return isinstance(cell, str)


CELLS = [name for name in VerbatimForm.base_fields if name.startswith(PREFIX)]


def others(sheet: dict) -> dict:
    """The cells that no field takes: of other names."""
    return {key: cell for key, cell in sheet.items() if PREFIX + key not in CELLS}
