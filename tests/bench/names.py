"""Names as skewed as names are: a few borne by every tenth child, thousands by nearly nobody.

A table of the run's own connection holds the vocabulary, so that the database itself draws (PostgreSQL only).
"""

from functools import cache
from itertools import product

from django.db import connection

from sopcases.cases import spelling

COMMON = (
    "Muhammad Siti Nur Ahmad Rizky Dwi Putri Putra Sri Maria Ramadhan Aisyah Hidayat Santoso Adi Lestari "
    "Budi Sari Wahyu Agus Dewi Eka Fajar Indah Kurniawan Novi Rahmat Saputra Wulandari Pratama"
).split()
SYLLABLES = "ba ca da ga ha ja ka la ma na pu ra sa ta wa ya bi di hi ki li mi ni ri su".split()
WORDS = 3
"""Of a name."""
TABLE = "vocabulary"


@cache
def vocabulary() -> list[str]:
    """Common names first."""
    made = ("".join(parts).capitalize() for parts in product(SYLLABLES, repeat=3))
    return [*COMMON, *made]


def lay_out() -> None:
    """The table of the words: their place, and the key a search goes by."""
    names = vocabulary()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {TABLE} (no int PRIMARY KEY, name text, key text)")
        with cursor.copy(f"COPY {TABLE} FROM STDIN") as copy:
            for no, name in enumerate([*names, names[-1]]):
                copy.write_row((no, name, spelling.key(name)))
        cursor.execute(f"CREATE INDEX ON {TABLE} (name)")
        cursor.execute(f"ANALYZE {TABLE}")


def place(of: str, salt: int) -> str:
    """SQL: a place in the vocabulary drawn for a number; the lower, the more are drawn it."""
    return f"({len(vocabulary())} * power((hashint8(({of}) * 31 + {salt}) & 1048575) / 1048576.0, 5))::int"


def drawn(of: str, salt: int) -> str:
    """SQL: the word there."""
    return f"(SELECT name FROM {TABLE} WHERE no = {place(of, salt)})"


def whole(of: str) -> str:
    """SQL: a name of `WORDS` words drawn for a number."""
    return " || ' ' || ".join(drawn(of, salt) for salt in range(WORDS))
