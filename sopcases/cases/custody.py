"""Where the originals are: each handing over of a paper, by a Berita Acara or written down by itself."""

from collections.abc import Iterable
from datetime import date

from sopcases.cases import wording
from sopcases.cases.models import Custody, Paper
from sopcases.cases.progress import Progress
from sopcases.cases.walk import Walk
from sopcases.refusal import Refused, demand

COPY = "Hanya dokumen asli yang dicatat penyimpannya; yang ada dalam berkas ini fotokopi."
VOID = "Dokumen ini sudah dibatalkan."


def refuse_hand_over(progress: Progress, paper: Paper) -> str | None:
    """Why it cannot be written down who keeps the paper, or None."""
    if paper.voided_at is not None:
        return VOID
    return progress.refuse_touch() if paper.original else COPY


def hand_over(walk: Walk, paper_id: int, holder: str, since: date) -> Custody:
    """An original was handed to somebody, or came back, on a day of the case, today at the latest.

    Raises:
        NotAllowed: who may not act on the case; a copy or a void paper.
        Refused: no holder, a day that has not come or was before the last handing over.
    """
    paper = next((f.paper for f in walk.filings if f.paper_id == paper_id), None)
    if paper is None:
        raise Refused("Dokumen ini tidak ada dalam berkas penanganan ini.")
    demand(refuse_hand_over(walk, paper))
    if since > walk.by.day:
        raise Refused("Tanggal penyerahan belum tiba.")
    last = latest([paper_id]).get(paper_id)
    if last and since < last.since:
        raise Refused(
            f"Dokumen ini dipegang {last.holder} sejak {wording.day(last.since)}; tanggalnya tidak boleh "
            "mendahuluinya."
        )
    if not holder.strip():
        raise Refused("Sebutkan siapa yang menyimpan dokumen ini.")
    return _write(walk, paper, holder.strip(), since, None)


def handed_by_record(walk: Walk, papers: Iterable[int], holder: str, since: date, basis: Paper) -> None:
    """The originals that a signed record says it handed over; those not on file any more are passed by."""
    found = {f.paper_id: f.paper for f in walk.filings}
    for pk in papers:
        if pk in found and found[pk].voided_at is None:
            _write(walk, found[pk], holder, since, basis)


def _write(walk: Walk, paper: Paper, holder: str, since: date, basis: Paper | None) -> Custody:
    title = walk.any_hat.title if walk.any_hat else walk.by.acting_title
    row = Custody.objects.create(
        paper=paper,
        case=walk.case,
        holder=holder[:200],
        since=since,
        basis=basis,
        recorded_at=walk.by.at,
        recorded_by=walk.by.user,
        acting_title=title,
    )
    walk.log("paper.handed", title, paper=paper.pk, kind=paper.kind_id, custody=row.pk)
    return row


def latest(papers: Iterable[int]) -> dict[int, Custody]:
    """Paper → who keeps it now; papers that were never handed over are left out. One query."""
    rows = Custody.objects.filter(paper__in=papers).select_related("basis__kind").order_by("since", "id")
    return {row.paper_id: row for row in rows}


def told(paper: Paper, row: Custody | None) -> str:
    """Where the original is, in words; "" for a copy."""
    if row is None:
        return "asli disimpan di kantor" if paper.original else ""
    by = f" ({row.basis.kind} {row.basis.number}".rstrip() + ")" if row.basis else ""
    return f"asli pada {row.holder} sejak {wording.day(row.since)}{by}"
