"""Reports as files: asked for, gathered slice by slice, written, taken along, forgotten.

Nobody waits for a worker: the page that shows the progress asks for the next slice, and `make_exports` (cron)
goes on with what was left. Both may run at once and be killed at any moment: a slice counts when its rows and
the key it ended at are committed together, and the file when it stands whole beside its row.
"""

import hashlib
import logging
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.core.files import File
from django.db import transaction
from django.db.models import Subquery
from django.utils import timezone

from sopcases.cases.printing import joined
from sopcases.desk.models import Export, ExportPages, ExportPart
from sopcases.desk.reports import files
from sopcases.desk.reports.asking import Report
from sopcases.desk.reports.catalogue import REPORTS
from sopcases.desk.reports.table import Row
from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.people.keeping import keeping
from sopcases.people.models import User
from sopcases.refusal import Refused

log = logging.getLogger(__name__)

SLICE = 500
LARGEST = 100_000
PRINTED = 10_000
"""Rows on paper at most: a book of some 500 pages."""
DRAWN = 500
"""Rows drawn at once: some 25 pages, ten seconds of the one PDF engine."""
PART = 200
"""Rows drawn together of a longer register."""
KEPT = timedelta(days=2)
STALE = timedelta(minutes=5)
"""A file that somebody began to write so long ago is begun anew: he was killed."""
TOO_LONG = "Laporan ini terlalu panjang untuk satu berkas ({units}). Persempit masanya atau saringannya."
TOO_LONG_TO_PRINT = (
    "Laporan ini terlalu panjang untuk dicetak ({units}; paling banyak {most} baris). Persempit masanya atau "
    "saringannya, atau unduh sebagai Excel."
)
NOT_HIS = "Jabatan yang dipakai saat meminta berkas ini tidak lagi Anda pegang. Minta berkasnya kembali."
NOT_VALID = "Saringan laporan ini tidak berlaku lagi. Minta kembali."


def hats_of(officer: Officer) -> list[list[int | None]]:
    """The positions that decide what an officer may read, each with its area."""
    held = [[hat.position_id, hat.area_id] for hat in officer.hats]
    return sorted(held, key=lambda hat: (hat[0], hat[1] or 0))


def still_his(export: Export, officer: Officer) -> bool:
    """Whether he may have what he could read when he asked: every position of then is his still."""
    mine = officer.user.pk == export.user_id and officer.user.agency_id == export.agency_id
    held = hats_of(officer)
    return mine and bool(held) and all(hat in held for hat in export.hats)


def find_export(officer: Officer, export: int) -> Export | None:
    """A file that the officer asked for, while he holds what he asked under."""
    if export >= 2**63 or not officer.may_act:
        return None
    row = Export.objects.filter(pk=export, user=officer.user).select_related("agency", "user").first()
    return row if row and still_his(row, officer) else None


def report_of(export: Export, officer: Officer) -> Report:
    """The report as it was asked, read with the authority of now."""
    return REPORTS[export.report](officer, export.parameters, at=export.asked_at, named=export.named)


def ask(report: Report, ending: str, by: Officer) -> Export:
    """Ask for a report as a file; written down with who and what. Raises Refused for one that is too long."""
    total = report.units
    if total > LARGEST:
        raise Refused(TOO_LONG.format(units=total))
    if ending == Export.Format.PDF and total > PRINTED:
        raise Refused(TOO_LONG_TO_PRINT.format(units=total, most=PRINTED))
    export = Export.objects.create(
        agency=by.agency,
        user=by.user,
        report=report.slug,
        parameters=report.parameters,
        format=ending,
        named=report.identifies and report.named,
        hats=hats_of(by),
        asked_at=by.at,
        expires_at=by.at + KEPT,
        total=total,
    )
    _log(export, by, "export.asked")
    return export


def go_on(export: Export, by: Officer, seconds: float) -> Export:
    """Work on a file for about so long; it is finished or not."""
    began = time.monotonic()
    while export.open and time.monotonic() - began < seconds:
        before = (export.state, export.done, export.printed)
        export = work(export, by)
        if (export.state, export.done, export.printed) == before:
            break  # somebody else is at it
    return export


def work(export: Export, by: Officer) -> Export:
    """The next slice, the next pages, or the file. Done by two at once, it is done once."""
    if export.open and not still_his(export, by):
        _fail(export, NOT_HIS)
    elif export.open and not (report := report_of(export, by)).valid:
        _fail(export, NOT_VALID)
    elif export.state == Export.State.GATHERING:
        _gather(export, report)
    elif export.state == Export.State.WRITING and _in_parts(export) and export.printed < export.rows:
        _print(export, report, by)
    elif export.state == Export.State.WRITING:
        _write(export, report, by)
    return Export.objects.select_related("agency", "user").get(pk=export.pk)


def _gather(export: Export, report: Report) -> None:
    found = report.slice(export.after, SLICE)
    with transaction.atomic():
        row = Export.objects.select_for_update().get(pk=export.pk)
        if (row.state, row.after, row.done) != (export.state, export.after, export.done):
            return
        if found.rows:
            ExportPart.objects.create(export=row, no=row.rows, rows=[one.stored() for one in found.rows])
        row.after, row.done, row.rows = found.after, row.done + found.units, row.rows + len(found.rows)
        if not found.after:
            row.state = Export.State.WRITING
        row.save(update_fields=["after", "done", "rows", "state"])
        # What a report counts before may be cases, each of many rows.
        if row.format == Export.Format.PDF and row.rows > PRINTED:
            _fail(row, TOO_LONG_TO_PRINT.format(units=f"{row.rows} baris", most=PRINTED))


