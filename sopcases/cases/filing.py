"""Putting a paper that came as a file into the dossier: what it is, how far it counts, whose hands it has."""

from collections.abc import Iterable, Sequence
from datetime import date

from sopcases.cases import agenda as numbers
from sopcases.cases import hands, mandates
from sopcases.cases.hands import UPLOADER, Hands
from sopcases.cases.mandates import Order
from sopcases.cases.models import Adult, Paper
from sopcases.cases.progress import Progress
from sopcases.cases.uploads import Accepted
from sopcases.cases.walk import Walk
from sopcases.people.models import Appointment, User
from sopcases.refusal import Refused, demand
from sopcases.sops import flow
from sopcases.sops.models import PaperKind, Stage


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
    before: Sequence[User | None] = (),
    hands_reason: str = "",
    orders: Order | None = None,
    agenda: str = "",
    agenda_given: bool = False,
    received_on: date | None = None,
    adult: Adult | None = None,
) -> Paper:
    """A paper made of a file, not yet filed anywhere.

    Incoming and citizens' papers count as signed; reports and records are ready, and signed when the scan
    bears the signatures (`signed`). An official letter must be the scan signed in ink: it names who
    initialled (`before`, in the order of the kind, and last `disposed_by`) and who signed, each with that
    authority on the day it bears; none of them uploads it, and one person is two of them only as
    `Hands.crossing` allows. What a letter of assignment says (`orders`) is held against what is done.
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
    initials, signatory = [], None
    if letter:
        if dated is None:
            raise Refused("Isi tanggal surat seperti tercantum pada naskahnya.")
        chain = [*before, *[disposed_by] * bool(kind.disposer_id)]
        chain = [None] * (len(kind.chain) - len(chain)) + chain
        told, held = zip(kind.chain, chain, strict=True), {walk.by.user.pk: [UPLOADER]}
        rule = Hands(kind, walk.case.area_id)
        initials, signatory = rule.on_paper(dated, told, signed_by, held, hands_reason)
        disposed_by = _disposer(walk, initials)
    if orders and orders.ends < orders.starts:
        raise Refused("Tanggal selesai penugasan mendahului tanggal mulai.")
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
        paper.file.save(f"dokumen{accepted.suffix}", accepted.as_file(), save=False)
    paper.save()
    if signatory:
        hands.write(paper, initials, signatory, hands_reason)
    if orders:
        mandates.write(paper, orders.starts, orders.ends, orders.place, orders.officers)
    return paper


def _disposer(walk: Walk, initials: list[Appointment]) -> User | None:
    """Who disposed in the SOP's sense: the hand that a disposing step names, else the last to initial."""
    named = {position for step in walk.plan.steps for position in step.positions(flow.DISPOSES)}
    found = [a for a in initials if a.position_id in named] or initials[-1:]
    return found[0].user if found else None


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
    demand(refuse_scan(walk, paper), Refused)
    paper.mime, paper.sha256 = accepted.mime, accepted.sha256
    paper.file.save(f"dokumen{accepted.suffix}", accepted.as_file(), save=False)
    paper.save()
    walk.log("paper.scanned", paper=paper.pk, kind=paper.kind_id)
    return paper
