"""Whose hands a letter bears, and that they are three (design rule 16).

One home for letters drafted here and for scans of letters written elsewhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sopcases.cases.models import InkHand, Paper
from sopcases.cases.wording import day as day_text
from sopcases.people.authority import Signatory, holders, signatories
from sopcases.people.models import Appointment, User
from sopcases.refusal import Refused
from sopcases.sops.models import PaperKind

UPLOADER, DRAFTER, DISPOSER, SIGNER = "pengunggah", "pengonsep", "pemaraf", "penanda tangan"
SOLE = "Tidak ada pejabat lain yang memegang jabatan ini sekarang: tuliskan alasan Anda merangkap."
THREE_HANDS = (
    "Yang mengunggah, yang memaraf, dan yang menandatangani surat ini harus tiga orang yang berbeda. "
    "Minta petugas lain mengunggahnya."
)
TOO_MANY = "Satu orang tidak boleh sekaligus menjadi pengonsep, pemaraf, dan penanda tangan surat yang sama."


@dataclass(frozen=True)
class Hands:
    """Who may initial and sign a letter of a kind, in a case of an area, on a day."""

    kind: PaperKind
    area_id: int | None

    def holders(self, position_id: int | None, day: date) -> list[Appointment]:
        """Who can use a position's authority on the day."""
        return [a for a in holders(self.kind.agency_id, day, [position_id]) if self._here(a.area_id)]

    def signatories(self, day: date) -> list[Signatory]:
        """Who may sign on the day: the holders of the signing position, and those who may for them."""
        rows = signatories(self.kind.agency_id, day, self.kind.signer_id)
        return [s for s in rows if self._here(s.area_id)]

    def _here(self, area_id: int | None) -> bool:
        return area_id is None or self.area_id in (None, area_id)

    def _able(self, position_id: int | None, day: date) -> Sequence[Appointment | Signatory]:
        signing = position_id == self.kind.signer_id
        return self.signatories(day) if signing else self.holders(position_id, day)

    def crossing(
        self, user: User, position_id: int | None, day: date, before: Sequence[str]
    ) -> tuple[bool, str | None]:
        """May this person be one hand more? `before`: the hands he is already.

        Answers (whether a reason is due, the sentence of refusal or None). One person may be two hands only
        when nobody else holds the position on the day, and never three. Who uploads a letter written
        elsewhere is none of its hands, for any other may upload it.
        """
        if not before:
            return False, None
        if UPLOADER in before:
            return False, THREE_HANDS
        if len(before) > 1:
            return False, TOO_MANY
        others = {str(a.user) for a in self._able(position_id, day) if a.user_id != user.pk}
        if others:
            names = ", ".join(sorted(others))
            return False, (
                f"{user} sudah menjadi {before[0]} surat ini. Tahap ini harus dilakukan orang lain: {names}."
            )
        return True, None

    def named(self, user: User | None, position_id: int | None, day: date) -> Appointment | Signatory:
        """The authority with which somebody is a hand on the day. Raises Refused."""
        hand = SIGNER if position_id == self.kind.signer_id else DISPOSER
        if user is None:
            raise Refused(f"Sebutkan {hand} surat ini.")
        for authority in self._able(position_id, day):
            if authority.user_id == user.pk:
                return authority
        raise Refused(
            f"{user} tidak memegang kewenangan {hand} surat ini pada {day_text(day)}. "
            "Periksa nama dan tanggal."
        )

    def on_paper(
        self,
        day: date,
        initials: Iterable[tuple[int, User | None]],
        signer: User | None,
        before: Mapping[int, Sequence[str]],
        reason: str,
    ) -> tuple[list[Appointment], Signatory]:
        """The authority of each hand that a paper signed in ink bears: the paraf in their order, the signer.

        `initials`: the position and who initialled for it. `before`: user → the hands he is already. Raises
        Refused: a hand not named or without authority on that day, one person too often, no reason for it.
        """
        held = defaultdict(list, {user: list(hands) for user, hands in before.items()})
        due, found = False, []
        for position, user in [*initials, (self.kind.signer_id, signer)]:
            authority = self.named(user, position, day)
            needs, sentence = self.crossing(authority.user, position, day, held[authority.user_id])
            if sentence:
                raise Refused(sentence)
            due |= needs
            held[authority.user_id].append(DISPOSER)
            found.append(authority)
        demand_reason(due, reason)
        return found[:-1], found[-1]


def demand_reason(due: bool, reason: str) -> None:
    """Where one person is two hands, it is said why. Raises Refused."""
    if due and not reason.strip():
        raise Refused(SOLE)


def write(paper: Paper, initials: Iterable[Appointment], signer: Signatory, reason: str) -> None:
    """The hands of a paper written elsewhere, under their titles of that day."""
    rows = [(a.user_id, a.title, False) for a in initials]
    rows.append((signer.user_id, signer.acting_title, True))
    told = [InkHand(paper=paper, no=n, user_id=u, title=t, signs=s) for n, (u, t, s) in enumerate(rows, 1)]
    told[-1].reason = reason.strip()
    InkHand.objects.bulk_create(told)


def of_papers(papers: Iterable[int]) -> dict[int, list[InkHand]]:
    """Paper → its hands, in their order. One query."""
    found: dict[int, list[InkHand]] = defaultdict(list)
    for row in InkHand.objects.filter(paper__in=papers).select_related("user").order_by("paper", "no"):
        found[row.paper_id].append(row)
    return found
