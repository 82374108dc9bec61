"""The numbers of list items, as word processors write them."""

_ROMAN = [
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
]


def numeral(number: int, kind: str) -> str:
    """1 as "1", "01", "a", "A", "i" or "I". `kind` is Word's name of the format or ODF's sample of it."""
    if kind in ("lowerLetter", "a"):
        return _letters(number).lower()
    if kind in ("upperLetter", "A"):
        return _letters(number)
    if kind in ("lowerRoman", "i"):
        return _roman(number).lower()
    if kind in ("upperRoman", "I"):
        return _roman(number)
    return f"{number:02}" if kind == "decimalZero" else str(number)


def _letters(number: int) -> str:
    """A…Z, then AA, BB … as Word goes on."""
    if not 1 <= number <= 26 * 40:
        return str(number)
    return chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    if not 1 <= number < 4000:
        return str(number)
    found = ""
    for value, letters in _ROMAN:
        found += letters * (number // value)
        number %= value
    return found
