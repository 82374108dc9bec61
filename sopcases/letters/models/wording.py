"""How an agency words and sets its letters: data, where a layout's own words and paper do not fit."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from sopcases.letters import placeholders
from sopcases.letters.layouts import LAYOUTS
from sopcases.people.models import Agency
from sopcases.sops.models import PaperKind


class PaperSize(models.TextChoices):
    """The value is the size as CSS writes it. Two sizes go by the name F4."""

    A4 = "210mm 297mm", "A4 (210 × 297 mm)"
    F4 = "215mm 330mm", "F4 (215 × 330 mm)"
    F4_NARROW = "210mm 330mm", "F4 (210 × 330 mm)"


class Typeface(models.TextChoices):
    """Free twins of the office's typefaces, of the same widths; the value is the family's name."""

    SANS = "Liberation Sans", "Arial"
    SERIF = "Liberation Serif", "Times New Roman"


OTHER_SCRIPTS = '"Letter Scripts", "Letter Han"'
"""As print.css names the fonts for what the typeface does not hold."""
NARROWEST, WIDEST = 15, 50
SMALLEST, LARGEST = 10, 13


class HouseStyle(models.Model):
    """The paper, margins and type of an agency's letters (tata naskah dinas; the local rule goes first).

    Margins are in millimetres, the type in points. Defaults: domain sheet, section 1.
    """

    agency = models.OneToOneField(
        Agency, models.CASCADE, related_name="house_style", verbose_name="perangkat daerah"
    )
    paper = models.CharField("kertas", max_length=12, choices=PaperSize.choices, default=PaperSize.A4)
    typeface = models.CharField("jenis huruf", max_length=20, choices=Typeface.choices, default=Typeface.SANS)
    type_size = models.PositiveSmallIntegerField(
        "ukuran huruf (poin)",
        default=12,
        validators=[MinValueValidator(SMALLEST), MaxValueValidator(LARGEST)],
    )
    margin_top = models.PositiveSmallIntegerField("batas atas (mm)", default=20)
    margin_right = models.PositiveSmallIntegerField("batas kanan (mm)", default=20)
    margin_bottom = models.PositiveSmallIntegerField("batas bawah (mm)", default=25)
    margin_left = models.PositiveSmallIntegerField("batas kiri (mm)", default=30)

    class Meta:
        verbose_name = "tata naskah"
        verbose_name_plural = "tata naskah"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    **{
                        f"margin_{side}__range": (NARROWEST, WIDEST)
                        for side in ("top", "right", "bottom", "left")
                    }
                ),
                name="housestyle_margins",
                violation_error_message=f"Batas halaman paling sedikit {NARROWEST} dan paling banyak "
                f"{WIDEST} mm.",
            ),
            models.CheckConstraint(
                condition=Q(type_size__range=(SMALLEST, LARGEST)),
                name="housestyle_type_size",
                violation_error_message=f"Ukuran huruf {SMALLEST} sampai {LARGEST} poin.",
            ),
        ]

    def __str__(self):
        return f"{self.get_paper_display()}, {self.get_typeface_display()} {self.type_size}"

    def page_css(self, paper: str = "", *, wide: bool = False) -> str:
        """The rules that set the paper, for the PDF engine; `paper` overrides the size, `wide` turns it."""
        sides = (paper or self.paper).split()
        margins = (self.margin_top, self.margin_right, self.margin_bottom, self.margin_left)
        return (
            f"@page {{ size: {' '.join(sides[::-1] if wide else sides)}; "
            f"margin: {' '.join(f'{mm}mm' for mm in margins)} }} "
            f'html {{ font: {self.type_size}pt "{self.typeface}", {OTHER_SCRIPTS}, sans-serif }}'
        )


class Wording(models.Model):
    """How an agency words a kind of letter; what is empty is the layout's own."""

    kind = models.OneToOneField(
        PaperKind, models.PROTECT, related_name="wording", verbose_name="jenis dokumen"
    )
    title = models.CharField("judul pada naskah", max_length=200, blank=True)
    opening = models.TextField("kalimat pembuka", blank=True)
    basis = models.JSONField("dasar tetap", default=list, blank=True)
    tasks = models.JSONField("tugas tetap", default=list, blank=True)
    closing = models.TextField("kalimat penutup", blank=True)
    cc = models.JSONField("tembusan tetap", default=list, blank=True)
    headings = models.JSONField("judul bagian", default=list, blank=True)
    first_party_left = models.BooleanField("Pihak Kesatu menandatangani di kiri", default=True)
    initials_box = models.BooleanField(
        "kotak paraf hierarki",
        default=False,
        help_text="Di kiri bawah naskah: setiap pemaraf, dengan tanggal parafnya atau ruang kosong.",
    )
    paper = models.CharField(
        "kertas", max_length=12, choices=PaperSize.choices, blank=True, help_text="Kosong: kertas kantor."
    )

    class Meta:
        verbose_name = "redaksi naskah"
        verbose_name_plural = "redaksi naskah"

    def __str__(self):
        return self.title or str(self.kind)

    def clean(self):
        """Every placeholder is one that a letter of the kind can fill."""
        if self.kind_id is None:
            return
        layout = LAYOUTS.get(self.kind.layout)
        # What is filled into the form of a new letter cannot know what is only typed into it.
        typed = layout.placeholders if layout else {}
        errors = {}
        for name in ("title", "opening", "closing", *STANDING):
            value = getattr(self, name)
            known = placeholders.COMMON if name in (*STANDING, "title") else {**placeholders.COMMON, **typed}
            if name == "title":
                known = [k for k in known if k != "judul"]
            text = "\n".join(map(str, value)) if isinstance(value, list) else value
            if sentence := placeholders.problem(text, known):
                errors[name] = sentence
        if errors:
            raise ValidationError(errors)


STANDING = ("basis", "tasks", "cc")
"""Lists of a wording that a new letter of the kind starts with; its drafter may change them."""


def page_css(kind: PaperKind, agency: Agency, *, wide: bool) -> str:
    """The rules that set the paper of a letter of this kind; "" where nothing sets any."""
    style = getattr(agency, "house_style", None)
    wording = getattr(kind, "wording", None)
    paper = wording.paper if wording else ""
    return (style or HouseStyle()).page_css(paper, wide=wide) if style or paper or wide else ""
