"""Reads and writes lengths of time as Indonesian SOP sheets write them ("3 Jam", "1 (Satu) Tahun").

Readings that need a word of defence:

* "hr" is hari (day), never the English hour: the sheets write jam for hour, and "hr" beside "bln" and "thn".
* whole multiples of 24 hours written in hours alone ("24 Jam", "2 x 24 jam") are calendar time: nobody works
  around the clock, so who writes 24 hours means until the same time tomorrow.
* "maks.", "paling lama" and "±" add nothing: a standard is an upper bound. "minimal" is refused: it is none.
* a fraction is read where it comes to whole minutes ("1,5 jam"); half a working day has no agreed length.
* "0", "-" and an empty cell set no standard.
"""

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction

from sopcases.worktime.calendar import OFFICE_UNITS, Duration

UNITS = {
    "menit": "menit mnt mnit mn min",
    "jam": "jam jm j",
    "hari": "hari hr",
    "minggu": "minggu mgg mg pekan",
    "bulan": "bulan bln bl",
    "tahun": "tahun thn th",
}
_UNIT = {spelling: unit for unit, spellings in UNITS.items() for spelling in spellings.split()}
_ONE_OF = {f"se{unit}": unit for unit in UNITS}
_FIELD = {"hari": "days", "minggu": "weeks", "bulan": "months", "tahun": "years"}
# A hundred years in each unit, hours held in minutes: beyond it a typing error, and no date to count to.
_LONGEST = {
    "menit": 52_596_000,
    "jam": 52_596_000,
    "hari": 36_525,
    "minggu": 5_200,
    "bulan": 1_200,
    "tahun": 100,
}

_QUALIFIERS = {"kerja": "kerja", "kalender": "kalender", "takwim": "kalender"}
_DIGITS = {
    "nol": 0,
    "satu": 1,
    "dua": 2,
    "tiga": 3,
    "empat": 4,
    "lima": 5,
    "enam": 6,
    "tujuh": 7,
    "delapan": 8,
    "sembilan": 9,
}

_NO_STANDARD = {"", "-", "--", "–", "—", "0"}
_VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_BOUND = re.compile(
    r"^(?:(?:maks(?:imal|imum)?|max|paling (?:lama|lambat)|selambat-lambatnya|selama-lamanya|kurang lebih"
    r"|lebih kurang|selama|waktu|±|\+/-|≤)\s*[.:]?\s*)+"
)
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+|\S")
_TOO_MUCH = 120


class Unreadable(ValueError):
    """A text that is no length of time; the message is an Indonesian sentence that quotes it."""


def read(text: str) -> Duration:
    """The length that a sheet's text means.

    "kerja" and "kalender" behind a unit set how it is counted; otherwise the unit decides. Raises Unreadable
    for what is no length of time, contradicts itself, or leaves the length open (ranges, "tergantung jarak").
    """
    plain = _plain(text)
    if plain in _NO_STANDARD:
        return Duration()
    if len(plain) > _TOO_MUCH:
        raise Unreadable(f"“{text[:40]}…” terlalu panjang untuk dibaca sebagai waktu.")
    tokens = _TOKEN.findall(_BOUND.sub("", plain))
    parts = list(_Reader(text, tokens).parts())
    amounts: dict[str, int] = {}
    for amount, unit, _ in parts:
        if unit in amounts:
            raise Unreadable(f"“{text}” menyebut {unit} dua kali.")
        if amount > _LONGEST[unit]:
            raise Unreadable(f"“{text}” lebih dari seratus tahun.")
        amounts[unit] = amount
    minutes = amounts.pop("jam", 0) + amounts.pop("menit", 0)
    return Duration(
        minutes=minutes,
        calendar=_calendar(text, parts),
        **{_FIELD[unit]: amount for unit, amount in amounts.items()},
    )


def write(duration: Duration) -> str:
    """The length in the sheets' words; `read` of it gives the same length again."""
    if duration == Duration():
        return "-"
    only_minutes = duration.minutes and not (
        duration.days or duration.weeks or duration.months or duration.years
    )
    around_the_clock = only_minutes and duration.minutes % 1440 == 0
    if around_the_clock and duration.calendar is not False:
        # In hours these would read as calendar time, and in minutes as office time.
        return f"{duration.minutes // 60} jam" if duration.calendar else f"{duration.minutes} menit"
    said = {None: "", True: " kalender", False: " kerja"}[duration.calendar]
    return ", ".join(f"{amount} {unit}{said}" for amount, unit in duration.parts or [(0, "menit")])


