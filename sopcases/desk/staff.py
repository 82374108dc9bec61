"""The desks of those below an officer in the chain of superiors: what waits there, and the cases that may be
handed to somebody else.

Never in the order of lateness: people stand by their position and name. Only what the superior may read
counts, and each number is that of the desk behind it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from sopcases.cases.addresses import case_url
from sopcases.cases.models import Case, CaseOfficer
from sopcases.cases.models.case import covered
from sopcases.desk import duties, seats, vacant, wording
from sopcases.desk.chain import WALKED, above, below, left_behind, wherever
from sopcases.desk.inbox import Inbox, Row, Section, capped, children_of
from sopcases.desk.listing import open_steps
from sopcases.people.access import gate
from sopcases.people.authority import LEFT, Hat, Officer
from sopcases.people.models import User
from sopcases.sops.flow import number_of
from sopcases.sops.models import Step
from sopcases.sops.parts import parts_for

SEATS = 10
"""Desks on a page: their numbers are counted in one statement."""
SHOWN = 50
"""Cases on the page that hands them over."""
NOT_TO_LEAD = "Hanya pejabat yang berwenang menutup penanganan."
NOBODY_BELOW = "Meja pegawai hanya untuk jabatan yang membawahi jabatan lain."


def why_not_lead(officer: Officer) -> str | None:
    """Whether he has people whose desks he sees."""
    return None if below(officer) else NOBODY_BELOW


def unmanned(officer: Officer) -> list[Section]:
    """What waits for nobody, for the officer who has to see to it before others above him: a row for each who
    left with cases assigned to him, and for each step of a vacant post. None where there are none."""
    rows = (*_rows_of_who_left(officer), *_rows_of_vacant_posts(officer))
    return [Section("unmanned", "Tanpa petugas", rows, more=False)] if rows else []


def _rows_of_who_left(officer: Officer) -> Iterator[Row]:
    cases: dict[tuple[str, int, int], int] = {}
    for user, position, area, count in _left_below(officer):
        revisions = parts_for(officer).revisions({position})
        if officer.user.pk in above(officer.colleague(user), position, wherever(area), revisions):
            key = str(user), user.pk, position
            cases[key] = cases.get(key, 0) + count
    for (name, user, position), count in sorted(cases.items()):
        yield _unmanned_row(officer, name, user, position, count)


def _unmanned_row(officer: Officer, name: str, user: int, position: int, count: int) -> Row:
    title = officer.positions[position].name
    leads = _leads(officer)
    return Row(
        what=f"{count} penanganan tanpa petugas",
        who=f"{name}, {title}{LEFT}",
        why="Ditetapkan baginya: tidak ada yang dapat bertindak sebelum dialihkan kepada pegawai lain",
        since="",
        due="",
        late=False,
        url=hand_over_url(user, jabatan=position) if leads else desk_url(user),
        action="Alihkan" if leads else "Lihat",
    )


def _rows_of_vacant_posts(officer: Officer) -> Iterator[Row]:
    posts, under = vacant.posts(officer), below(officer)
    if posts is None or not under & {hat.position_id for hat in posts.desk}:
        return
    attempts = duties.open_to(duties.live_attempts(posts).filter(opened_at__lte=officer.at), officer)
    late = Q(step__alarm=True, late_at__lte=officer.at)
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for mine, step, revision, area, *numbers in (
        duties.with_turn(attempts, posts)
        .order_by("mine", "step", "case__area")
        .values_list("mine", "step", "step__revision", "case__area")
        .annotate(cases=Count("case", distinct=True), late=Count("pk", filter=late))
    ):
        hat = posts.desk[int(mine.split()[0])]
        if hat.position_id in under and officer.user.pk in above(
            posts, hat.position_id, wherever(area), {revision}
        ):
            before = found.get((hat.position_id, step), (0, 0))
            found[hat.position_id, step] = before[0] + numbers[0], before[1] + numbers[1]
    steps = Step.objects.select_related("revision__sop").in_bulk({step for _, step in found}) if found else {}
    order = sorted(found, key=lambda key: (officer.depth(key[0]), key[0], steps[key[1]].order, key[1]))
    for position, step in order:
        yield _vacant_row(officer, position, steps[step], *found[position, step])


def _vacant_row(officer: Officer, position: int, step: Step, cases: int, late: int) -> Row:
    title, revision = officer.positions[position].name, step.revision
    held, partner = officer.holders_of(position), officer.positions[position].external
    why = f"Tidak ada {title} yang bertugas untuknya" if held else f"Jabatan {title} kosong"
    to_do = "Tugaskan seseorang pada penanganannya, catatkan untuknya, atau minta" if partner else "Minta"
    asked = {"sop": revision.sop.slug, "revisi": revision.no, "langkah": step.key}
    return Row(
        what=f"Langkah {number_of(step)}: {step.activity}",
        who=f"{cases} penanganan · {revision.name}",
        why=f"{why}; langkah ini tidak ada di meja siapa pun. {to_do} admin menetapkan penugasannya.",
        since="",
        due="",
        late=late > 0,
        url=f"{reverse('desk:cases')}?{urlencode(asked)}",
        action="Lihat",
    )


def _left_below(officer: Officer) -> list[tuple[User, int, int | None, int]]:
    """Of the cases he may read those that officers below left behind (`left_behind`), with the users
    themselves. Kept with the officer."""
    if "_left_below" not in officer.__dict__:
        under = below(officer)
        rows = left_behind(officer, under, Case.objects.visible_to(officer)) if under else []
        users = User.objects.in_bulk({row.user for row in rows}) if rows else {}
        officer.__dict__["_left_below"] = [(users[row.user], *row[1:]) for row in rows]
    return officer.__dict__["_left_below"]


@dataclass(frozen=True)
class Seat:
    """One officer below, with what waits for him: counts as text, "0" for nothing."""

    name: str
    titles: str
    url: str
    todo: str
    late: str
    waiting: str


class Staff:
    """The officers below a superior, page by page. A constant number of queries."""

    def __init__(self, officer: Officer, after: str):
        self.officer = officer
        self.start = int(after) if after.isdecimal() and len(after) < 6 else 0

    @cached_property
    def people(self) -> list[tuple[User, str]]:
        """Users and their titles below, nearest to the superior first, then by title and name; who left with
        cases still assigned to him stands where he stood."""
        under = below(self.officer)
        held: dict[int, list[tuple[tuple[bool, int], str]]] = {}
        for user, position, title in self.officer.acting:
            if position in under and user != self.officer.user.pk:
                held.setdefault(user, []).append((self._distance(position), title))
        for user, positions in self._left.items():
            for position in positions:
                title = self.officer.positions[position].name + LEFT
                held.setdefault(user, []).append((self._distance(position), title))
        users = User.objects.in_bulk(held)
        order = sorted(held, key=lambda user: (min(held[user]), users[user].name, user))
        return [(users[user], ", ".join(title for _, title in sorted(held[user]))) for user in order]

    @cached_property
    def _left(self) -> dict[int, set[int]]:
        """User → the positions he left."""
        found: dict[int, set[int]] = {}
        for user, position, *_ in _left_below(self.officer):
            found.setdefault(user.pk, set()).add(position)
        return found

    def _distance(self, position: int) -> tuple[bool, int]:
        """Partners outside the office come last."""
        return self.officer.positions[position].external, self.officer.depth(position)

    @cached_property
    def seats(self) -> list[Seat]:
        page = self.people[self.start : self.start + SEATS]
        officers = [self.officer.colleague(user, self._left.get(user.pk, ())) for user, _ in page]
        counts = seats.counts(officers, self.officer)
        return [
            Seat(str(user), titles, desk_url(user.pk), *(capped(n) or "0" for n in numbers))
            for (user, titles), numbers in zip(page, counts, strict=True)
        ]

    @property
    def newer(self) -> str:
        return f"?mulai={max(0, self.start - SEATS)}" if self.start else ""

    @property
    def older(self) -> str:
        return f"?mulai={self.start + SEATS}" if len(self.people) > self.start + SEATS else ""


def desk_url(user: int) -> str:
    return reverse("desk:desk", kwargs={"officer": user})


def hand_over_url(user: int, **asked: object) -> str:
    query = urlencode({key: value for key, value in asked.items() if value})
    return reverse("desk:hand_over", kwargs={"officer": user}) + (f"?{query}" if query else "")


@dataclass(frozen=True)
class Movable:
    """A case that may be handed over; `token` says who was assigned when it was shown."""

    token: str
    number: str
    noun: str
    who: str
    step: str
    url: str
    assigned: bool


class Desk:
    """The desk of one officer, as somebody above him sees it."""

    def __init__(self, reader: Officer, officer: Officer):
        self.reader, self.officer = reader, officer

    @cached_property
    def hats(self) -> tuple[Hat, ...]:
        """His positions below the reader, those he left last."""
        under = below(self.reader)
        return tuple(hat for hat in self.officer.desk if hat.position_id in under)

    @property
    def title(self) -> str:
        return ", ".join(title_of(hat) for hat in self.hats)

    @property
    def left(self) -> bool:
        """Whether nobody sits at it any more."""
        return all(hat.left for hat in self.hats)

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self.officer, self.reader)

    def hat(self, position: str) -> Hat:
        """The hat asked for by its position, else the first."""
        return next((hat for hat in self.hats if str(hat.position_id) == position), self.hats[0])

    def colleagues(self, hat: Hat) -> list[tuple[int, str]]:
        """Others who hold the position today: user and title."""
        held = {user: title for user, p, title in self.officer.acting if p == hat.position_id}
        held.pop(self.officer.user.pk, None)
        names = User.objects.in_bulk(held)
        return sorted(((user, f"{names[user]}, {title}") for user, title in held.items()), key=lambda r: r[1])

    def cases(self, hat: Hat) -> QuerySet[Case]:
        """Running cases in which he is assigned in the position, or where a step or letter waits for him."""
        mine = CaseOfficer.objects.filter(
            case=OuterRef("pk"), position=hat.position_id, user=self.officer.user, until=None
        )
        waits = duties.live_attempts(self.officer).filter(case=OuterRef("pk"))
        return Case.objects.visible_to(self.reader).filter(
            Q(Exists(mine)) | Q(Exists(waits)),
            covered(hat, self.officer.user, ""),
            revision__in=parts_for(self.officer).revisions({hat.position_id}),
            state__in=WALKED,
        )

    def movable(self, hat: Hat, after: str = "") -> tuple[list[Movable], int]:
        """A page of them, oldest first, and the id after which the next begins (0: there is none)."""
        rows = self.cases(hat).select_related("sop").order_by("pk")
        if after.isdecimal() and len(after) < 18:
            rows = rows.filter(pk__gt=int(after))
        found = list(rows[: SHOWN + 1])
        shown = found[:SHOWN]
        return self._told(shown, hat), shown[-1].pk if len(found) > SHOWN else 0

    def _told(self, cases: Sequence[Case], hat: Hat) -> list[Movable]:
        set_now = CaseOfficer.objects.filter(case__in=cases, position=hat.position_id, until=None)
        assigned = dict(set_now.values_list("case", "user"))
        children, steps = children_of({case.pk for case in cases}), open_steps(cases, self.reader.at)
        return [
            Movable(
                token=f"{case.pk}-{assigned.get(case.pk, 0)}",
                number=case.number,
                noun=case.sop.noun,
                who=wording.children(children.get(case.pk, ())),
                step=steps.get(case.pk, ""),
                url=case_url(case),
                assigned=case.pk in assigned,
            )
            for case in cases
        ]


def find_desk(reader: Officer, officer: int) -> Desk | None:
    """The desk of an officer who holds a position below the reader's today, or left one with cases that the
    reader may see assigned to him."""
    if not reader or not reader.may_act or officer == reader.user.pk:
        return None
    under = below(reader)
    visible = Case.objects.visible_to(reader)
    left = {row.position for row in left_behind(reader, under, visible, user=officer)}
    if not left and not any(user == officer and held in under for user, held, _ in reader.acting):
        return None
    return Desk(reader, reader.colleague(User.objects.get(pk=officer), left))


def title_of(hat: Hat) -> str:
    return hat.title + LEFT if hat.left else hat.title


desk_gate = gate("meja pegawai", find_desk)


def why_not_hand_over(desk: Desk, officer: Officer) -> str | None:
    """Whoever may close cases may say who acts in them (`Progress.refuse_lead`)."""
    return None if _leads(officer) else NOT_TO_LEAD


def _leads(officer: Officer) -> bool:
    return any(hat.may_close for hat in officer.hats)
