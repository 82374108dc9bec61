"""Fields of the case's forms: moments, days, long texts, several photos; and the form they stand in."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from sopcases.cases.uploads import PHOTO_LIMIT, Accepted, accept_photo
from sopcases.people.once import OnceForm
from sopcases.refusal import Refused

LONG = 5000
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)
IMPOSSIBLE = "Periksa tahunnya."


class MomentField(forms.DateTimeField):
    """A moment to the minute, in the agency's zone."""

    def __init__(self, **kwargs):
        kwargs.setdefault(
            "widget", forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        )
        kwargs.setdefault(
            "error_messages",
            {
                "required": "Isi tanggal dan jamnya.",
                "invalid": "Isi tanggal dan jam, misalnya 14-11-2026 02.15.",
            },
        )
        formats = [
            "%Y-%m-%dT%H:%M",
            "%Y-%m-%dT%H:%M:%S",
            "%d-%m-%Y %H:%M",
            "%d-%m-%Y %H.%M",
            "%d/%m/%Y %H.%M",
        ]
        super().__init__(input_formats=formats, **kwargs)

    def to_python(self, value):
        try:
            found = super().to_python(value)
        except (OverflowError, ValueError):
            raise ValidationError(IMPOSSIBLE, code="invalid") from None
        if found and not FIRST_DAY <= found.date() <= LAST_DAY:
            raise ValidationError(IMPOSSIBLE, code="invalid")
        return found


class DayField(forms.DateField):
    """A calendar day."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        kwargs.setdefault(
            "error_messages",
            {"required": "Isi tanggalnya.", "invalid": "Isi tanggal, misalnya 14-11-2026."},
        )
        super().__init__(input_formats=["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"], **kwargs)

    def to_python(self, value):
        found = super().to_python(value)
        if found and not FIRST_DAY <= found <= LAST_DAY:
            raise ValidationError(IMPOSSIBLE, code="invalid")
        return found


class LongField(forms.CharField):
    """A text of several lines."""

    def __init__(self, rows: int = 4, **kwargs):
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        kwargs.setdefault("max_length", LONG)
        super().__init__(**kwargs)


class ReasonField(LongField):
    """A reason that must be given."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", "Alasan")
        kwargs.setdefault("error_messages", {"required": "Isi alasannya."})
        super().__init__(rows=3, **kwargs)


class _Photos(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos, each drawn anew; cleaned to a list of Accepted, perhaps empty."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", _Photos(attrs={"accept": "image/jpeg,image/png"}))
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def clean(self, data, initial=None) -> list[Accepted]:
        files = [file for file in (data if isinstance(data, list) else [data]) if file]
        if len(files) > PHOTO_LIMIT:
            raise ValidationError(f"Paling banyak {PHOTO_LIMIT} foto sekali kirim.", code="many")
        found, sentences = [], []
        for file in files:
            try:
                found.append(accept_photo(file))
            except Refused as refusal:
                sentences += refusal.sentences
        if sentences:
            raise ValidationError(sentences, code="refused")
        return found


class ActForm(OnceForm):
    """A form of one act. `version` is that of the row as the page showed it; the act compares."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, version: int | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = version
        name_in_errors(self.fields)


def name_in_errors(fields: dict[str, forms.Field]) -> None:
    """A summary of errors stands apart from the fields: "Isi tempat." instead of "this field"."""
    for field in fields.values():
        if field.error_messages["required"] == forms.Field.default_error_messages["required"]:
            act = "Pilih" if isinstance(field, forms.ChoiceField) else "Isi"
            field.error_messages["required"] = f"{act} {str(field.label or '').lower()}."


def check_verbal_order(form: forms.Form, data: dict) -> None:
    """An order by word of mouth is told whole: by whom, and when."""
    by, at = data.get("verbal_order_by"), data.get("verbal_order_at")
    if by and not at and "verbal_order_at" not in form.errors:
        form.add_error("verbal_order_at", "Isi waktu perintah lisan.")
    if at and not by:
        form.add_error("verbal_order_by", "Sebutkan siapa yang memberi perintah lisan.")


def now_to_the_minute():
    """What the clock shows, for a field that begins with it."""
    return timezone.localtime().replace(second=0, microsecond=0)
