"""What a page of an SOP says of its signature: how far it is, whose, and what this officer can do."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.formats import date_format

from sopcases.people.authority import Officer, local_day
from sopcases.sops import freezing
from sopcases.sops.models import FrozenSheet


@dataclass(frozen=True)
class Signature:
    """The document that is kept of a revision. An address is "" where the officer cannot do it."""

    state: str
    tone: str
    text: str
    facts: tuple[tuple[str, str], ...]
    pdf_url: str
    sign_url: str
    scan_url: str

    @property
    def signed(self) -> bool:
        return self.tone == "done"


def signature(row: FrozenSheet | None, officer: Officer) -> Signature | None:
    """None where the revision is printed as it stands."""
    if row is None:
        return None
    revision = row.revision
    here = f"/sop/{revision.sop.slug}/revisi/{revision.no}/"
    refused = freezing.refuse_sign(row, officer)
    may_file = freezing.refuse_file_scan(row, officer) is None
    return Signature(
        state=row.state_text,
        tone="done" if row.is_signed else "waiting",
        text=_text(row, officer, refused),
        facts=facts(row),
        pdf_url=f"{here}dokumen/pdf/",
        sign_url=f"{here}tanda-tangani/" if refused is None else "",
        scan_url=f"{here}unggah-naskah/" if may_file else "",
    )


def facts(row: FrozenSheet) -> tuple[tuple[str, str], ...]:
    """What is known of the document and of its signature."""
    return tuple((label, value) for label, value in _facts(row) if value)


def _facts(row: FrozenSheet) -> Iterator[tuple[str, str]]:
    yield "Pejabat yang mengesahkan", ", ".join(filter(None, [row.signer_name, row.title_line]))
    yield "Dibekukan", day_text(local_day(row.revision.sop.agency, row.frozen_at))
    if row.is_signed:
        yield "Ditandatangani", f"{day_text(row.signed_on)}, {row.get_how_display().lower()}"
        yield "Sertifikat", row.certificate
        filed = local_day(row.revision.sop.agency, row.filed_at)
        by = "" if row.how != FrozenSheet.How.INK else f"{day_text(filed)} oleh {row.filed_by}"
        yield "Pindaian diunggah", by
    yield "Sidik berkas (SHA-256)", row.signed_sha256 or row.sha256


def day_text(day) -> str:
    return date_format(day, "j F Y")


def _text(row: FrozenSheet, officer: Officer, refused: str | None) -> str:
    if row.is_signed:
        return "Yang dibuka dan dicetak semua pegawai ialah naskah bertanda tangan ini, apa adanya."
    if row.signer_id is None:
        return (
            "SOP ini sudah disahkan di kertas, seperti tertulis pada lembarnya. Unggah pindaian naskah itu; "
            "sampai saat itu yang tercetak hanya salinan teksnya."
        )
    if row.signer_id == officer.user.pk:
        if refused is None:
            return "Naskah ini menunggu tanda tangan Anda."
        if refused == freezing.WET:
            return "Naskah ini menunggu tanda tangan Anda: cetak, tanda tangani, lalu unggah pindaiannya."
        return refused
    return (
        f"Naskah ini menunggu tanda tangan {row.signer_name}. Naskah yang ditandatangani di kertas diunggah "
        "penanda tangannya, petugas pencatat, atau admin."
    )
