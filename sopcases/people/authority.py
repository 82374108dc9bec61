"""Who may act as what at a moment, and how the name prints.

An `Officer` is a user together with the authority held at one moment. Verbs take it as `by`: the moment of
recording (`by.at`) and the authority used can then never disagree.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import FilteredRelation, Q

from sopcases.people.models import Appointment, Delegation, Position, User

LEFT = " (tidak lagi bertugas)"
"""Said after the name of somebody, or a position he held, that he holds no more."""
KEPT_TITLE = 200
"""Characters of a title that acts and the journal keep; who holds several positions may have more."""


@dataclass(frozen=True)
class Hat:
    """One position held on the day, and how it prints."""

    position_id: int
    kind: str
    title: str
    area_id: int | None
    may_record: bool
    may_waive: bool
    may_close: bool
    external: bool
    speaks_for: frozenset[int]
    """The users whose assignments the hat covers: his own, and of those a Plh. stands in for."""
    left: bool = False
    """Whether he holds the position no more: no authority, only what is still assigned to him in it."""

    @property
    def vacant(self) -> bool:
        """Whether it is a post that nobody holds (`Officer.nobody`)."""
        return self.left and not self.speaks_for


class Officer:
    """A user at a moment. Costs one query, read once and kept."""

    def __init__(self, user: User, at: datetime):
        self.user = user
        self.at = at
        self.left: tuple[Hat, ...] = ()
        """Positions that he left with cases assigned to him, where that was asked for (`colleague`)."""

    def __repr__(self):
        return f"<Officer {self.user} {self.at:%Y-%m-%d %H:%M}>"

    @property
    def agency(self):
        return self.user.agency

    @property
    def day(self) -> date:
        """The agency's own calendar day of the moment."""
        return local_day(self.agency, self.at)

    @cached_property
    def hats(self) -> tuple[Hat, ...]:
        """Positions held now. A Plh. suspends the holder's authority for his days; a superuser is a
        stranger to casework, whatever he is appointed to."""
        if self.user.agency_id is None or not self.user.is_active or self.user.is_superuser:
            return ()
        rows = self._office[1]
        mine = [a for a in self._acting if a.user_id == self.user.pk]
        return tuple(
            Hat(
                position_id=a.position_id,
                kind=a.kind,
                title=a.title,
                area_id=a.area_id,
                may_record=a.position.may_record,
                may_waive=a.position.may_waive,
                may_close=a.position.may_close,
                external=a.position.external,
                speaks_for=frozenset({a.user_id}) | _absent(a, rows),
            )
            for a in mine
        )

    @cached_property
    def _office(self) -> tuple[dict[int, Position], list[Appointment]]:
        """All positions of the agency by id, and the appointments valid today."""
        held = FilteredRelation("appointments", condition=_on("appointments__", self.day))
        rows = Position.objects.filter(agency_id=self.user.agency_id).annotate(held=held).order_by("id")
        columns = (
            *_POSITION,
            *(f"held__{name}" for name in _APPOINTMENT),
            *("held__user__is_active", "held__user__is_superuser"),
        )
        positions, found = {}, []
        for values in rows.values_list(*columns):
            position = Position(**dict(zip(_POSITION, values, strict=False)))
            positions[position.pk] = position
            active, superuser = values[-2:]
            if active and not superuser:  # the others hold nothing
                row = Appointment(**dict(zip(_APPOINTMENT, values[len(_POSITION) : -2], strict=True)))
                row.position = position
                found.append(row)
        return positions, sorted(found, key=lambda a: (a.position_id, -a.valid_from.toordinal(), -a.pk))

    def colleague(self, user: User, left: Iterable[int] = ()) -> "Officer":
        """Another officer of the same agency at the same moment, with the positions he left; who holds what
        is read once for both."""
        user.agency = self.user.agency
        other = Officer(user, self.at)
        other.__dict__ |= {"_office": self._office, "_acting": self._acting, "kept": self.kept}
        other.left = tuple(_left({user.pk}, self.positions[position]) for position in sorted(left))
        return other

    def nobody(self, posts: Iterable[int]) -> "Officer":
        """Stands where nobody does: the posts lie on his desk, and nothing is ever assigned to him."""
        other = self.colleague(User(pk=0))
        other.left = tuple(_left((), self.positions[post]) for post in posts)
        return other

    @property
    def desk(self) -> tuple[Hat, ...]:
        """The hats whose work lies on his desk: those he wears, then those he left."""
        return self.hats + self.left

    @cached_property
    def kept(self) -> dict[str, object]:
        """What other rooms read of the agency for this moment, each once, for him and his colleagues."""
        return {}

    @cached_property
    def _acting(self) -> list[Appointment]:
        """Who can use the authority of which position today."""
        return _awake(self._office[1])

    @property
    def acting(self) -> list[tuple[int, int, str]]:
        """User, position and title of everybody of the agency who holds a position today."""
        return [(a.user_id, a.position_id, a.title) for a in self._acting]

    @cached_property
    def appointed(self) -> dict[tuple[int, int | None], set[int]]:
        """Position and area → the users appointed there today, also while a Plh. stands in for them."""
        found: dict[tuple[int, int | None], set[int]] = {}
        for a in self._office[1]:
            found.setdefault((a.position_id, a.area_id), set()).add(a.user_id)
        return found

    @cached_property
    def standing_in(self) -> dict[tuple[int, int | None], dict[int, frozenset[int]]]:
        """Position and area → each Plh. there today, with the users he stands in for."""
        found: dict[tuple[int, int | None], dict[int, frozenset[int]]] = {}
        for a in self._office[1]:
            if absent := _absent(a, self._office[1]):
                found.setdefault((a.position_id, a.area_id), {})[a.user_id] = absent
        return found

    def holders_of(self, position_id: int) -> set[int]:
        """The users who hold a position today, also while a Plh. stands in for them."""
        found = (users for (position, _), users in self.appointed.items() if position == position_id)
        return set().union(*found)

    @property
    def holding(self) -> set[tuple[int, int]]:
        """User and position of whoever holds one today, also while a Plh. stands in for him."""
        return {(a.user_id, a.position_id) for a in self._office[1]}

    def superiors(self, position_id: int, areas: Container[int | None] | None = (None,)) -> list[int]:
        """The users nearest above a position who can use their authority today, in one of the areas (None:
        wherever): vacant posts and the officer himself are passed over."""
        seen = {position_id}
        while (position := self.positions.get(position_id)) and (above := position.superior_id):
            if above in seen:
                break
            seen.add(above)
            held = [a for a in self._acting if a.position_id == above]
            here = {a.user_id for a in held if areas is None or a.area_id in areas}
            if found := sorted(here - {self.user.pk}):
                return found
            position_id = above
        return []

    @property
    def positions(self) -> dict[int, Position]:
        """All positions of his agency by id, read with his hats."""
        return self._office[0]

    @property
    def may_act(self) -> bool:
        return bool(self.hats)

    @property
    def title(self) -> str:
        """All titles held, for a page's person menu."""
        return ", ".join(hat.title for hat in self.hats)

    @property
    def acting_title(self) -> str:
        """The same as acts and the journal keep it."""
        return self.title[:KEPT_TITLE]

    def hat_for(self, position_ids, area_id=None) -> Hat | None:
        """The hat that covers one of the positions in the area; an appointment without area covers all
        of the agency, but an outside partner only his own."""
        for hat in self.hats:
            if hat.position_id in position_ids and (
                hat.area_id is None or area_id is None or hat.area_id == area_id
            ):
                return hat
        return None

    def holds(self, position_ids, area_id=None) -> bool:
        return self.hat_for(position_ids, area_id) is not None

    @cached_property
    def heads(self) -> tuple[Hat, ...]:
        """His hats that lead the office: nobody stands above them, and somebody below."""
        return tuple(
            hat
            for hat in self.hats
            if self.positions[hat.position_id].superior_id is None
            and not hat.external
            and len(self.reach[hat.position_id]) > 1
        )

    def depth(self, position_id: int) -> int:
        """How many positions stand above one of the agency's."""
        seen = {position_id}
        while (position := self.positions.get(position_id)) and (superior := position.superior_id):
            if superior in seen:
                break
            seen.add(superior)
            position_id = superior
        return len(seen) - 1

    @cached_property
    def delegated(self) -> dict[int, frozenset[int]]:
        """Position → those that may sign for it today (a.n., u.b.). One query, read once and kept."""
        found: dict[int, frozenset[int]] = {}
        rows = Delegation.objects.in_force(self.day).filter(principal__agency=self.user.agency_id)
        for principal, delegate in rows.values_list("principal", "delegate"):
            found[principal] = found.get(principal, frozenset()) | {delegate}
        return found

    @cached_property
    def reach(self) -> dict[int, set[int]]:
        """For each hat's position: itself and every position below it."""
        if not self.hats:
            return {}
        below: dict[int | None, list[int]] = {}
        for position in self.positions.values():
            below.setdefault(position.superior_id, []).append(position.pk)
        return {hat.position_id: _descend(hat.position_id, below) for hat in self.hats}


