"""What a year's figures say of a step: does it work, and which standard would fit it? Pure.

A proposal is the ninetieth percentile rounded up to what the sheet's unit can say: nine of ten would keep it.
Of fewer than ENOUGH measured times nothing is proposed.
"""

from dataclasses import dataclass

from sopcases.desk.figures.measures import Figure, percent
from sopcases.sops import durations
from sopcases.worktime.calendar import WORKING_DAY, Duration

ENOUGH = 10
OFTEN = 20
"""Percent of a step's goes from which something happens often."""
STEP_OF_MINUTES = 5
DAY, WEEK, MONTH, YEAR = 1440, 7 * 1440, 30 * 1440, 365 * 1440


@dataclass(frozen=True)
class Proposed:
    """A standard as a sheet writes it, or "" and why none is proposed."""

    time: str
    because: str


def propose(figure: Figure, standard: Duration | None, basis: str, words: tuple[str, str]) -> Proposed:
    """`words`: median and ninetieth percentile as they are told."""
    if standard is None:
        return Proposed("", "Langkah ini tanpa waktu baku.")
    if figure.timed < ENOUGH:
        return Proposed("", f"Baru {figure.timed} kali diukur; usulan memerlukan sedikitnya {ENOUGH} kali.")
    median, ninetieth = words
    seen = f"90 % dari {figure.timed} kali selesai dalam {ninetieth}; nilai tengah {median}"
    fitting = rounded(figure.ninetieth, standard, basis)
    if fitting == standard:
        return Proposed("", f"{seen}: waktu baku sesuai.")
    return Proposed(durations.write(fitting), f"{seen}.")


def rounded(minutes: int, standard: Duration, basis: str) -> Duration:
    """So many minutes rounded up in the unit of the standard; office time that outgrows it goes on in hours,
    then in days."""
    minutes = max(minutes, 1)
    if not standard.by_calendar(basis):
        in_days = standard.days or standard.weeks or standard.months or standard.years
        if in_days or minutes > WORKING_DAY:
            return Duration(days=_up(minutes, WORKING_DAY), calendar=standard.calendar)
        unit = 60 if standard.minutes % 60 == 0 or minutes > 120 else STEP_OF_MINUTES
        return Duration(minutes=_up(minutes, unit) * unit, calendar=standard.calendar)
    if standard.years:
        return Duration(years=_up(minutes, YEAR), calendar=standard.calendar)
    if standard.months:
        return Duration(months=_up(minutes, MONTH), calendar=standard.calendar)
    if standard.weeks:
        return Duration(weeks=_up(minutes, WEEK), calendar=standard.calendar)
    if standard.days:
        return Duration(days=_up(minutes, DAY), calendar=standard.calendar)
    return Duration(minutes=_up(minutes, DAY) * DAY, calendar=standard.calendar)


def _up(amount: int, unit: int) -> int:
    return -(-amount // unit)


def signs(figure: Figure) -> list[str]:
    """What in the figures speaks against the step as it is, the gravest first; nothing when it works."""
    done, found = figure.done, []
    if not done:
        found.append("Tidak pernah selesai dalam tahun ini.")
    if figure.not_held > done:
        found.append(f"Lebih sering tidak terlaksana ({figure.not_held} kali) daripada terlaksana.")
    if figure.judged and 2 * figure.late > figure.judged:
        found.append(f"Lewat batas waktu pada {percent(figure.late, figure.judged)} % pelaksanaan.")
    for count, whole, words in (
        (figure.returned, done + figure.returned, "dikembalikan"),
        (figure.reopened, done, "dibuka kembali sesudah selesai"),
        (figure.waived, done, "selesai dengan kelengkapan menyusul"),
        (figure.early, done, "mendahului langkah sebelumnya"),
        (figure.verbal, done, "atas perintah lisan"),
    ):
        if count and 100 * count >= OFTEN * whole:
            found.append(f"Sering {words}: {count} kali.")
    return found
