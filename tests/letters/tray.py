"""Builders of incoming letters, all through the verbs."""

from datetime import date, timedelta

from sopcases.letters.models import Disposition, IncomingLetter
from sopcases.people.models import Position
from tests.cast import World


class Tray:
    """The tray of letters that come in, of the home agency unless another recorder says otherwise."""

    def __init__(self, world: World):
        self.world = world

    def by(self, name: str):
        return self.world.officer(name)

    def facts(self, **changes) -> dict:
        today = self.by("agus").day
        return {
            "received_on": today,
            "dated": today - timedelta(days=3),
            "sender": "Polsek Contoh",
            "number": "B/17/III/2026",
            "about": "Permohonan penanganan bayi",
            "urgency": "urgent",
            "confidential": False,
        } | changes

    def letter(self, by: str = "agus", scan=None, after: int = 0, **changes) -> IncomingLetter:
        return IncomingLetter.record(self.by(by), scan=scan, after=after, **self.facts(**changes))

    def key(self, position: str, user: str = "") -> str:
        """As the form sends it."""
        pk = Position.objects.get(agency=self.world.home, name=position).pk
        return f"{pk}-{self.world.users[user].pk}" if user else str(pk)

    def dispose(self, letter, by: str, *positions: str, due: date | None = None, **facts) -> Disposition:
        """Passed on by someone; the first of the parts."""
        facts.setdefault("asked", ["process"])
        officer = self.by(by)
        keys = [self.key(name) for name in positions]
        letter.refresh_from_db()
        return letter.dispose(officer, keys, due_on=due or officer.day + timedelta(days=3), **facts)[0]

    def down(self, **changes) -> tuple[IncomingLetter, Disposition, Disposition]:
        """A letter passed by the head to the Kabid and by him to the Kasi, with both parts."""
        letter = self.letter(**changes)
        upper = self.dispose(letter, "budi", "Kabid")
        return letter, upper, self.dispose(letter, "rahman", "Kasi")
