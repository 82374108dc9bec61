"""Which children go by these words? Answered from the indexes of `ChildWord` alone, at any size.

The planner is left nothing to guess: a word that few bear is read whole, and only the children found by it
are asked for the other words; where every word is common, they are met newest first. Left to one query with a
limit, PostgreSQL reads all words there are for two common names that nobody bears together.
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
_RANGE = """SELECT {no}, child_id, word FROM (
    SELECT child_id, word FROM {table} WHERE agency_id = %s AND {within} ORDER BY word, child_id LIMIT {most}
) range_{no}"""


def going_by(
    agency_id: int, keys: Sequence[str], enough: int, begun: Mapping[str, Sequence[str]] | None = None
) -> list[int]:
    """Ids of the agency's children of whose names, for each key, a word begins with it; at most `TAKEN`.

    `begun` says of a key with what else words may begin (`spelling.beginnings`).

    First those with the most whole words, then the newest. Where every word is common and `enough` children
    bear all of them whole, words that only begin so are not looked for. One query, and one more for each key
    that is common beside a rarer one; where all are, one a key and two.
    """
    keys = keys[:WORDS]
    begun = {key: tuple((begun or {}).get(key, (key,))) for key in keys}
    read = _first(agency_id, begun)
    few = [key for key in keys if len(read[key]) <= FEW]
    if not few:
        return _all_common(agency_id, begun, enough)
    found = set.intersection(*({child for child, _ in read[key]} for key in few))
    whole = Counter(child for key in few for child, word in read[key] if word == key)
    for key in keys:
        if key not in few and found:
            rows = list(_begun(agency_id, *begun[key]).filter(child__in=found).values_list("child", "word"))
            found = {child for child, _ in rows}
            whole.update(child for child, word in rows if word == key)
    return sorted(found, key=lambda child: (-whole[child], -child))[:TAKEN]


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


def _first(agency_id: int, begun: Mapping[str, Sequence[str]]) -> dict[str, set[tuple[int, str]]]:
    """Key → child and word of the first that begin so, at most one more than `FEW` for each beginning.

    One query of one range a beginning, each read in the order of the index and left there: a union of limited
    parts, which the ORM writes for PostgreSQL only."""
    ranges, values = [], []
    for no, prefixes in enumerate(begun.values()):
        for prefix in prefixes:
            end = spelling.after(prefix)
            within = "word >= %s AND word < %s" if end else "word = %s"
            ranges.append(_RANGE.format(no=no, table=ChildWord._meta.db_table, within=within, most=FEW + 1))
            values += [agency_id, prefix, end] if end else [agency_id, prefix]
    found: list[set[tuple[int, str]]] = [set() for _ in begun]
    if ranges:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(ranges), values)
            for no, *row in cursor.fetchall():
                found[no].add(tuple(row))
    return dict(zip(begun, found, strict=True))


def _all_common(agency_id: int, begun: Mapping[str, Sequence[str]], enough: int) -> list[int]:
    """Each word whole, newest first: lists already in order are merged until enough is found. Then begun
    words: the children of the rarest, each asked for the others."""
    first, *others = begun
    whole = ChildWord.objects.filter(agency_id=agency_id, word=first)
    for key in others:
        same = ChildWord.objects.filter(agency_id=agency_id, word=key)
        whole = whole.filter(child__in=same.values("child"))
    found = list(whole.order_by("-child").values_list("child", flat=True)[:TAKEN])
    if len(found) >= enough:
        return found
    borne = {key: _begun(agency_id, *prefixes).order_by().values("child") for key, prefixes in begun.items()}
    rarest = min(begun, key=lambda key: borne[key][:MANY].count())
    rows = borne.pop(rarest)
    for key in borne:
        # A scalar, looked up child by child: as EXISTS, PostgreSQL may first read all who bear the word.
        same = ChildWord.objects.filter(_begins(*begun[key]), child=OuterRef("child")).order_by()
        rows = rows.filter(IsNull(Subquery(same.values("child")[:1]), False))
    # Put in order here: asked for the newest first, PostgreSQL would go through all children there are.
    besides = set(rows.values_list("child", flat=True)[:MANY])
    return list(dict.fromkeys([*found, *sorted(besides, reverse=True)]))[:TAKEN]
