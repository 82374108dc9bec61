"""How dates, counts and names are written in a letter: pure, in Indonesian, without a clock."""

import re
from datetime import date

from num2words import num2words

from sopcases.worktime.calendar import MONTHS, WEEKDAYS

PREFIXES = re.compile(r"^(a\.n\.|u\.b\.|Plt\.|Plh\.)\s*", re.IGNORECASE)
INDENT = "\N{NO-BREAK SPACE}" * 5
PRINTED = {"a.n.": "a.n.", "u.b.": "u.b.", "plt.": "Plt.", "plh.": "Plh."}


def day_text(day: date) -> str:
    """3 November 2026"""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def in_words(number: int) -> str:
    """Dua ribu dua puluh enam, in small letters."""
    return num2words(number, lang="id")


def day_in_words(day: date) -> str:
    """The opening of a Berita Acara: weekday, day, month and year in words, then the figures."""
    return (
        f"{WEEKDAYS[day.weekday()]} tanggal {in_words(day.day)} bulan {MONTHS[day.month - 1]} "
        f"tahun {in_words(day.year)} ({day:%d-%m-%Y})"
    )


def span_text(first: date, last: date) -> str:
    """From–until without saying anything twice: 3 s.d. 5 November 2026."""
    if first == last:
        return day_text(first)
    if (first.month, first.year) == (last.month, last.year):
        return f"{first.day} s.d. {day_text(last)}"
    if first.year == last.year:
        return f"{first.day} {MONTHS[first.month - 1]} s.d. {day_text(last)}"
    return f"{day_text(first)} s.d. {day_text(last)}"


def heading(title: str) -> tuple[str, ...]:
    """The position above a signature: capitals, one line per line of the title, a comma after the last.

    Under an a.n. the lines after the first stand in, and "u.b." has a line of its own. The prefixes a.n.,
    u.b., Plt. and Plh. stand before the title as they are (Permendagri 1/2023).
    """
    lines = []
    for line in title.splitlines():
        prefix, rest = "", line.strip()
        while match := PREFIXES.match(rest):
            prefix += PRINTED[match[1].lower()] + " "
            rest = rest[match.end() :]
        stands_in = INDENT if lines and lines[0].startswith("a.n.") else ""
        lines.append(stands_in + (prefix + rest.upper()).strip())
    return (*lines[:-1], lines[-1] + ",") if lines else ()


def one_line(title: str) -> str:
    """A title as a sentence names it: "a.n. Kepala Dinas Sosial Sekretaris"."""
    return " ".join(title.split())


def id_line(label: str, number: str) -> str:
    """NIP 1980…, or whatever the number is called; nothing for who has none."""
    return f"{label or 'NIP'} {number}" if number else ""


def lines(text: str) -> list[str]:
    """One entry per line of a text field, blank lines and numbers typed before them left out."""
    found = (re.sub(r"^\s*(?:\d{1,2}[.)]\s+|[-•]\s+)", "", line).strip() for line in text.splitlines())
    return [line for line in found if line]
