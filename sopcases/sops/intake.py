"""SOPs as offices have them, taken in: a file is read and kept, then becomes a draft once it is confirmed.

There is one way into the database: what was read is written as an SOP file and goes through `sopfile`.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.text import slugify

from sopcases.people import journal
from sopcases.people.keeping import keeping
from sopcases.people.models import Agency, Position
from sopcases.refusal import Conflict, Refused
from sopcases.sops import adopting, sopfile
from sopcases.sops.models import Intake, PaperKind, Revision, Sop
from sopcases.sops.naming import Names, fold
from sopcases.sops.reading import proposal
from sopcases.sops.reading.document import Document
from sopcases.sops.reading.outcome import Reading, Vocabulary
from sopcases.sops.reading.sources import open_document
from sopcases.sops.reading.understanding import understand

NO_STEPS = (
    "Berkas “{name}” tidak memuat langkah yang dapat dikenali. Langkah dibaca dari tabel dengan kolom nomor, "
    "kegiatan, dan pelaksana, atau dari daftar bernomor."
)
KEPT = "Berkas ini sudah disimpan sebagai draf."


@dataclass(frozen=True)
class New:
    """A position or kind of paper that the agency does not have yet. Proposed until somebody confirms it."""

    proposed: bool = False
    external: bool = False
    origin: str = ""


def vocabulary(agency: Agency) -> Vocabulary:
    """The agency's names and aliases, as far as each means one thing. Two queries."""
    return Vocabulary(
        positions=_words(agency.positions.values_list("name", "aliases")),
        kinds=_words(PaperKind.objects.filter(agency=agency).values_list("name", "aliases")),
    )


def _words(rows) -> dict[str, str]:
    rows = list(rows)
    names = Names((name, aliases, name) for name, aliases in rows)
    words = (word for name, aliases in rows for word in (name, *aliases))
    return {word: found for word in words if (found := names.find(word))}


def read(name: str, content: bytes, agency: Agency) -> tuple[Reading, Document]:
    """What a file says in the agency's words. Raises Refused, also where it holds no steps."""
    document = open_document(name, content)
    reading = understand(document, vocabulary(agency))
    if not any(step.activity for step in reading.steps):
        raise Refused(NO_STEPS.format(name=name))
    return reading, document


@keeping()
def receive(name: str, content: bytes, agency: Agency, by) -> Intake:
    """Read a file and keep it with what was read, for somebody to confirm. Raises Refused as `read`."""
    reading, document = read(name, content, agency)
    found = proposal.propose(reading, document)
    row = Intake(
        agency=agency,
        name=PurePath(name).name[-200:],
        kind=document.kind,
        sha256=hashlib.sha256(content).hexdigest(),
        data=_named(found.data, PurePath(name).stem),
        trace=found.trace,
        uploaded_at=by.at,
        uploaded_by=by.user,
    )
    row.file.save(f"x.{document.kind}", ContentFile(content), save=False)
    row.save()
    journal.write(by, "sop.berkas_dibaca", row, agency_id=agency.pk, sha256=row.sha256)
    return row


def _named(data: dict, stem: str) -> dict:
    """A draft needs a name to be found by: where none was read, the file's."""
    name = (data["name"] or stem or "SOP")[:200]
    return data | {"name": name, "slug": (data["slug"] or slugify(name))[:50].strip("-") or "sop"}


@transaction.atomic
def keep(
    row: Intake,
    by,
    data: dict | None = None,
    positions: Mapping[str, Position | New] | None = None,
    kinds: Mapping[str, PaperKind | New] | None = None,
    kept: Mapping[str, object] | None = None,
) -> Revision:
    """Store what was read, or `data` as somebody corrected it, as a draft traced to the file.

    Names the agency does not know become what `positions` and `kinds` say, by default new and proposed; one
    that is mapped to an existing row is from now on another name for it. `kept` are the confirmed values by
    their path in the trace; those of other paths were given by whoever confirmed, and are traced as such.

    Raises Refused as `sopfile.load`, and Conflict when the file is a draft already.
    """
    row = Intake.objects.select_for_update(of=("self",)).select_related("agency").get(pk=row.pk)
    if row.revision_id:
        raise Conflict(KEPT)
    agency, data = row.agency, data or row.data
    data = _with_known_names(data, agency, by, positions or {}, kinds or {})
    if Sop.objects.filter(agency=agency, slug=data["slug"]).exists():
        data = data | dict.fromkeys(("noun", "code", "opening"))  # as they are
    row.revision = _loaded(data, agency, by)
    row.trace = _retraced(row.trace, kept or {})
    row.confirmed_by, row.confirmed_at = (by.user, by.at) if kept is not None else (None, None)
    row.save()
    return row.revision


def _retraced(trace: dict[str, dict], kept: Mapping[str, object]) -> dict[str, dict]:
    """The trace with what was corrected or added, and without that of an earlier draft that was deleted."""
    found = {
        path: {key: told for key, told in place.items() if key != "kept"}
        for path, place in trace.items()
        if "added" not in place
    }
    for path, value in kept.items():
        place = found.get(path)
        if place is None and value:
            found[path] = {"quotes": [], "sure": True, "read": None, "kept": value, "added": True}
        elif place and (value or None) != (place["read"] or None):
            place["kept"] = value
    return found


def _with_known_names(data: dict, agency: Agency, by, positions: Mapping, kinds: Mapping) -> dict:
    """The data with each strange name replaced by the row it means, made where there is none."""
    known = vocabulary(agency)
    made = {fold(name) for name in proposal.papers_made(data)}
    decided = []
    for model, part, words, choices in (
        (Position, "position", known.positions, positions),
        (PaperKind, "paper", known.kinds, kinds),
    ):
        found = {}
        choices = {fold(name): choice for name, choice in choices.items()}
        for name in proposal.unknown(data, words, part):
            choice = choices.get(fold(name), New(proposed=True))
            if isinstance(choice, New):
                facts = {"proposed": choice.proposed}
                if model is Position:
                    facts["external"] = choice.external
                else:
                    facts["origin"] = choice.origin or origin_of(fold(name) in made)
                row = adopting.add(model, agency, name, by, **facts)
            else:
                row = adopting.also_called(choice, name, by)
            found[fold(name)] = row.name
        decided.append(found)
    return proposal.renamed(data, *decided)


def origin_of(made_here: bool) -> str:
    """What a new kind of paper is taken for: what a step makes, a report; else it comes from outside."""
    return PaperKind.Origin.REPORT if made_here else PaperKind.Origin.INCOMING


def _loaded(data: dict, agency: Agency, by) -> Revision:
    try:
        return sopfile.load(sopfile.read(sopfile.to_yaml(data), agency), agency, by)
    except Refused as refused:  # its lines are those of a file that nobody has seen
        raise Refused(*(re.sub(r"^Baris \d+: ", "", told) for told in refused.sentences)) from None


def is_sop_file(name: str) -> bool:
    """Whether a file is one of `sopfile`'s, by its ending."""
    return PurePath(name).suffix.lower() in (".yaml", ".yml", "")
