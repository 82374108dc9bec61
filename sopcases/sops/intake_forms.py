"""The forms by which a file is taken in: uploaded, and what was read of it confirmed side by side."""

import copy
import hashlib
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.html import escape

from sopcases.people.models import Position
from sopcases.people.once import OnceForm
from sopcases.sops import sopfile
from sopcases.sops.intake import New, origin_of, vocabulary
from sopcases.sops.intake_rows import BLANK_STEP, BLANKS, LISTS, SHOWN, rows_of
from sopcases.sops.models import STAGE_WORDS, Intake, PaperKind, Performer, Sop, Step
from sopcases.sops.naming import fold
from sopcases.sops.reading import proposal
from sopcases.sops.reading.sources import limits

ORIGINS = [
    (PaperKind.Origin.REPORT, "Baru: laporan (dibuat petugas)"),
    (PaperKind.Origin.RECORD, "Baru: berita acara (ditandatangani para pihak)"),
    (PaperKind.Origin.CITIZEN, "Baru: pernyataan warga"),
    (PaperKind.Origin.INCOMING, "Baru: dokumen dari luar"),
]
STRANGE = "“{name}” belum dikenal. Pilih yang dimaksud, atau tentukan bahwa ini memang baru."
NEW_POSITIONS = [("new", "Baru: jabatan di perangkat daerah ini"), ("outside", "Baru: pihak luar")]


class UploadForm(OnceForm):
    file = forms.FileField(
        label="Berkas SOP",
        help_text="Word (.docx), OpenDocument (.odt), Excel (.xlsx), halaman web (.html), atau teks hasil "
        f"pindai (.txt). Paling banyak {limits.MAX_BYTES // limits.MB} MB.",
        error_messages={"required": "Pilih berkas SOP.", "empty": "Berkas ini kosong. Pilih berkas lain."},
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.odt,.xlsx,.html,.htm,.txt"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > limits.MAX_BYTES:
            raise ValidationError(limits.too_large(file.name).sentences)
        return file


class Words(forms.CharField):
    """Text; browsers send another line end than the sheets are stored with."""

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


def _words(label: str, limit: int | None = None, rows: int = 0, **options) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return Words(label=label, max_length=limit, required=False, widget=widget, **options)


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class Lines(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, label: str):
        super().__init__(
            label=label, required=False, help_text="Satu per baris.", widget=forms.Textarea(attrs={"rows": 4})
        )

    def prepare_value(self, value):
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value):
        return [line.strip() for line in super().to_python(value).splitlines() if line.strip()]


def _flag(label: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


def _choice(label: str, choices) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False)


def _named(label: str, names: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=proposal.LONGEST_NAME,
        required=False,
        widget=forms.TextInput(attrs={"list": names, "autocomplete": "off"}),
    )


HEADER = {
    "name": _words("Nama SOP", 200),
    "number": _words("Nomor SOP", 100),
    "created_on": _day("Tanggal pembuatan"),
    "revised_on": _day("Tanggal revisi"),
    "ratified_on": _day("Tanggal pengesahan"),
    "effective_on": _day("Tanggal efektif"),
    "ratified_by/name": _words("Disahkan oleh", 150),
    "ratified_by/nip": _words("NIP pengesah", 30),
    "term": _words("Jangka waktu penyelesaian", 100),
    "target": _words("Sasaran", 20_000, 2),
    "cost": _words("Biaya", 20_000, 2),
    "legal_basis": Lines("Dasar hukum"),
}
SHEET = {
    "qualifications": "Kualifikasi pelaksana",
    "related": "Keterkaitan",
    "equipment": "Peralatan/perlengkapan",
    "warnings": "Peringatan",
    "records": "Pencatatan dan pendataan",
}
STEP = {
    "number": _words("No", 20),
    "activity": _words("Uraian kegiatan", 20_000, 3),
    "requires_text": _words("Kelengkapan pada lembar", 20_000, 2),
    "time": _words("Waktu", 100),
    "produces_text": _words("Keluaran pada lembar", 20_000, 2),
    "remark": _words("Keterangan", 20_000, 2),
    "narrative_time": _words("Waktu pada uraian", 100),
    "condition": _words("Syarat berlakunya langkah", 20_000, 2),
    "returns_to": _words("Dikembalikan ke langkah", 40),
}
STAGES = [(word, stage.label) for word, stage in STAGE_WORDS.items()]
ROW = {
    ("performers", "position"): _named("Pelaksana", "nama-jabatan"),
    ("performers", "part"): _choice("Peran", Performer.Part.choices),
    ("performers", "symbol"): _choice("Simbol", Performer.Symbol.choices),
    ("requires", "paper"): _named("Kelengkapan", "nama-dokumen"),
    ("produces", "paper"): _named("Keluaran", "nama-dokumen"),
    **{(where, "stage"): _choice("Tahap", STAGES) for where in ("requires", "produces")},
    **{(where, "optional"): _flag("Tidak wajib") for where in ("requires", "produces")},
}
ALWAYS = {"number", "activity", "requires_text", "time", "produces_text", "remark"}
"""Fields of a step that are asked for although nothing was read there."""


