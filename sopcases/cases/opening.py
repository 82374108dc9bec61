"""Opening a case: who may, under which number, until when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from sopcases.cases import clocks
from sopcases.cases.models import Case, CaseNumber, Paper
from sopcases.cases.uploads import Accepted
from sopcases.cases.walk import walking
from sopcases.people import authority, journal
from sopcases.people.authority import Officer
from sopcases.people.models import Agency
from sopcases.refusal import Refused, demand
from sopcases.sops.models import Performer, Revision
from sopcases.worktime.models import calendar_for


@dataclass(frozen=True)
class Source:
    """A letter of the agenda that a case is opened from: nothing that stands there is typed twice.

    `scan` reads its file; None where there is none. `became` tells it which case it opened, and as which
    paper it was filed there (None: it was not).
    """

    name: str
    url: str
    sender: str
    number: str
    dated: date
    received_on: date
    about: str
    agenda: str
    confidential: bool
    scan: Callable[[], Accepted] | None
    became: Callable[[Case, Paper | None], None]

    def paper(self) -> dict:
        """What `file_document` takes."""
        return {
            "issuer": self.sender,
            "number": self.number,
            "dated": self.dated,
            "received_on": self.received_on,
            "agenda": self.agenda,
            "agenda_given": True,
            "description": self.about,
        }


def refuse_open(revision: Revision, by: Officer) -> str | None:
    """Whoever takes part in the SOP, or stands above one who does, may open a case under it."""
    if revision.sop.revision_on(authority.local_day(revision.sop.agency, by.at)) != revision:
        return "SOP ini tidak sedang berlaku."
    if not Revision.objects.filter(_takes_part(by), pk=revision.pk).exists():
        return "Jabatan Anda tidak bertugas dalam SOP ini."
    return None


def openable(by: Officer) -> QuerySet[Revision]:
    """The revisions that an officer may open a case under today, as `refuse_open` says of each."""
    return Revision.objects.on(by.day).filter(_takes_part(by), sop__agency=by.agency)


def _takes_part(by: Officer) -> Exists:
    reach = {p for below in by.reach.values() for p in below}
    return Exists(Performer.objects.filter(step__revision=OuterRef("pk"), position__in=reach))


def open_case(revision: Revision, by: Officer, *, event_at: datetime, route: str = "", **facts) -> Case:
    """Open a case under a revision in force; its number is taken under lock.

    `facts`: area, place, reporter, reporter_phone, circumstances, verbal_order_by, verbal_order_at.
    """
    demand(refuse_open(revision, by))
    if event_at > by.at:
        raise Refused("Waktu kejadian tidak boleh di masa depan.")
    routes = {r["key"] for r in revision.routes}
    if routes and route not in routes:
        raise Refused("Pilih jalur masuk: " + ", ".join(r["name"] for r in revision.routes) + ".")
    when = facts.get("verbal_order_at")
    if facts.get("verbal_order_by") and (when is None or when > by.at):
        raise Refused("Isi waktu perintah lisan; tidak boleh di masa depan.")
    area = facts.get("area")
    if area is not None and area.agency_id != revision.sop.agency_id:
        raise Refused("Wilayah ini milik perangkat daerah lain.")
    with transaction.atomic():
        sop = revision.sop
        # One that changes the calendar holds the agency's row: the term is reckoned before or after that.
        agency = Agency.objects.select_for_update(no_key=True).get(pk=sop.agency_id)
        case = Case.objects.create(
            agency=agency,
            number=_next_number(sop, authority.local_day(sop.agency, by.at).year),
            sop=sop,
            revision=revision,
            route=route if routes else "",
            event_at=event_at,
            opened_at=by.at,
            opened_by=by.user,
            term_due_at=_term_due(revision, agency, by.at),
            **facts,
        )
        journal.write(by, "case.opened", case)
        with walking(case, by) as walk:
            walk.changed = True
            walk.advance()
        case.refresh_from_db()
        return case


def _next_number(sop, year: int) -> str:
    row, _ = CaseNumber.objects.select_for_update().get_or_create(
        agency_id=sop.agency_id, code=sop.code, year=year
    )
    row.last += 1
    row.save(update_fields=["last"])
    return str(row)


def _term_due(revision: Revision, agency: Agency, at: datetime) -> datetime | None:
    term = clocks.standard(revision.term_text)
    return clocks.end_of(calendar_for(agency), term, at) if term else None