def _in_parts(export: Export) -> bool:
    return export.format == Export.Format.PDF and export.rows > DRAWN


def _print(export: Export, report: Report, by: Officer) -> None:
    """The next pages of a long register."""
    if not _claim(export, by.at):
        return
    since = export.printed
    rows = list(islice(_rows(export, report, since), PART))
    last = since + len(rows) >= export.rows
    content, printed = files.print_part(_document(export, report), rows, first=not since, last=last)
    with transaction.atomic():
        row = Export.objects.select_for_update().get(pk=export.pk)
        if (row.state, row.claimed_at, row.printed) != (Export.State.WRITING, by.at, since):
            return
        ExportPages.objects.create(export=row, no=since, content=content)
        row.printed, row.claimed_at = since + printed, None
        row.save(update_fields=["printed", "claimed_at"])


def _document(export: Export, report: Report) -> files.Document:
    return files.Document(
        agency=export.agency,
        title=report.title,
        columns=report.columns,
        rows=_rows(export, report),
        facts=tuple(report.facts),
        notes=tuple(report.notes),
        grouped=report.grouped,
        at=export.asked_at,
    )


def _write(export: Export, report: Report, by: Officer) -> None:
    if not _claim(export, by.at):
        return
    with tempfile.TemporaryFile() as out:
        if _in_parts(export):
            joined([bytes(content) for content in export.pages.values_list("content", flat=True)], out)
        else:
            files.write(_document(export, report), export.format, out)
        out.seek(0)
        digest = hashlib.file_digest(out, "sha256").hexdigest()
        with keeping():
            row = Export.objects.select_for_update().get(pk=export.pk)
            if row.state != Export.State.WRITING or row.claimed_at != by.at:
                return
            out.seek(0)
            row.file.save(f"{uuid.uuid4().hex}.{row.format}", File(out), save=False)
            row.sha256, row.finished_at, row.state = digest, by.at, Export.State.READY
            row.save(update_fields=["file", "sha256", "finished_at", "state"])
            _drop_halves(row)
            _log(row, by, "export.made")


def _claim(export: Export, at: datetime) -> bool:
    """Whether it is this one who writes the file now."""
    with transaction.atomic():
        row = Export.objects.select_for_update().get(pk=export.pk)
        free = row.claimed_at is None or row.claimed_at <= at - STALE
        if row.state != Export.State.WRITING or not free:
            return False
        row.claimed_at = at
        row.save(update_fields=["claimed_at"])
        return True


def _rows(export: Export, report: Report, since: int = 0) -> Iterator[Row]:
    """What was gathered, from so many rows on; parts that lie before are not read."""
    holding = export.parts.filter(no__lte=since).order_by("-no").values("no")[:1]
    parts = export.parts.filter(no__gte=Subquery(holding)).order_by("no").values_list("no", "rows")
    for no, rows in parts.iterator(chunk_size=2):
        for stored in rows[max(0, since - no) :]:
            yield Row.restored(stored, report.columns)


def _fail(export: Export, reason: str) -> None:
    with transaction.atomic():
        row = Export.objects.select_for_update().get(pk=export.pk)
        if row.open:
            row.state, row.reason = Export.State.FAILED, reason
            row.save(update_fields=["state", "reason"])
            _drop_halves(row)


def _drop_halves(export: Export) -> None:
    """What was gathered and drawn for a file serves nothing more."""
    export.parts.all().delete()
    export.pages.all().delete()


def _log(export: Export, by: Officer, verb: str) -> None:
    """Who takes what along: the report, how it was narrowed, with names or without, how many rows."""
    facts = {"report": export.report, "format": export.format, "parameters": export.parameters}
    journal.write(by, verb, export, **facts, named=export.named, rows=export.rows or export.total)


def make_all(at: datetime) -> tuple[int, list[int]]:
    """Finish what was left unfinished, each with the authority its asker holds now; answers how many, and
    those that an error stopped, which the log tells: the others go on without them."""
    made, stopped = 0, []
    for pk in list(Export.objects.unfinished().order_by("pk").values_list("pk", flat=True)):
        try:
            made += _finished(pk, at)
        except Exception:
            log.exception("The export %s could not be made.", pk)
            stopped.append(pk)
    return made, stopped


def _finished(pk: int, at: datetime) -> bool:
    export = Export.objects.select_related("agency", "user").get(pk=pk)
    by = Officer(User.objects.select_related("agency").get(pk=export.user_id), at)
    with timezone.override(export.agency.timezone):
        return not go_on(export, by, float("inf")).open


def forget(at: datetime) -> int:
    """Delete the files that are kept no longer, and what was gathered for them; the rows stay."""
    gone = 0
    for export in Export.objects.outdated(at):
        with transaction.atomic():
            row = Export.objects.select_for_update().get(pk=export.pk)
            kept, row.file, row.state = row.file.name, "", Export.State.EXPIRED
            row.save(update_fields=["file", "state"])
            _drop_halves(row)
            if kept:
                storage = row.file.storage
                transaction.on_commit(lambda name=kept, storage=storage: storage.delete(name))
        gone += 1
    return gone
