"""The Indonesian of office papers: folding, content words, short forms, dates. Pure; knows no office."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from difflib import SequenceMatcher

EMPTY_WORDS = frozenset(
    """
    dan atau serta & yang di ke dari untuk pada oleh dengan dalam rangka para atas kepada bagi tentang
    mengenai nya itu ini tersebut telah sudah akan agar guna lalu kemudian maka adalah sebagai per tsb si
    sang juga
    """.split()
)
_MONTHS = (
    "januari februari|pebruari maret april mei juni juli agustus september oktober november|nopember desember"
)
MONTHS = {name: no for no, names in enumerate(_MONTHS.split(), 1) for name in names.split("|")}
_SHORT_MONTHS = {name[:3]: no for name, no in MONTHS.items()} | {"agt": 8, "ags": 8, "sept": 9}
SIGNING = re.compile(r"[tn]and(?:a ?t)?angan|\bttd\b|\btte\b|mengesahkan|disahkan|pengesahan", re.IGNORECASE)
"""A word that says something is signed, mistyped ones too."""
_WRITTEN_DATE = re.compile(r"(?:[a-z' ]+,\s*)?(\d{1,2})\s+([a-z]+)\.?\s+(\d{4})")
_DIGIT_DATE = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4})")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def fold(text: str) -> str:
    """Lower case, plain signs, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text or "").casefold().split())


def tokens(text: str) -> list[str]:
    """The words and numbers of a text, folded, in order."""
    return re.findall(r"\w+", fold(text))


def content(text: str) -> list[str]:
    """The words that carry meaning, in order."""
    return [word for word in tokens(text) if word not in EMPTY_WORDS]


LONGEST = 60
"""Letters of the longest word that is compared: longer ones are no words, and cost the square of it."""


def is_typing_error(one: str, other: str) -> bool:
    """Whether two words are one word, mistyped or written together."""
    if one == other:
        return True
    if (
        one.isdigit()
        or other.isdigit()
        or not 4 <= min(len(one), len(other)) <= max(len(one), len(other)) <= LONGEST
    ):
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= 0.84


def abbreviates(short: str, words: list[str]) -> bool:
    """Whether one word shortens several: initials, or the beginnings of each put together.

    "SPT" is "surat perintah tugas", and a head of something is "ka" with the beginning of what he heads.
    """
    short = fold(short).replace(".", "")
    if len(words) < 2 or not short.isalpha() or not 2 <= len(short) <= 20 or short == "".join(words):
        return False
    if short == "".join(word[0] for word in words):
        return True
    return len(short) >= 4 and _pieces(short, tuple(words))


def _pieces(short: str, words: tuple[str, ...]) -> bool:
    """Each word gives a piece of two letters or more: its first letter, then others in order."""
    if not words:
        return not short
    return any(
        _within(short[:end], words[0]) and _pieces(short[end:], words[1:])
        for end in range(2, len(short) - 2 * (len(words) - 1) + 1)
    )


def _within(piece: str, word: str) -> bool:
    letters = iter(word)
    return piece[0] == word[0] and all(letter in letters for letter in piece)


def read_date(text: str) -> date | None:
    """The day that a cell means; None for what is no whole date."""
    plain = fold(text).strip(" .:;")
    try:
        if found := _WRITTEN_DATE.fullmatch(plain):
            day, month, year = found.groups()
            number = MONTHS.get(month) or _SHORT_MONTHS.get(month)
            return date(int(year), number, int(day)) if number else None
        if found := _DIGIT_DATE.fullmatch(plain):
            day, _, month, year = found.groups()
            return date(int(year), int(month), int(day))
        if found := _ISO_DATE.fullmatch(plain):
            return date(*map(int, found.groups()))
    except ValueError:
        return None
    return None


def slug(text: str) -> str:
    """A short name for addresses."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-")


def items(text: str) -> list[str]:
    """The entries of a cell, each with its own number or bullet, as written."""
    found: list[str] = []
    for line in text.split("\n"):
        found.extend(_entries(line))
    return [entry for entry in (one.strip() for one in found) if entry]


def _entries(line: str) -> Iterator[str]:
    """Cuts "1. one 2. two", or "1 One 2 Two", where the numbers count on; others are part of the words."""
    dotted = r"(?:^|(?<=\s))\(?(\d{1,2})[.)]{1,2}\s*(?=\D)"
    plain = r"(?:^|(?<=\s))(?<!nomor )(?<!no )(?<!no. )(\d{1,2})\s+(?=[^\W\d_])"
    style = plain if re.match(r"\d{1,2}\s+[^\W\d_]", line) else dotted
    begins, expected = [0], 0
    for found in re.finditer(style, line, re.IGNORECASE):
        if not line[: found.start()].strip("-•*▪– "):
            expected = int(found[1]) + 1
        elif int(found[1]) == (expected or 1):
            begins.append(found.start())
            expected = int(found[1]) + 1
    for start, end in zip(begins, [*begins[1:], len(line)], strict=True):
        yield line[start:end]


def bare(entry: str) -> str:
    """An entry without its number or bullet and closing sign."""
    return re.sub(r"^(?:[-•*▪–]\s*)?(?:\(?\d{1,2}[.)]{1,2}\s*|\d{1,2}\s+|[a-z][.)]\s+)?", "", entry).strip(
        " ;,"
    )
