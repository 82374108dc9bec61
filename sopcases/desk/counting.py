"""How much waits for an officer, counted for the navigation of every page.

The ORM takes several times longer to write these queries than the database to answer them, so the statement
is written once and kept. What it says depends on the officer, his hats, the positions and parts there,
and the day; the moment is put in anew each time.
"""

from collections.abc import Hashable
from datetime import datetime

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from sopcases.cases.models import Case
from sopcases.desk import duties
from sopcases.people.authority import Officer
from sopcases.sops.parts import parts_for

KEPT = 256
"""Statements kept by a process: one for each officer who was seen today."""
MOMENT = object()
"""Stands in a kept statement for the officer's moment."""
_statements: dict[Hashable, tuple[str, tuple]] = {}


def waiting(officer: Officer, most: int) -> list[int]:
    """How many letters, steps, cases, goals, goals adrift, letters that came and documents of SOPs wait for
    the officer, in this order, none counted beyond `most`. One query."""
    key = _depends_on(officer), most
    if key not in _statements:
        if len(_statements) >= KEPT:
            _statements.clear()
        _statements[key] = _written(officer, most)
    sql, values = _statements[key]
    moment = _as_parameter(officer.at)
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment if value is MOMENT else value for value in values])
        return list(cursor.fetchone())


def _depends_on(officer: Officer) -> Hashable:
    """All that `_written` reads of the officer, but for the moment."""
    positions = tuple((p.pk, p.superior_id, p.external) for p in officer.positions.values())
    who = connection.alias, officer.user.pk, officer.user.agency_id, officer.day
    appointed = frozenset((place, frozenset(users)) for place, users in officer.appointed.items())
    absent = frozenset((place, *told) for place, by in officer.standing_in.items() for told in by.items())
    return who, officer.hats, positions, appointed, absent, tuple(parts_for(officer).rows)


def _written(officer: Officer, most: int) -> tuple[str, tuple]:
    sqls: list[str] = []
    values: list = []
    for rows in _rows(officer):
        try:
            sql, given = rows.order_by()[:most].query.sql_with_params()
        except EmptyResultSet:
            sql, given = "SELECT 1 WHERE 1 = 0", ()
        sqls.append(f"(SELECT COUNT(*) FROM ({sql}) counted)")  # noqa: S608 - made by the ORM
        values += given
    moment = _as_parameter(officer.at)
    return f"SELECT {', '.join(sqls)}", tuple(MOMENT if value == moment else value for value in values)


def _rows(officer: Officer) -> tuple[QuerySet, ...]:
    """One column each; what is not urgent counts nowhere."""
    return (
        duties.letters_to_act(officer).values("pk"),
        duties.things(duties.waiting_now(officer).filter(opened_at__lte=officer.at), officer),
        duties.to_lead(officer).exclude(state=Case.State.ON_HOLD).values("pk"),
        duties.goals(officer).values("pk"),
        duties.goals_adrift(officer).values("pk"),
        duties.incoming_to_act(officer).values("pk"),
        duties.sheets(officer).values("pk"),
    )


def _as_parameter(moment: datetime) -> datetime | str:
    return connection.ops.adapt_datetimefield_value(moment)