class _Reader:
    """Walks over the tokens of one text, part by part."""

    def __init__(self, text: str, tokens: list[str]) -> None:
        self.text, self.tokens, self.at = text, tokens, 0

    def parts(self) -> Iterator[tuple[int, str, str]]:
        """Amount (hours in minutes), unit and qualifier ("", "kerja", "kalender") of each part."""
        while True:
            if self._peek() in _ONE_OF:
                amount, unit = Fraction(1), _ONE_OF[self._take()]
            else:
                amount, unit = self._amount(), self._unit()
            if unit == "jam":
                amount *= 60
            if amount.denominator != 1:
                raise Unreadable(f"“{self.text}” bukan bilangan bulat; tulis dalam satuan yang lebih kecil.")
            qualifier = _QUALIFIERS.get(self._peek(), "")
            if qualifier:
                self._take()
            yield int(amount), unit, qualifier
            while self._peek() in (",", ";", "+", "&", "dan", "."):
                self._take()
            if not self._peek():
                return

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self.at += 1
        return token

    def _refuse(self) -> Unreadable:
        return Unreadable(
            f"“{self.text}” tidak terbaca sebagai waktu. "
            "Tulis misalnya “15 menit”, “3 jam”, “1 hari”, “24 jam” atau “2 minggu”."
        )

    def _unit(self) -> str:
        unit = _UNIT.get(self._take())
        if unit is None:
            raise self._refuse()
        return unit

    def _amount(self) -> Fraction:
        if not self._peek()[:1].isdigit():
            return self._words()
        amount = self._number()
        if self._peek()[:1].isdigit():
            amount += self._number(proper=True)
        if self._peek() in ("x", "×", "*"):
            self._take()
            amount *= self._number()
        if self._peek() == "(":
            self._take()
            said = self._words()
            if self._take() != ")":
                raise self._refuse()
            if said != amount:
                raise Unreadable(f"“{self.text}” bertentangan: angkanya {amount}, kata-katanya {said}.")
        return amount

    def _number(self, proper: bool = False) -> Fraction:
        """A number in digits; `proper` asks for a fraction, as the second half of "1 1/2"."""
        amount = _digits(self._take())
        if amount is not None and self._peek() == "/":
            self._take()
            below = _digits(self._take())
            amount = amount / below if below else None
        elif proper:
            amount = None
        if amount is None:
            raise self._refuse()
        return amount

    def _words(self) -> Fraction:
        words = []
        while self._peek().isalpha() and self._peek() not in _UNIT:
            words.append(self._take())
        if words == ["setengah"]:
            return Fraction(1, 2)
        amount = _spoken(words)
        if amount is None:
            raise self._refuse()
        return Fraction(amount)


def _plain(text: str) -> str:
    """Lower case, plain spaces and digits, and without the brackets around the whole."""
    for sign, fraction in _VULGAR.items():
        text = text.replace(sign, f" {fraction}")
    text = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    text = " ".join(text.lower().split()).rstrip(".")
    inside = re.fullmatch(r"\(([^()]*)\)", text)
    return inside[1].strip() if inside else text


def _digits(token: str) -> Fraction | None:
    """ "1.000" is a thousand, "1,5" and "1.5" one and a half."""
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", token):
        return Fraction(token.replace(".", ""))
    if re.fullmatch(r"[0-9]+([.,][0-9]+)?", token):
        return Fraction(token.replace(",", "."))
    return None


def _spoken(words: list[str]) -> int | None:
    """The number that Indonesian number words mean, below a million; None for anything else."""
    if not words or (len(words) > 1 and "nol" in words):
        return None
    total = group = digit = 0
    for word in words:
        if word in _DIGITS and not digit:
            digit = _DIGITS[word]
        elif word in ("sepuluh", "sebelas") and not digit:
            group, digit = group + (10 if word == "sepuluh" else 11), 0
        elif word == "belas" and digit > 1:
            group, digit = group + 10 + digit, 0
        elif word == "puluh" and digit > 1:
            group, digit = group + 10 * digit, 0
        elif word == "seratus" and not (group or digit):
            group = 100
        elif word == "ratus" and digit > 1 and not group:
            group, digit = 100 * digit, 0
        elif word == "seribu" and not (total or group or digit):
            total = 1000
        elif word == "ribu" and not total and group + digit > 1:
            total, group, digit = 1000 * (group + digit), 0, 0
        else:
            return None
    return total + group + digit


def _calendar(text: str, parts: list[tuple[int, str, str]]) -> bool | None:
    """How the whole is counted: by the calendar, in office time, or None by the unit."""
    said = {qualifier for _, _, qualifier in parts}
    if said == {""}:
        around_the_clock = (
            len(parts) == 1 and parts[0][1] == "jam" and parts[0][0] and parts[0][0] % 1440 == 0
        )
        return True if around_the_clock else None
    if len(said) == 1:
        return said == {"kalender"}
    # Only some parts say it: fine where they say no more than their unit does.
    if any(qualifier and (qualifier == "kerja") != (unit in OFFICE_UNITS) for _, unit, qualifier in parts):
        raise Unreadable(f"“{text}” mencampur hari kerja dan hari kalender.")
    return None
