"""The states of a letter and the ways between them; domain.md section 6 has the words."""

from django.db import models


class Track(models.TextChoices):
    """Which way a paper takes: by paraf and signature, or fixed by its drafter and signed by its parties."""

    LETTER = "letter", "Surat dinas"
    RECORD = "record", "Berita acara atau laporan"


class LetterState(models.TextChoices):
    DRAFT = "draft", "Konsep"
    PROPOSED = "proposed", "Diajukan"
    RETURNED = "returned", "Dikembalikan untuk diperbaiki"
    INITIALLED = "initialled", "Diparaf"
    READY = "ready", "Siap ditandatangani"
    DECIDED = "decided", "Menunggu tanda tangan"
    SIGNED = "signed", "Ditandatangani"
    SENT = "sent", "Dikirim"
    PRINTABLE = "printable", "Siap cetak"
    AWAITING = "awaiting", "Menunggu tanda tangan para pihak"
    COMPLETE = "complete", "Lengkap"
    VOID = "void", "Dibatalkan"
    REPLACED = "replaced", "Diganti"

    @classmethod
    def transitions(cls) -> dict[str, set[str]]:
        """Every permitted change of state.

        "Diparaf" waits for the next paraf, and after the last one for a number that another office gives.
        """
        ended = {cls.VOID, cls.REPLACED}
        return {
            cls.DRAFT: {cls.PROPOSED, cls.READY, cls.INITIALLED, cls.PRINTABLE, *ended},
            cls.PROPOSED: {cls.RETURNED, cls.INITIALLED, cls.READY, cls.SIGNED, *ended},
            cls.RETURNED: {cls.PROPOSED, cls.READY, cls.INITIALLED, *ended},
            cls.INITIALLED: {cls.INITIALLED, cls.READY, cls.RETURNED, cls.SIGNED, *ended},
            cls.READY: {cls.DECIDED, cls.RETURNED, cls.SIGNED, *ended},
            cls.DECIDED: {cls.SIGNED, *ended},
            cls.SIGNED: {cls.SENT, *ended},
            cls.SENT: set(ended),
            cls.PRINTABLE: {cls.AWAITING, cls.COMPLETE, *ended},
            cls.AWAITING: {cls.COMPLETE, *ended},
            cls.COMPLETE: set(ended),
            cls.VOID: {cls.REPLACED},
            cls.REPLACED: set(),
        }


EDITABLE = (LetterState.DRAFT, LetterState.RETURNED)
IN_CHAIN = (LetterState.PROPOSED, LetterState.INITIALLED)
WAITING = (
    LetterState.PROPOSED,
    LetterState.RETURNED,
    LetterState.INITIALLED,
    LetterState.READY,
    LetterState.DECIDED,
    LetterState.PRINTABLE,
    LetterState.AWAITING,
)
"""Somebody has still to do something about it."""
INKED = (LetterState.SIGNED, LetterState.SENT)
"""Signed and in force, sent or not."""
ENDED = (LetterState.VOID, LetterState.REPLACED)
FACES = {
    LetterState.DRAFT: "Konsep – belum ditandatangani",
    LetterState.PROPOSED: "Konsep yang diajukan – belum ditandatangani",
    LetterState.RETURNED: "Konsep – belum ditandatangani",
    LetterState.INITIALLED: "Konsep yang sudah diparaf – belum ditandatangani",
    LetterState.READY: "Siap ditandatangani – belum berlaku sebelum ditandatangani dan dicap",
    LetterState.DECIDED: "Menunggu tanda tangan – belum berlaku sebelum ditandatangani dan dicap",
    LetterState.SIGNED: "Salinan teks – yang berlaku ialah naskah bertanda tangan basah dalam berkas",
    LetterState.SENT: "Salinan teks – yang berlaku ialah naskah bertanda tangan basah dalam berkas",
    LetterState.PRINTABLE: "Menunggu tanda tangan para pihak – belum berlaku sebelum ditandatangani",
    LetterState.AWAITING: "Menunggu tanda tangan para pihak – belum berlaku sebelum ditandatangani",
    LetterState.COMPLETE: "Salinan teks – yang berlaku ialah naskah bertanda tangan basah dalam berkas",
    LetterState.VOID: "Dibatalkan – tidak berlaku",
    LetterState.REPLACED: "Diganti – tidak berlaku",
}
SPOKEN_FACE = "Disetujui lisan, tanda tangan menyusul – belum berlaku sebelum ditandatangani dan dicap"
WATERMARKS = {
    LetterState.DRAFT: "KONSEP",
    LetterState.PROPOSED: "KONSEP",
    LetterState.RETURNED: "KONSEP",
    LetterState.INITIALLED: "KONSEP",
    LetterState.VOID: "DIBATALKAN",
    LetterState.REPLACED: "DIGANTI",
}
"""What the face of a print says: no print ever looks more signed than it is."""
