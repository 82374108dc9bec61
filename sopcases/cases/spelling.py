"""Names as they are heard: the keys by which a child is found again however the name was spelt. Pure.

Indonesian names are written in the spelling of 1901 (Soeharto, Tjahja with a j that is today's y), 1947,
1972 and by ear (Rizky, Riski, Rizqi), with and without the h of Arabic names (Aisyah, Aisya) and with a dozen
short forms of Muhammad. Two spellings of one name have one key; a key is no spelling and is never shown.
Whoever changes a rule writes the keys on file anew (migration 0019 shows how).
"""

import re
import unicodedata
from functools import lru_cache

MUHAMMAD = "muhamat"
_SHORT_FORMS = re.compile(r"m[uo](h|ch|kh)(a|u)?m{1,2}[ae][dt]|m[uo](h|ch|kh)[dm]?|mhd|md|m")
TITLES = frozenset(
    "an alm almh anak bin binti dr dra drs h hj haji hajjah ibu ir prof sdr sdri si tn ny".split()
)
"""What stands before or between names and is none."""
COMMON = frozenset({MUHAMMAD, "siti", "nur", "dui", "putri", "putra"})
"""Words so frequent that sharing one says nothing."""

# In this order; the later rules see what the earlier ones left.
_RULES = [
    (re.compile(pattern), by)
    for pattern, by in (
        ("oe", "u"),
        ("dj", "j"),
        ("tj", "c"),
        ("sj", "sy"),
        ("nj", "ny"),
        ("ch|kh", "h"),
        ("sy(?=[aeiou])|sh|ts|z", "s"),
        ("ph|v|f", "p"),
        ("th", "t"),
        ("dh", "d"),
        ("gh", "g"),
        ("ck|q|c$", "k"),
        ("x", "ks"),
        ("y|j(?!i)", "i"),
        ("(?<=[b-df-hkl-np-tvx])ie", "i"),
        ("w", "u"),
        ("ae", "ai"),
        ("(?<=t)e(?=r[aiou])", ""),
        ("h$", ""),
        ("d$", "t"),
        (r"(.)\1+", r"\1"),
    )
]


@lru_cache(maxsize=20_000)
def key(word: str) -> str:
    """The key of one word, of the letters a–z and digits; "" only for a word with neither."""
    decomposed = unicodedata.normalize("NFKD", word).casefold()
    plain = "".join(c for c in decomposed if c.isascii() and c.isalnum())
    if not plain:
        # Another script: its own letters, so that it can be found at all.
        return "".join(c for c in decomposed if c.isalnum())
    if _SHORT_FORMS.fullmatch(plain) and (len(plain) > 1 or word.endswith(".")):
        return MUHAMMAD
    found, before = plain, ""
    while found != before:
        before = found
        for pattern, by in _RULES:
            found = pattern.sub(by, found)
    return found or plain


def _split(text: str) -> list[str]:
    return re.findall(r"[^\W_](?:[^\W_]|['’`ʼ])*\.?", text)


def words(*names: str) -> tuple[str, ...]:
    """The keys of the words of names, each once, titles left out (unless there is nothing else)."""
    found: dict[str, bool] = {}
    for name in names:
        for word in _split(name):
            if one := key(word):
                found.setdefault(one[:40], word.casefold().strip(".") in TITLES)
    kept = tuple(word for word, title in found.items() if not title)
    return kept or tuple(found)


def beginning(word: str) -> str:
    """With what the keys of the words begin that begin with these letters. The rules of a word's end, and of
    what stands before a vowel, do not count yet: "Ded" is the beginning of "Dedi" and not only of "Dedt"."""
    return key(word + "a").removesuffix("a") if word[-1:].casefold() in tuple("cdhy") else key(word)


def beginnings(text: str) -> dict[str, tuple[str, ...]]:
    """The key of each word → with what the keys begin of words that begin so."""
    found: dict[str, tuple[str, ...]] = {}
    for word in _split(text):
        one, begun = key(word)[:40], beginning(word)[:40]
        found[one] = (one,) if begun.startswith(one) else (one, begun)
    return found


def after(prefix: str) -> str:
    """The first key that sorts after every key with this prefix, in any collation; "" if there is none."""
    stem = prefix.rstrip("z")
    if not stem or not stem.isascii():
        return ""
    last = stem[-1]
    return stem[:-1] + ("a" if last == "9" else chr(ord(last) + 1))
