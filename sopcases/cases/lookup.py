"""Which children go by these words? Answered from the indexes of `ChildWord` alone, at any size.

The planner is left nothing to guess: words are counted first, none beyond `MANY`. Those that few bear are
read whole, and only the children found by them are asked for the other words. Where every word is common,
those who bear all are met newest first: left to one query with a limit, PostgreSQL reads all words there are
for two common names that nobody bears together.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from sopcases.cases import spelling
from sopcases.cases.models import ChildWord

FEW = 1000
"""A word that begins the names of more children than that is common."""
MANY = 5_000
"""Of two words that more children bear, it does not matter which is the rarer."""
TAKEN = 100
"""Children answered."""
WORDS = 8
"""Words of a text that are looked up; a ninth narrows nothing any more."""

Begun = Mapping[str, Sequence[str]]
"""Key → with what a word may begin that is meant by it."""


def going_by(agency_id: int, keys: Sequence[str], enough: int, begun: Begun | None = None) -> list[int]:
    """Ids of the agency's children of whose names, for each key, a word begins with it; at most `TAKEN`.

    `begun` says of a key with what else words may begin (`spelling.beginnings`).

    First those with the most whole words, then the newest. Where every word is common and `enough` children
    bear all of them whole, words that only begin so are not looked for. At most three queries.
    """
    begun = {key: tuple((begun or {}).get(key, (key,))) for key in keys[:WORDS]}
    if not begun:
        return []
    borne = _counted(agency_id, begun)
    few = {key: prefixes for key, prefixes in begun.items() if borne[key] <= FEW}
    if not few:
        rarest = min(begun, key=borne.__getitem__)
        return _all_common(agency_id, begun, enough, rarest, complete=borne[rarest] < MANY)
    bearers: dict[str, set[int]] = {key: set() for key in few}
    whole: Counter[int] = Counter()
    # As a set: two beginnings of one key may both begin a word.
    for key, child, word in set(_ranges(agency_id, few, FEW)) if all(borne.values()) else ():
        whole[child] += word == key
        bearers[key].add(child)
    found = set.intersection(*bearers.values())
    if found and len(few) < len(begun):
        others = {key: prefixes for key, prefixes in begun.items() if key not in few}
        found = _bearing(found, others, whole)
    return _in_order(found, whole)


def _in_order(children: set[int], whole: Counter[int]) -> list[int]:
    """Those with the most whole words first, then the newest."""
    return sorted(children, key=lambda child: (-whole[child], -child))[:TAKEN]


def _bearing(children: set[int], begun: Begun, whole: Counter[int]) -> set[int]:
    """Those of the children of whose names a word begins with each key; their whole words count too."""
    words: dict[int, list[str]] = {}
    for child, word in ChildWord.objects.filter(child__in=children).values_list("child", "word"):
        words.setdefault(child, []).append(word)
    found = {
        child
        for child, own in words.items()
        if all(any(word.startswith(tuple(prefixes)) for word in own) for prefixes in begun.values())
    }
    for child in found:
        whole[child] += len(begun.keys() & set(words[child]))
    return found


def _counted(agency_id: int, begun: Begun) -> dict[str, int]:
    """Key → how many words begin so, none counted beyond `MANY` for each beginning."""
    counted = dict(_ranges(agency_id, begun, MANY, "SELECT said, COUNT(*) FROM ({ranges}) r GROUP BY said"))
    return {key: counted.get(key, 0) for key in begun}


def _ranges(agency_id: int, begun: Begun, most: int, asked: str = "{ranges}") -> list[tuple]:
    """Key, child and word of the first words of each beginning, or what is `asked` of them.

    A union of ranges, each read in the order of the index and left there: the ORM writes limited parts for
    PostgreSQL only, and ranges joined by OR are read whole before they are limited."""
    ranges, values = [], []
    for key, prefixes in begun.items():
        for prefix in prefixes:
            end = spelling.after(prefix)
            ranges.append(
                f"SELECT %s AS said, child_id, word FROM (SELECT child_id, word "  # noqa: S608
                f"FROM {ChildWord._meta.db_table} "
                f"WHERE agency_id = %s AND {'word >= %s AND word < %s' if end else 'word = %s'} "
                f"ORDER BY word, child_id LIMIT {most}) range_{len(ranges)}"
            )
            values += [key, agency_id, prefix, *([end] if end else [])]
    with connection.cursor() as cursor:
        cursor.execute(asked.format(ranges=" UNION ALL ".join(ranges)), values)
        return cursor.fetchall()


def _begins(*prefixes: str) -> Q:
    """Words that begin with one of these."""
    found = Q()
    for prefix in prefixes:
        end = spelling.after(prefix)
        found |= Q(word__gte=prefix, word__lt=end) if end else Q(word=prefix)
    return found


def _begun(agency_id: int, *prefixes: str) -> QuerySet[ChildWord]:
    """Those of the agency."""
    return ChildWord.objects.filter(_begins(*prefixes), agency_id=agency_id)


def _all_common(agency_id: int, begun: Begun, enough: int, rarest: str, complete: bool) -> list[int]:
    """Where it is `complete`, the children of the rarest word, each asked for the others. Where it is not, or
    they are many, first the children who bear each word whole: lists already in order are merged, newest
    first, until enough is found."""
    besides = _of_the_rarest(agency_id, begun, rarest) if complete else None
    if besides is not None and len(besides) <= FEW:
        whole: Counter[int] = Counter()
        return _in_order(_bearing(besides, begun, whole), whole)
    first, *others = begun
    rows = ChildWord.objects.filter(agency_id=agency_id, word=first)
    for key in others:
        same = ChildWord.objects.filter(agency_id=agency_id, word=key)
        rows = rows.filter(child__in=same.values("child"))
    found = list(rows.order_by("-child").values_list("child", flat=True)[:TAKEN])
    if len(found) >= enough:
        return found
    besides = _of_the_rarest(agency_id, begun, rarest) if besides is None else besides
    # Put in order here: asked for the newest first, PostgreSQL would go through all children there are.
    return list(dict.fromkeys([*found, *sorted(besides, reverse=True)]))[:TAKEN]


def _of_the_rarest(agency_id: int, begun: Begun, rarest: str) -> set[int]:
    """The children of whose names a word begins with each key, from those of the rarest; at most `MANY`."""
    rows = _begun(agency_id, *begun[rarest]).order_by()
    for key in begun.keys() - {rarest}:
        # A scalar, looked up child by child: as EXISTS, PostgreSQL may first read all who bear the word.
        same = ChildWord.objects.filter(_begins(*begun[key]), child=OuterRef("child")).order_by()
        rows = rows.filter(IsNull(Subquery(same.values("child")[:1]), False))
    return set(rows.values_list("child", flat=True)[:MANY])
