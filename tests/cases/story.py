"""What the tests of the verbs share: doing an act as a person, and an act that must leave nothing behind."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db.models import Model

from sopcases.cases import models as tables
from sopcases.cases.models import Attempt, Case, Outcome
from sopcases.cases.walk import Walk
from sopcases.people import journal
from sopcases.people.authority import Machine
from sopcases.people.models import Entry
from sopcases.refusal import NotAllowed, Refused
from sopcases.sops import revising, sopfile
from sopcases.sops.models import Stage
from tests.cast import START, World

ROWS = [
    tables.Assessment,
    tables.Goal,
    tables.Photo,
    tables.Case,
    tables.Attempt,
    tables.Attempt.acted_by.through,
    tables.CaseChild,
    tables.CaseNumber,
    tables.CaseOfficer,
    tables.Filing,
    tables.Interval,
    tables.Paper,
    tables.ProgressNote,
    tables.Waiver,
    tables.Aid,
    tables.Visit,
    tables.Whereabouts,
    tables.Adult,
    Entry,
]

Act = Callable[[Walk], object]


def rows() -> list[list]:
    tables_of = [model.objects for model in ROWS] + [tables.Relation.every]
    return [list(table.order_by("pk").values_list()) for table in tables_of]


def done(world: World, case: Case, by: str, act: Act):
    """The act by the person, committed; what it answers."""
    with world.walk(case, by) as walk:
        found = act(walk)
    case.refresh_from_db()
    return found


def refused(world: World, case: Case, by: str, act: Act, sentence: str, error: type[Refused] = Refused):
    """The act is refused with the whole sentence and leaves nothing behind."""
    before = rows()
    with pytest.raises(Refused) as told, world.walk(case, by) as walk:
        act(walk)
    assert sentence in told.value.sentences, told.value.sentences
    assert type(told.value) is error
    assert rows() == before, "a refusal left something behind"


def only(world: World, case: Case, able: set[str], act: Act, sentence: str) -> None:
    """Of the agency's people exactly these may; the stranger from the other agency never."""
    cast = {"sari", "dewi", "rahman", "budi", "agus"}
    assert able <= cast
    for name in sorted(cast - able):
        refused(world, case, name, act, sentence, NotAllowed)
    for name in ("tono", "wati", "joko", "rina", "ani"):
        refused(world, case, name, act, STRANGER, NotAllowed)


STRANGER = "Penanganan ini tidak dapat Anda buka."
CLOSED = "Penanganan ini sudah ditutup."
HELD = "Penanganan ini sedang ditunda. Lanjutkan dahulu penanganannya."
NOT_YOURS = "Langkah ini bukan tugas jabatan Anda."


def verbs(case: Case) -> list[str]:
    """The journal of the case, oldest first."""
    return list(
        Entry.objects.filter(subject="cases.case", subject_id=case.pk)
        .order_by("id")
        .values_list("verb", flat=True)
    )


def entries(case: Case) -> list[Entry]:
    """The journal of the case, oldest first, whole."""
    return list(Entry.objects.filter(subject="cases.case", subject_id=case.pk).order_by("id"))


def last_line(subject: Model) -> Entry:
    return journal.of(subject)[0]


def attempts(case: Case, key: str) -> list[Attempt]:
    return list(case.attempts.filter(step__key=key).order_by("id"))


def states(case: Case, key: str) -> list[str]:
    return [a.state for a in attempts(case, key)]


def outcome(case: Case, name: str = "Kembali ke keluarga") -> Outcome:
    return Outcome.objects.get(agency=case.agency_id, name=name)


def today(world: World) -> date:
    return world.officer("sari").day


def children(case: Case) -> list[int]:
    return list(case.children.order_by("id").values_list("child_id", flat=True))


# --- the Bayi-Balita SOP, as far as a test needs it


def copied(world: World, times: dict[str, tuple[str, str]], **header) -> str:
    """The slug of a copy in force whose steps have these times and bases, and another header."""
    text = sopfile.to_yaml(sopfile.dump(world.revision())).replace("slug: bayi-", "slug: uji-")
    data = sopfile.read(text) | {"code": "UJI"} | header
    for step in data["steps"]:
        if step["key"] in times:
            step["time"], step["basis"] = times[step["key"]]
    draft = sopfile.load(data, world.home, Machine(world.now))
    revising.put_in_force(draft, Machine(world.now), START, official="Kadis", reason="Uji")
    return draft.sop.slug


def reported(world: World, case: Case) -> None:
    """Step 1: reported and received."""
    world.file(case, "Laporan Sosial", "sari", stage=Stage.READY)
    done(world, case, "sari", lambda walk: walk.finish("1"))
    done(world, case, "dewi", lambda walk: walk.receive("1"))


def proposed(world: World, case: Case, output: str = "2/spt"):
    """The SPT drafted and proposed."""
    spt = world.file(case, "Surat Perintah Tugas", "agus", output=output, stage=Stage.NONE)
    world.advance_paper(case, spt, Stage.DRAFT, "agus")
    return spt


def signed(world: World, case: Case, spt):
    world.advance_paper(case, spt, Stage.SIGNED, "budi", disposed_by=world.rahman, signed_by=world.budi)
    case.refresh_from_db()
    return spt


def ordered(world: World, case: Case):
    """Steps 1 to 3 (Bayi-Balita): the SPT is signed, the officers may go."""
    reported(world, case)
    return signed(world, case, proposed(world, case))


def coordinated(world: World, case: Case):
    """Steps 1 to 7: police and hospital have answered, the second SPT is proposed. Gives both SPTs."""
    first = ordered(world, case)
    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    done(world, case, "sari", lambda walk: walk.finish("4"))
    world.file(case, "Laporan Kondisi Kesehatan", output="6/kesehatan")
    done(world, case, "sari", lambda walk: walk.finish("6"))
    done(world, case, "sari", lambda walk: walk.finish("7"))
    done(world, case, "dewi", lambda walk: walk.receive("7"))
    return first, proposed(world, case, "7/spt")
