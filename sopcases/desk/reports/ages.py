"""The age groups of the recaps: whole years at a day, by the middle of the days a child may be born on."""

from datetime import date

from sopcases.cases.wording import months_old

GROUPS = (("0–5 tahun", 6), ("6–12 tahun", 13), ("13–17 tahun", 18), ("18 tahun ke atas", 200))
"""Each with the first age beyond it: a balita of the categories is up to five, a child up to seventeen."""
UNKNOWN = "Umur belum diketahui"


def years(birth_from: date | None, birth_until: date | None, on: date) -> int | None:
    """Whole years on a day; None while nothing is known."""
    if birth_from is None or birth_until is None:
        return None
    return months_old(birth_from, birth_until, on) // 12


def group_of(birth_from: date | None, birth_until: date | None, on: date) -> str:
    age = years(birth_from, birth_until, on)
    if age is None:
        return UNKNOWN
    return next(name for name, end in GROUPS if age < end)
