"""Children with their responsible adults, for the tests of the statements these sign."""

from sopcases.cases import statements
from sopcases.cases.family import relate_adult
from sopcases.cases.models import Adult, Case, Relation
from sopcases.cases.progress import Progress
from sopcases.cases.walk import Walk
from tests.cases.driving import _fresh
from tests.cases.story import children, done
from tests.cases.test_verb_join import on_the_street
from tests.letters.papers import scan

STEP = "3"


def grown(world, case: Case, name: str, ids: list[int], kind: str = Relation.Kind.MOTHER) -> Adult:
    """An adult who answers for these children of the case."""
    adult = None
    for stay in case.children.filter(child__in=ids).select_related("child").order_by("id"):
        known = {"adult": adult} if adult else {"name": name}
        adult = done(
            world, case, "sari", lambda w, c=stay.child, k=known: relate_adult(w, c, kind, **k)
        ).adult
    return adult


def two_families(world):
    """A round that found two siblings of Ibu Siti's, a child of Pak Amir's, and one of nobody known."""
    case = on_the_street(world, 4)
    ids = children(case)
    return (
        case,
        ids,
        grown(world, case, "Ibu Siti", ids[:2]),
        grown(world, case, "Pak Amir", ids[2:3], "father"),
    )


def asked(walk: Progress):
    """The step and its output that adults sign, as the verbs take them."""
    step = walk.plan.by_key[STEP]
    (item,) = statements.outputs(walk, step)
    return step, item


def sign(world, adult: Adult, ids, **more):
    """The act: one scan of the adult's for these children."""

    def act(walk: Walk):
        facts = {"dated": walk.by.day, "description": "Dibacakan", **more}
        return statements.sign(walk, *asked(walk), adult, ids, scan(), **facts)

    return act


def extend(adult: Adult, ids, paper: int):
    return lambda walk: statements.extend(walk, *asked(walk), adult, ids, paper)


def follow(ids, reason="Ibunya bekerja di luar kota.", until=None):
    return lambda walk: statements.follow(walk, *asked(walk), ids, reason, until)


def told(world, case: Case, by: str = "sari") -> statements.Round:
    progress = Progress(_fresh(case), world.officer(by))
    return statements.read(progress, *asked(progress))
