"""How much waits on the desks of several officers, as far as a superior may read: one statement for all."""

from collections.abc import Iterator, Sequence

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case as Choose
from django.db.models import IntegerField, Max, Q, QuerySet, When

from sopcases.cases.models import Case
from sopcases.desk import duties
from sopcases.letters.models import IncomingLetter, Letter
from sopcases.people.authority import Officer


def counts(officers: Sequence[Officer], reader: Officer) -> list[tuple[int, int, int]]:
    """For each of these officers how many things he has to do, how many of them are late, and how many wait
    for others, as `Inbox` puts them into its sections. One query."""
    sqls: list[str] = []
    values: list = []
    for no, officer in enumerate(officers):
        for rows in _desk(officer, reader):
            try:
                sql, given = rows.order_by().query.sql_with_params()
            except EmptyResultSet:
                continue
            numbers = f"{no} AS seat, SUM(todo), SUM(late), SUM(waits_now)"
            sqls.append(f"SELECT {numbers} FROM ({sql}) counted")  # noqa: S608 - made by the ORM
            values += given
    found = [(0, 0, 0)] * len(officers)
    if sqls:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(sqls), values)
            for seat, *numbers in cursor.fetchall():
                found[seat] = tuple(a + int(b or 0) for a, b in zip(found[seat], numbers, strict=True))
    return found


def _flag(condition: Q | None) -> Choose:
    """1 where it holds."""
    whens = [] if condition is None else [When(condition, then=1)]
    return Choose(*whens, default=0, output_field=IntegerField())


def _flags(rows: QuerySet, todo: Q | None, late: Q | None, waits: Q | None) -> QuerySet:
    return rows.annotate(todo=_flag(todo), late=_flag(late), waits_now=_flag(waits)).values(
        "todo", "late", "waits_now"
    )


def _desk(officer: Officer, reader: Officer) -> Iterator[QuerySet]:
    """Everything on a desk, each row with where it stands there."""
    at, day, every = officer.at, officer.day, Q(pk__isnull=False)

    attempts = duties.open_to(duties.waiting_now(officer).filter(opened_at__lte=at), reader)
    over = Max(_flag(Q(step__alarm=True, late_at__lte=at)))
    nothing = _flag(None)
    things = duties.things(attempts, officer).annotate(
        late=over, todo=Max(_flag(every)), waits_now=Max(nothing)
    )
    yield things.values("thing", "todo", "late", "waits_now")

    yield _flags(duties.open_to(duties.waiting(officer), reader), None, None, every)
    yield _flags(duties.open_to(duties.requests(officer), reader), None, None, every)

    for goals in (duties.goals(officer), duties.goals_adrift(officer)):
        yield _flags(duties.open_to(goals, reader), every, Q(due_on__lt=day), None)

    held = Q(state=Case.State.ON_HOLD)
    leads = duties.open_to(duties.to_lead(officer), reader, "pk")
    yield _flags(leads, ~held, ~held & Q(term_due_at__lte=at), held)

    letters = duties.open_to(duties.letters(officer), reader)
    urgent = ~Q(waits="ink") | Q(state=Letter.State.PRINTABLE)
    asked = Q(waits__in=("initial", "sign"), late_at__lte=at)
    yield _flags(letters, urgent, asked, ~urgent & ~Q(state=Letter.State.DECIDED))

    yield _flags(duties.sheets(officer), every, None, None)

    incoming = duties.incoming_open_to(IncomingLetter.objects.waiting_for(officer), reader)
    own = Q(passed=False)
    yield _flags(incoming, own, own & Q(part_due__lt=day), Q(passed=True))
