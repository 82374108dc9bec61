"""Putting a paper that came as a file into the dossier: what it is, how far it counts, whose hands it has."""

from collections.abc import Iterable
from datetime import date

from sopcases.cases import agenda as numbers
from sopcases.cases.models import Adult, Paper
from sopcases.cases.progress import Progress
from sopcases.cases.uploads import Accepted
from sopcases.cases.walk import Walk
from sopcases.people import authority
from sopcases.people.models import User
from sopcases.refusal import Refused
from sopcases.sops.models import PaperKind, Stage

THREE_HANDS = (
    "Yang mengunggah, yang memaraf, dan yang menandatangani surat ini harus tiga orang yang berbeda. "
    "Minta petugas lain mengunggahnya."
)


def file_document(
    walk: Walk,
    kind: PaperKind,
    accepted: Accepted | None,
    *,
    output: int | None = None,
    children: Iterable[int] = (),
    child_id: int | None = None,
    occurrence: date | None = None,
    **facts,
) -> Paper:
    """A paper made of a file (see `document`), and filed: for the case or children, and as an output.

    Raises what `document` and `Walk.file` raise.
    """
    paper = document(walk, kind, accepted, **facts)
    walk.file(paper, output, children, child_id, occurrence)
    return paper


def document(
    walk: Walk,
    kind: PaperKind,
    accepted: Accepted,
    *,
    number: str = "",
    dated: date | None = None,
    issuer: str = "",
    original: bool | None = None,
    description: str = "",
    signed: bool = False,
    disposed_by: User | None = None,
    signed_by: User | None = None,
    agenda: str = "",
    agenda_given: bool = False,
    received_on: date | None = None,
    adult: Adult | None = None,
) -> Paper:
    """A paper made of a file, not yet filed anywhere.

    Incoming and citizens' papers count as signed; reports and records are ready, and signed when the scan
    bears the signatures (`signed`). An official letter must be the scan signed in ink: it names who
    initialled and who signed, holders of those positions on the day it bears; neither of them uploads it.
    An incoming letter is there when it has come: its scan may follow (`accepted` None, `attach_scan`), and it
    may bear the number it got in the office's agenda, typed as given, once a year; `agenda_given`: it is a
    letter of our own agenda and the number is the letter's. What a responsible adult signed names him
    (`adult`) and the day.

    Raises Refused with a sentence.
    """
    if dated is not None and dated > walk.by.day:
        raise Refused("Tanggal dokumen tidak boleh di masa depan.")
    if kind.agency_id != walk.case.agency_id:
        raise Refused("Jenis dokumen ini milik perangkat daerah lain.")
    if accepted is None and not kind.from_outside:
        raise Refused("Pilih berkasnya: satu PDF, atau satu atau beberapa foto.")
    agenda = agenda.strip()
    _check_agenda(walk, agenda, agenda_given, dated, received_on)
    _check_adult(walk, adult, dated)
    letter = kind.origin == PaperKind.Origin.LETTER
    if letter:
        _check_hands(walk, kind, dated, disposed_by, signed_by)
    paper = Paper(
        agency_id=walk.case.agency_id,
        kind=kind,
        stage=Stage.SIGNED if letter or kind.from_outside or signed else Stage.READY,
        number=number,
        dated=dated,
        issuer=issuer,
        original=original,
        description=description,
        agenda=agenda,
        agenda_year=received_on.year if agenda else None,
        received_on=received_on,
        mime=accepted.mime if accepted else "",
        sha256=accepted.sha256 if accepted else "",
        disposed_by=disposed_by if letter else None,
        signed_by=signed_by if letter else None,
        adult=adult,
        created_at=walk.by.at,
        created_by=walk.by.user,
    )
    if accepted is not None:
        walk.keep(paper.file, f"dokumen{accepted.suffix}", accepted)
    paper.save()
    return paper


def _check_agenda(walk: Walk, agenda: str, given: bool, dated: date | None, received_on: date | None) -> None:
    """The number of the agenda of incoming letters begins anew each year."""
    if agenda and received_on is None:
        raise Refused("Surat dengan nomor agenda harus bertanggal terima.")
    if received_on is None:
        return
    numbers.check_days(walk.by.day, dated, received_on)
    if agenda and not given:
        numbers.check_typed(walk.case.agency_id, agenda, received_on.year)


def _check_adult(walk: Walk, adult: Adult | None, dated: date | None) -> None:
    """Who signed a statement is of this agency, and signed it on a day."""
    if adult is None:
        return
    if adult.agency_id != walk.case.agency_id:
        raise Refused("Data orang ini milik perangkat daerah lain.")
    if dated is None:
        raise Refused("Isi tanggal dokumen ini ditandatangani.")


def refuse_scan(walk: Progress, paper: Paper) -> str | None:
    """Why no scan can be added to a paper, or None: only one that came without."""
    if (sentence := walk.refuse_touch()) is not None:
        return sentence
    if paper.file or paper.drafted_here or not walk.kinds[paper.kind_id].from_outside:
        return "Dokumen ini sudah berisi berkas."
    return "Dokumen ini sudah dibatalkan." if paper.voided_at is not None else None


def attach_scan(walk: Walk, paper_id: int, accepted: Accepted) -> Paper:
    """The scan of an incoming paper that was registered without it."""
    paper = Paper.objects.select_for_update().get(pk=paper_id)
    if all(f.paper_id != paper.pk for f in walk.filings):
        raise Refused("Dokumen ini tidak ada dalam penanganan ini.")
    if (sentence := refuse_scan(walk, paper)) is not None:
        raise Refused(sentence)
    paper.mime, paper.sha256 = accepted.mime, accepted.sha256
    walk.keep(paper.file, f"dokumen{accepted.suffix}", accepted)
    paper.save()
    walk.log("paper.scanned", paper=paper.pk, kind=paper.kind_id)
    return paper


def _check_hands(
    walk: Walk, kind: PaperKind, dated: date | None, disposer: User | None, signer: User | None
) -> None:
    """Whose hands an ink-signed letter bears (design rules 14 and 16)."""
    if dated is None:
        raise Refused("Isi tanggal surat seperti tercantum pada naskahnya.")
    hands = [("penanda tangan", kind.signer_id, signer)]
    if kind.disposer_id:
        hands.append(("pemaraf", kind.disposer_id, disposer))
    people = {walk.by.user.pk}
    for hand, position, user in hands:
        if user is None:
            raise Refused(f"Sebutkan {hand} surat ini.")
        holders = {a.user_id for a in authority.holders(walk.case.agency_id, dated, [position])}
        if user.pk not in holders:
            raise Refused(
                f"{user} tidak memegang kewenangan {hand} surat ini pada tanggal surat. "
                "Periksa nama dan tanggalnya."
            )
        people.add(user.pk)
    if len(people) < len(hands) + 1:
        raise Refused(THREE_HANDS)