@dataclass(frozen=True)
class Signatory:
    """Who may sign for a position on a day, and how that prints; `until` is the last day of the authority."""

    user: User
    title: str
    until: date | None
    area_id: int | None

    @property
    def user_id(self) -> int:
        return self.user.pk

    @property
    def acting_title(self) -> str:
        """The title in one line, as acts and the journal keep it."""
        return " ".join(self.title.split())[:KEPT_TITLE]


@dataclass(frozen=True)
class Machine:
    """The system itself acting at a moment, as in the journal: it holds no position."""

    at: datetime
    user: None = None
    title: str = "Sistem"
    acting_title: str = "Sistem"
    hats: tuple[Hat, ...] = ()


def _left(users: Iterable[int], position: Position) -> Hat:
    """Without any authority: it only says what waits there, assigned to one of the users."""
    return Hat(
        position_id=position.pk,
        kind=Appointment.Kind.DEFINITIVE,
        title=position.name,
        area_id=None,
        may_record=False,
        may_waive=False,
        may_close=position.may_close,
        external=position.external,
        speaks_for=frozenset(users),
        left=True,
    )


def _descend(top: int, below: dict[int | None, list[int]]) -> set[int]:
    """The position and all below it; a loop typed by mistake ends the walk instead of the server."""
    seen: set[int] = set()
    stack = [top]
    while stack:
        position = stack.pop()
        if position not in seen:
            seen.add(position)
            stack.extend(below.get(position, ()))
    return seen


