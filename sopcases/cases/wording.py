"""How moments, lengths and ages read on the pages of a case: pure, in Indonesian, without a clock."""

from datetime import date, datetime

from django.utils import timezone

from sopcases.worktime.calendar import MONTHS, WEEKDAYS


def day(value: date) -> str:
    """3 November 2026"""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def moment(at: datetime) -> str:
    """Sabtu 14 November 2026 pukul 03.10, in the zone of the agency (set for the request)."""
    local = timezone.localtime(at)
    return f"{WEEKDAYS[local.weekday()]} {day(local.date())} pukul {local:%H.%M}"


def length(minutes: int) -> str:
    """2 jam 40 menit"""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} jam"] * bool(hours) + [f"{rest} menit"] * bool(rest)
    return " ".join(parts) or "kurang dari 1 menit"


def months_between(first: date, last: date) -> int:
    """Whole months from one day to a later one."""
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def months_old(birth_from: date, birth_until: date, on: date) -> int:
    """Whole months on a day, from the middle of the days a child may be born on; none before its birth."""
    middle = birth_from + (birth_until - birth_from) / 2
    return max(0, months_between(min(middle, on), on))


def age(birth_from: date | None, birth_until: date | None, today: date) -> str:
    """3 bulan, sekitar 4 tahun; "" when nothing is known."""
    if birth_from is None or birth_until is None or birth_from > today:
        return ""
    months = months_old(birth_from, birth_until, today)
    if months >= 24:
        text = f"{months // 12} tahun"
    elif months:
        text = f"{months} bulan"
    else:
        return "kurang dari 1 bulan"
    return text if birth_from == birth_until else f"sekitar {text}"


def joined(names: list[str]) -> str:
    """A, B, dan C"""
    if len(names) < 3:
        return " dan ".join(names)
    return ", ".join(names[:-1]) + f", dan {names[-1]}"


def some(names: list[str], few: int, noun: str) -> str:
    """A, B, dan C; of more than a few: A, B, C, dan 4 anak lain"""
    if len(names) <= few:
        return joined(names)
    return joined([*names[:few], f"{len(names) - few} {noun} lain"])


def shortened(text: str, size: int = 90) -> str:
    """The beginning of a long text."""
    return text if len(text) <= size else text[: size - 1].rstrip() + "…"