class ConfirmForm(OnceForm):
    """Everything that was read of a file, to be corrected. Fields are named by their path in the data.

    Steps and rows that the reader missed are added, see `intake_rows`; `focus` is the field just added.
    Positions and papers are typed by name; those the agency does not know are decided on once, for all steps.
    """

    slug = forms.CharField(
        label="Nama pendek",
        max_length=50,
        validators=[RegexValidator(f"^{sopfile.SLUG}$", sopfile.SLUG_SAYS.capitalize())],
        error_messages={"required": "Isi nama pendek."},
        help_text="Menjadi alamat SOP. Bila SOP dengan nama pendek ini sudah ada, berkas menjadi revisinya.",
    )
    opening = forms.ChoiceField(
        label="Cara dibuka", choices=Sop.Opening.choices, help_text="Hanya untuk SOP yang baru."
    )

    order = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, intake: Intake, focus: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.intake, self.read, self.focus = intake, intake.data, focus
        kept = intake.trace if intake.revision_id else {}
        order = self.data.get("order", "") if self.is_bound else kept.get("order", {}).get("kept", "")
        self.laid = rows_of(self.read, self.data if self.is_bound else kept, order)
        known = vocabulary(intake.agency)
        self.known = {"position": known.positions, "paper": known.kinds}
        self.unknown = {part: proposal.unknown(self.read, self.known[part], part) for part in self.known}
        self.strange = {part: self._strange(part) for part in self.known}
        self.initial |= {"slug": self.read["slug"], "opening": Sop.Opening.CHILD}
        self.initial["order"] = ",".join(map(str, self.laid.order))
        if own := ", ".join(Sop.objects.filter(agency=intake.agency).values_list("slug", flat=True)):
            self.fields["slug"].help_text += f" Sudah ada: {own}."
        self._header()
        for number in self.laid.order:
            self._step(f"steps/{number}", number)
        for number, note in enumerate(self.read["notes"]):
            self._add(f"notes/{number}/reading", _words("Dibaca sebagai", 20_000, 2), note["reading"])
            self._add(f"notes/{number}/drop", _flag("Bukan masalah, jangan dicatat"), False)
        self._choices()

    # The fields ---------------------------------------------------------------------------------------

    def _add(self, path: str, field: forms.Field, value: Any):
        self.fields[path] = copy.deepcopy(field)
        self.initial[path] = value
        if path == self.focus:
            self.fields[path].widget.attrs["autofocus"] = True
        if isinstance(value, str) and "\n" in value and isinstance(field.widget, forms.TextInput):
            # An input of one line would lose the break.
            self.fields[path].widget = forms.Textarea(attrs={"rows": value.count("\n") + 1})

    def _header(self):
        for path, field in HEADER.items():
            self._add(path, field, at(self.read, path))
        self.fields["name"].required = True
        self.fields["name"].error_messages["required"] = "Isi nama SOP."
        for key, label in SHEET.items():
            cell = self.read["sheet"].get(key)
            if isinstance(cell, list) and cell:
                self._add(f"sheet/{key}", Lines(label), cell)

    def step(self, number: int) -> dict[str, Any]:
        """A step as it was read; an added one is blank."""
        return self.read["steps"][number] if number < len(self.read["steps"]) else BLANK_STEP

    def row(self, number: int, where: str, n: int) -> dict[str, Any]:
        """A row of a step's list as it was read; an added one is blank."""
        rows = self.step(number)[where]
        return rows[n] if n < len(rows) else BLANKS[where]

    def _step(self, path: str, number: int):
        step = self.step(number)
        for name, field in STEP.items():
            if (
                name in ALWAYS
                or step.get(name)
                or step.get(name.removesuffix("_text"))
                or f"{path}/{name}" in self.intake.trace
            ):
                self._add(f"{path}/{name}", field, step.get(name))
        if again := step.get("recurrence"):
            months = forms.IntegerField(label="Setiap (bulan)", min_value=1, max_value=120, required=False)
            self._add(f"{path}/recurrence", months, again["months"])
            forms_of = _choice("Bentuk", [c for c in Step.Form.choices if c[0]])
            self._add(f"{path}/recurrence/form", forms_of, again["form"])
        self._add(f"{path}/skip", _flag("Ini bukan langkah, jangan disimpan"), False)
        for where in LISTS:
            for n in range(self.laid.count(number, where)):
                row = self.row(number, where, n)
                for name in SHOWN[where]:
                    self._add(f"{path}/{where}/{n}/{name}", ROW[where, name], row[name])

    def _choices(self):
        """What becomes of each name that the agency does not know: an existing row, or a new one."""
        agency = self.intake.agency
        rows = {
            "position": list(agency.positions.all()),
            "paper": list(PaperKind.objects.filter(agency=agency)),
        }
        self.rows = {part: {str(row.pk): row for row in found} for part, found in rows.items()}
        made = {fold(name) for name in proposal.papers_made(self.read)}
        for part, new in (("position", NEW_POSITIONS), ("paper", ORIGINS)):
            choices = [*new, ("Sudah ada", [(key, row.name) for key, row in self.rows[part].items()])]
            for path, name in self.asked(part):
                near = proposal.alike(name, self.known[part])
                told = escape(f"Mirip: {', '.join(near)}.") if near else ""  # crispy prints it as it is
                first = new[0][0] if part == "position" else origin_of(fold(name) in made)
                field = forms.ChoiceField(label=f"“{name}”", choices=choices, help_text=told)
                if (
                    name in self.strange[part]
                ):  # typed here: perhaps by mistake, so it is asked with no answer
                    field.choices = [("", "Pilih …"), *choices]
                    field.error_messages["required"] = STRANGE.format(name=name)
                    first = ""
                self._add(path, field, first)

    def _strange(self, part: str) -> list[str]:
        """Names typed here that neither the agency nor the file knows."""
        taken = {fold(name) for name in (*self.known[part], *self.unknown[part])}
        found: dict[str, str] = {}
        for path in self._naming(part):
            name = self.data.get(path, "").strip()
            if name and len(name) <= proposal.LONGEST_NAME and fold(name) not in taken:
                found.setdefault(fold(name), name)
        return list(found.values())

    def _naming(self, part: str) -> Iterator[str]:
        """The fields of the steps to be kept that name a position or a paper."""
        for number in self.laid.order:
            if not self.data.get(f"steps/{number}/skip"):
                for where, names in LISTS.items():
                    if names == part:
                        rows = range(self.laid.count(number, where))
                        yield from (f"steps/{number}/{where}/{n}/{part}" for n in rows)

    def asked(self, part: str) -> Iterator[tuple[str, str]]:
        """The fields that ask what an unknown name means, with the name."""
        yield from ((f"{part}/{n}", name) for n, name in enumerate(self.unknown[part]))
        for name in self.strange[part]:  # another name typed later is another question
            yield f"{part}/{hashlib.sha256(fold(name).encode()).hexdigest()[:12]}", name

    # What was confirmed ---------------------------------------------------------------------------------

    def clean(self):
        data = super().clean()
        if not self.wanted:
            self.add_error(None, "Tidak ada langkah yang akan disimpan.")
        for number in self.wanted:
            if not data.get(f"steps/{number}/activity"):
                self.add_error(f"steps/{number}/activity", "Isi uraian kegiatan, atau tandai bukan langkah.")
        for number in range(len(self.read["notes"])):
            if not (data.get(f"notes/{number}/drop") or data.get(f"notes/{number}/reading")):
                self.add_error(f"notes/{number}/reading", "Isi bagaimana dibaca, atau tandai bukan masalah.")
        return data

    @property
    def wanted(self) -> list[int]:
        """Which steps are to be kept, in their order."""
        return [
            n for n in self.laid.order if not (self.cleaned_data.get(f"steps/{n}/skip") or self._blank(n))
        ]

    def _blank(self, number: int) -> bool:
        """Whether it is an added step in which nothing was typed."""
        paths = (path for path in self.fields if path.startswith(f"steps/{number}/"))
        return number >= len(self.read["steps"]) and not any(
            self.data.get(path) for path in paths if not path.endswith(("/part", "/stage"))
        )

    def confirmed(self) -> dict[str, Any]:
        """The data as corrected."""
        data, typed = copy.deepcopy(self.read), self.cleaned_data
        data |= {"slug": typed["slug"], "opening": typed["opening"]}
        for path in (*HEADER, *(name for name in self.fields if name.startswith("sheet/"))):
            put(data, path, _plain(typed[path]))
        data["steps"] = [self._confirmed(number) for number in self.wanted]
        numbers = [(step["number"] or "").strip(" .") for step in data["steps"]]
        data["notes"] = [
            note
            | {"reading": typed[f"notes/{n}/reading"]}
            | ({} if numbers.count(note["step"]) == 1 else {"step": None})
            for n, note in enumerate(data["notes"])
            if not typed[f"notes/{n}/drop"]
        ]
        return data

    def _confirmed(self, number: int) -> dict[str, Any]:
        """A step as corrected; rows without a name are left out."""
        step, typed, path = copy.deepcopy(self.step(number)), self.cleaned_data, f"steps/{number}"
        for name in STEP:
            if f"{path}/{name}" in self.fields:
                step[name] = typed[f"{path}/{name}"] or None
        if f"{path}/recurrence" in self.fields:
            months, form = typed[f"{path}/recurrence"], typed[f"{path}/recurrence/form"]
            step["recurrence"] = {"months": months, "form": form} if months else None
        for where, part in LISTS.items():
            rows = [
                self.row(number, where, n)
                | {name: typed[f"{path}/{where}/{n}/{name}"] for name in SHOWN[where]}
                for n in range(self.laid.count(number, where))
            ]
            step[where] = [row for row in rows if row[part]]
        return step

    def decided(self, part: str) -> dict[str, Position | PaperKind | New]:
        """What becomes of the unknown names that are still used."""
        found: dict[str, Position | PaperKind | New] = {}
        for path, name in self.asked(part):
            choice = self.cleaned_data[path]
            if choice in self.rows[part]:
                found[name] = self.rows[part][choice]
            elif part == "position":
                found[name] = New(external=choice == "outside")
            else:
                found[name] = New(origin=choice)
        return found

    def kept(self) -> dict[str, Any]:
        """The values by their path, as they were confirmed; where the file says nothing, those given here."""
        found, trace, wanted = {}, self.intake.trace, self.wanted
        for path, value in self.cleaned_data.items():
            if isinstance(value, list):
                found |= {f"{path}/{number}": line for number, line in enumerate(value)}
            found[path] = _plain(value)
        for path in trace:
            around, _, last = path.rpartition("/")
            left_out = path.startswith("steps/") and int(path.split("/")[1]) not in wanted
            if left_out or (last.isdecimal() and around in self.fields and path not in found):
                found[path] = None
        given = {path for number in wanted for path in self.fields if path.startswith(f"steps/{number}/")}
        given.update(HEADER)
        return {
            path: value
            for path, value in found.items()
            if (path in trace and path != "order")
            or (path in given and value and value != _plain(self.initial[path]))
        } | self._moved()

    def _moved(self) -> dict[str, str]:
        """The order of the steps, where it is another than the file's."""
        order = self.laid.order
        return {"order": ",".join(map(str, order))} if list(order) != sorted(order) else {}


def at(data: Any, path: str) -> Any:
    """What stands at a path of the data."""
    for part in path.split("/"):
        data = data[int(part)] if isinstance(data, list) else data.get(part)
    return data


def put(data: dict[str, Any], path: str, value: Any):
    *around, last = path.split("/")
    for part in around:
        data = data[part]
    data[last] = value


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value or (value if value == [] else None)