def local_day(agency, at: datetime) -> date:
    """The calendar day in the agency's zone; without an agency the day of the moment itself."""
    return at.astimezone(ZoneInfo(agency.timezone)).date() if agency else at.date()


def in_force(agency_id: int, day: date) -> list[Appointment]:
    """Appointments of an agency whose authority can be used on the day.

    A Plh. stands in for the absent holder: while he does, definitive and Plt. appointments to the same
    position rest. Inactive users and superusers hold nothing.
    """
    return _awake(_valid(agency_id, day))


_POSITION = ("id", "superior_id", "name", "external", "may_record", "may_waive", "may_close")
_APPOINTMENT = (
    *("id", "user_id", "position_id", "kind", "valid_from", "valid_until"),
    *("printed_title", "area_id", "stands_in_for_id"),
)


def _on(to: str, day: date) -> Q:
    """Appointments valid on the day; `to` is the way to them."""
    until = Q(**{f"{to}valid_until__isnull": True}) | Q(**{f"{to}valid_until__gte": day})
    return until & Q(**{f"{to}valid_from__lte": day})


def _valid(agency_id: int, day: date) -> list[Appointment]:
    return list(
        Appointment.objects.filter(_on("", day), position__agency_id=agency_id)
        .filter(user__is_active=True, user__is_superuser=False)
        .select_related("position", "user")
        .order_by("position_id", "-valid_from", "-id")
    )


def _awake(rows: list[Appointment]) -> list[Appointment]:
    acting = [a for a in rows if a.kind == Appointment.Kind.PLH]
    return [a for a in rows if not any(_rests(a, deputy) for deputy in acting)]


def _absent(deputy: Appointment, rows: list[Appointment]) -> frozenset[int]:
    """The users he stands in for as a Plh."""
    return frozenset(a.user_id for a in rows if _rests(a, deputy))


def _rests(appointment: Appointment, deputy: Appointment) -> bool:
    """Whether a Plh. stands in for this holder: the one he names, else whoever holds the position there."""
    return (
        deputy.kind == Appointment.Kind.PLH != appointment.kind
        and appointment.position_id == deputy.position_id
        and deputy.stands_in_for_id in (None, appointment.user_id)
        and deputy.area_id in (None, appointment.area_id)
    )


def holders(agency_id: int, day: date, position_ids) -> list[Appointment]:
    """Who can use the authority of these positions on the day."""
    wanted = set(position_ids)
    return [a for a in in_force(agency_id, day) if a.position_id in wanted]


def signatories(agency_id: int, day: date, position_id: int | None) -> list[Signatory]:
    """Who may sign for a position on the day: its holders, then those who may sign for it (a.n., u.b.)."""
    if position_id is None:
        return []
    rows = _valid(agency_id, day)
    awake = _awake(rows)
    found = [
        Signatory(a.user, a.title, a.valid_until, a.area_id) for a in awake if a.position_id == position_id
    ]
    delegations = Delegation.objects.in_force(day).filter(principal=position_id, principal__agency=agency_id)
    for delegation in delegations.select_related("principal", "delegate__superior").order_by("id"):
        above = [delegation.printed_title or _printed(rows, delegation.principal)]
        if delegation.delegate.superior_id != delegation.principal_id:
            above += [_printed(rows, delegation.delegate.superior), "u.b."]
        found += [
            Signatory(
                a.user,
                "\n".join([f"a.n. {above[0]}", *above[1:], a.title]),
                min(filter(None, (a.valid_until, delegation.valid_until)), default=None),
                a.area_id,
            )
            for a in awake
            if a.position_id == delegation.delegate_id
        ]
    return found


def ratifiers(agency_id: int, day: date) -> list[tuple[int, Signatory]]:
    """Who may ratify for the whole office on the day, each after the position whose authority it takes: those
    who lead it (nobody stands above them, and somebody below), and those who may sign for them."""
    tops = Position.objects.filter(
        agency_id=agency_id, superior=None, external=False, subordinates__isnull=False
    )
    heads = tops.order_by("id").distinct().values_list("pk", flat=True)
    return [(head, found) for head in heads for found in signatories(agency_id, day, head)]


def _printed(rows: list[Appointment], position: Position) -> str:
    """How a position prints without its holder's prefix: as his appointment says, else by its name."""
    titles = (a.printed_title for a in rows if a.position_id == position.pk and a.printed_title)
    return next(titles, position.name)
