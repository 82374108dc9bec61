"""The life of a revision: checked, scheduled, put in force, replaced, withdrawn; and the seal on it.

Each act names the official who approved it and the reason (`RevisionAct`). A scheduled revision takes effect
on its day by itself: whoever asks which revision is followed asks `Revision.objects.on(day)`, and the stored
state is tidied by the next verb or by `manage.py roll`. The database itself refuses to change a sealed
revision: its header, steps and notes, its frozen document, and a way back to draft other than calling back a
schedule.
"""

from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connections, transaction

from sopcases.people import journal
from sopcases.people.append_only import rewritten
from sopcases.people.authority import Machine, Signatory, local_day
from sopcases.people.keeping import keeping
from sopcases.people.models import User
from sopcases.refusal import Conflict, Refused
from sopcases.sops import freezing, sopfile
from sopcases.sops.models import FrozenSheet, Note, Revision, RevisionAct, Sop, Step
from sopcases.sops.plans import plan_of

State = Revision.State
Verb = RevisionAct.Verb


@keeping()
def put_in_force(
    revision: Revision,
    by,
    day: date,
    *,
    signer: User | None = None,
    official: str = "",
    reason: str = "",
) -> Revision:
    """Seal a draft and let new cases follow it from `day` on, replacing the revision in force until then. A
    day to come schedules it. Its document is frozen, to be signed.

    Running cases keep theirs. `signer` ratifies it, and its header names him; without one it was ratified on
    its paper, as the sheet says. `official` approved it, by default who ratifies it; `reason`, by default the
    ratification on the sheet. Raises Refused with everything that keeps it from running, each sentence naming
    step and reason, when the day lies before the present revision's or in a year mistyped (`why_not_from`),
    beside another schedule, and for a `signer` without the authority.
    """
    revision = _locked(revision, by.at)
    agency = revision.sop.agency
    today = local_day(agency, by.at)
    _leads_to(revision, State.SCHEDULED if day > today else State.IN_FORCE)
    if other := revision.sop.revisions.filter(state=State.SCHEDULED).first():
        raise (Conflict if other == revision else Refused)(
            f"Revisi {other.no} sudah dijadwalkan berlaku {other.in_force_from:%d-%m-%Y}. "
            "Batalkan jadwal itu lebih dahulu."
        )
    if reason_against := why_not_from(day, today):
        raise Refused(reason_against)
    before = revision.sop.revisions.filter(state=State.IN_FORCE).first()
    if before and before.no > revision.no:
        raise Refused(f"Revisi {revision.no} lebih lama daripada revisi {before.no} yang berlaku.")
    if before and day < before.in_force_from:
        raise Refused(f"Tanggal berlaku mendahului revisi {before.no} ({before.in_force_from:%d-%m-%Y}).")
    ratified = freezing.ratifying(revision, by, signer) if signer else None
    if ratified:
        official = official.strip() or f"{signer}, {ratified[1].acting_title}"[:200]
    elif revision.ratified_by_name:
        official = official.strip() or revision.ratified_by_name
        reason = reason.strip() or "Pengesahan pada lembar SOP"
    official, reason = _approved(official, reason)
    if problems := plan_of(revision).problems():
        raise Refused(*problems)
    if ratified:
        _ratify(revision, ratified[1], today, day)
    revision.checksum = sopfile.checksum(revision)
    revision.in_force_from = day
    if day <= today:
        _begin(revision, by, official, reason)
    else:
        revision.state = State.SCHEDULED
        revision.save(update_fields=["checksum", "in_force_from", "state"])
        _tell(revision, by, Verb.SCHEDULED, official, reason, day)
    freezing.freeze(revision, by, ratified)
    return revision


FIRST_YEAR, YEARS_AHEAD = 1990, 5


def why_not_from(day: date, today: date) -> str | None:
    """Why a revision cannot be in force from a day: its year is a slip, and sealed it would stay."""
    last = today.year + YEARS_AHEAD
    if FIRST_YEAR <= day.year <= last:
        return None
    return (
        f"Tahun tanggal berlaku harus antara {FIRST_YEAR} dan {last}, bukan {day.year}. Periksa tanggalnya."
    )


HEADER_OF_RATIFICATION = ("ratified_by_name", "ratified_by_nip", "ratified_on", "effective_on", "sheet")


def _ratify(revision: Revision, signatory: Signatory, today: date, day: date):
    """The header says who ratifies the sheet, when, and from which day it holds."""
    revision.ratified_by_name, revision.ratified_by_nip = signatory.user.name, signatory.user.nip
    revision.ratified_on, revision.effective_on = today, day
    lines = "\n".join(freezing.ratified_lines(signatory))
    revision.sheet = {**revision.sheet, "ratified_by": lines, "ratified_on": None, "effective_on": None}
    revision.save(update_fields=HEADER_OF_RATIFICATION)


RATIFIED = ("ratified_by", "ratified_on", "effective_on")
"""Cells of the sheet that tell of a ratification."""


def _unratify(revision: Revision):
    """A draft's words are nobody's ratification: who ratified what it was made from does not stand in it."""
    revision.ratified_by_name = revision.ratified_by_nip = ""
    revision.ratified_on = revision.effective_on = None
    revision.sheet = {key: told for key, told in revision.sheet.items() if key not in RATIFIED}
    revision.save(update_fields=HEADER_OF_RATIFICATION)


def approved_by(revision: Revision) -> str:
    """Who approved a revision that a command puts in force: as its sheet says, else that it does not say."""
    return revision.ratified_by_name or "Tidak disebut pada lembar"


@transaction.atomic
def call_back(revision: Revision, by, *, official: str, reason: str) -> Revision:
    """Make a scheduled revision a draft again, before its day. Whom its document waited for or who signed it
    is no more in its header; one ratified on paper keeps what its sheet says."""
    revision = _locked(revision, by.at)
    if revision.state != State.SCHEDULED:
        raise Conflict(f"Revisi {revision.no} tidak sedang dijadwalkan.")
    official, reason = _approved(official, reason)
    revision.state, revision.checksum, revision.in_force_from = State.DRAFT, "", None
    revision.save(update_fields=["checksum", "in_force_from", "state"])
    if freezing.void(revision, by, reason):
        _unratify(revision)
    _tell(revision, by, Verb.CALLED_BACK, official, reason)
    return revision


@dataclass(frozen=True)
class Proposal:
    """A standard proposed for a step, and what speaks for it."""

    time: str
    about: str
    evidence: tuple[str, ...]


@transaction.atomic
def new_revision(revision: Revision, by, proposals: Mapping[str, Proposal] | None = None) -> Revision:
    """A copy of the revision as the SOP's next draft, ratified by nobody; in it, by key of the step, the
    standards proposed, each with its evidence as a note. Raises Refused while another draft is open."""
    sop = Sop.objects.select_for_update().get(pk=revision.sop_id)
    if draft := sop.revisions.filter(state__in=(State.DRAFT, State.CHECKED)).first():
        raise Refused(f"Revisi {draft.no} masih berupa draf. Selesaikan atau hapus draf itu lebih dahulu.")
    draft = sopfile.load(sopfile.dump(revision), sop.agency, by, verb="sop.revisi_dibuat")
    _unratify(draft)
    for step in draft.steps.filter(key__in=proposals or ()):
        proposal = proposals[step.key]
        Note.objects.create(
            revision=draft,
            step=step,
            about=proposal.about,
            quotes=[f"Waktu baku semula: {step.time_text or 'tidak ada'}", *proposal.evidence],
            reading=f"Waktu baku diusulkan {proposal.time}.",
        )
        step.time, step.time_reading = proposal.time, ""
        step.save()
    return draft


@transaction.atomic
def withdraw(revision: Revision, by, reason: str, *, official: str) -> Revision:
    """Take a revision out of force without a new one: no new case opens, running cases go on."""
    revision = _locked(revision, by.at)
    _leads_to(revision, State.WITHDRAWN)
    official, reason = _approved(official, reason)
    revision.state = State.WITHDRAWN
    revision.save(update_fields=["state"])
    _tell(revision, by, Verb.WITHDRAWN, official, reason)
    return revision


@transaction.atomic
def mark_checked(revision: Revision, by, *, official: str, reason: str) -> Revision:
    """Note who compared the draft with the sheet. It stays editable; an edit makes it a draft."""
    revision = _locked(revision, by.at)
    _leads_to(revision, State.CHECKED)
    official, reason = _approved(official, reason)
    revision.state = State.CHECKED
    revision.save(update_fields=["state"])
    _tell(revision, by, Verb.CHECKED, official, reason)
    return revision


def editable(revision: Revision) -> Revision:
    """The revision locked for an edit, a draft again. Raises Conflict when it was put in force meanwhile."""
    revision = _locked(revision)
    if not revision.editable:
        raise Conflict("Revisi ini sudah tidak dapat diubah. Buat revisi baru untuk mengubahnya.")
    if revision.state == State.CHECKED:
        revision.state = State.DRAFT
        revision.save(update_fields=["state"])
    return revision


@transaction.atomic
def move_step(step: Step, way: str):
    """Move a step of a draft one place "up" or "down"; at the edge it stays. Orders become 1, 2, 3 …"""
    revision = editable(step.revision)
    steps = list(revision.steps.all())
    at = steps.index(step)
    to = at + {"up": -1, "down": 1}.get(way, 0)
    if 0 <= to < len(steps):
        steps[at], steps[to] = steps[to], steps[at]
    for order, one in enumerate(steps, 1):
        one.order = order
    Step.objects.bulk_update(steps, ["order"])


def take_effect(at: datetime) -> int:
    """Store what scheduled days have brought by themselves; answers how many revisions began. Safe to run
    twice, or never."""
    began = 0
    for sop in Sop.objects.filter(revisions__state=State.SCHEDULED).order_by("pk"):
        with transaction.atomic():
            began += _settle(Sop.objects.select_for_update().get(pk=sop.pk), at)
    return began


def _settle(sop: Sop, at: datetime) -> bool:
    """Whether a scheduled revision of the locked SOP has come, and is stored as in force now."""
    coming = Revision.objects.select_related("sop__agency").filter(sop=sop, state=State.SCHEDULED).first()
    if coming is None or coming.in_force_from > local_day(coming.sop.agency, at):
        return False
    told = coming.acts.filter(verb=Verb.SCHEDULED).latest("id")
    _begin(coming, Machine(at), told.official, told.reason)
    return True


def _begin(revision: Revision, by, official: str, reason: str):
    """The revision is followed from its day on; the one until then is replaced."""
    if before := revision.sop.revisions.filter(state=State.IN_FORCE).first():
        before.state = State.REPLACED
        before.save(update_fields=["state"])
        _tell(before, by, Verb.REPLACED, official, f"Diganti revisi {revision.no}")
    revision.state = State.IN_FORCE
    revision.save(update_fields=["checksum", "in_force_from", "state"])
    _tell(revision, by, Verb.IN_FORCE, official, reason, revision.in_force_from)


def _approved(official: str, reason: str) -> tuple[str, str]:
    official, reason = official.strip(), reason.strip()
    missing = []
    if not official:
        missing.append("Pejabat yang menyetujui wajib diisi.")
    if not reason:
        missing.append("Alasan wajib diisi.")
    if missing:
        raise Refused(*missing)
    return official, reason


JOURNAL = {
    Verb.CHECKED: "sop.diperiksa",
    Verb.SCHEDULED: "sop.dijadwalkan",
    Verb.CALLED_BACK: "sop.jadwal_dibatalkan",
    Verb.IN_FORCE: "sop.diberlakukan",
    Verb.REPLACED: "sop.diganti",
    Verb.WITHDRAWN: "sop.dicabut",
}


def _tell(revision: Revision, by, verb: str, official: str, reason: str, day: date | None = None):
    """The act into the revision's own history and into the journal."""
    RevisionAct.objects.create(
        revision=revision, verb=verb, at=by.at, by=by.user, official=official, reason=reason, day=day
    )
    facts = {"day": day.isoformat()} if day else {}
    journal.write(
        by,
        JOURNAL[Verb(verb)],
        revision,
        agency_id=revision.sop.agency_id,
        sop=revision.sop.slug,
        no=revision.no,
        reason=reason,
        **facts,
    )


def _locked(revision: Revision, at: datetime | None = None) -> Revision:
    """The row as it stands now (at the moment `at`, whatever was scheduled until then), locked; the SOP
    first, so that two drafts cannot both come in force."""
    sop = Sop.objects.select_for_update().get(pk=revision.sop_id)
    if at:
        _settle(sop, at)
    return Revision.objects.select_for_update(of=("self",)).select_related("sop__agency").get(pk=revision.pk)


def _leads_to(revision: Revision, state: str):
    if state not in Revision.TRANSITIONS[revision.state]:
        raise Conflict(
            f"Revisi {revision.no} berstatus {revision.get_state_display()} dan tidak dapat menjadi "
            f"{State(state).label}."
        )


# The seal ------------------------------------------------------------------------------------------

SEALED = "revisi SOP yang pernah berlaku tidak dapat diubah"
_OPEN = "('draft', 'checked')"
_BY_STEP = "SELECT 1 FROM sops_step s JOIN sops_revision r ON r.id = s.revision_id WHERE s.id = {row}.step_id"
_BY_REVISION = "SELECT 1 FROM sops_revision r WHERE r.id = {row}.revision_id"
PARTS = {
    "sops_step": _BY_REVISION,
    "sops_note": _BY_REVISION,
    "sops_intake": _BY_REVISION,
    "sops_performer": _BY_STEP,
    "sops_output": _BY_STEP,
    "sops_requirement": _BY_STEP,
}
"""Each table of a revision's parts, and how its row finds the revision."""

HEADER = [field.column for field in Revision._meta.concrete_fields if field.column != "state"]
"""Columns that stay as they were sealed; the state may still go on."""

SEAL = ("checksum", "in_force_from")
"""Columns that go when a schedule is called back."""

_REVIVED = (
    "(OLD.state <> NEW.state AND NOT (OLD.state = 'in_force' AND NEW.state IN ('replaced', 'withdrawn')) "
    "AND NOT (OLD.state = 'scheduled' AND NEW.state = 'in_force'))"
)


def _sealed(lookup: str, row: str) -> str:
    return f"EXISTS ({lookup.format(row=row)} AND r.state NOT IN {_OPEN})"


def _triggers(vendor: str, header: Iterable[str]) -> dict[str, tuple[str, str, str]]:
    """By name: the event, the table and the condition on which the database refuses."""
    found = {}
    for table, lookup in PARTS.items():
        old, new = _sealed(lookup, "OLD"), _sealed(lookup, "NEW")
        found[f"{table}_no_insert"] = ("INSERT", table, new)
        found[f"{table}_no_update"] = ("UPDATE", table, f"{old} OR {new}")
        found[f"{table}_no_delete"] = ("DELETE", table, old)
    past = f"OLD.state NOT IN {_OPEN}"
    kept = [column for column in header if column not in SEAL]
    called_back = (
        "OLD.state = 'scheduled' AND NEW.state = 'draft' AND NEW.checksum = '' AND NEW.in_force_from IS NULL "
        f"AND NOT {rewritten(vendor, kept)}"
    )
    changed = f"{past} AND NOT ({called_back}) AND ({rewritten(vendor, header)} OR {_REVIVED})"
    found["sops_revision_no_update"] = ("UPDATE", "sops_revision", changed)
    found["sops_revision_no_delete"] = ("DELETE", "sops_revision", past)
    acts = "sops_revisionact"
    found[f"{acts}_no_update"] = ("UPDATE", acts, "1 = 1")
    found[f"{acts}_no_delete"] = ("DELETE", acts, _sealed(_BY_REVISION, "OLD"))
    frozen, void = FrozenSheet._meta.db_table, ("voided_at", "void_reason")
    again = (
        f"{rewritten(vendor, FrozenSheet.FROZEN)} "
        f"OR (OLD.filed_at IS NOT NULL AND {rewritten(vendor, FrozenSheet.SIGNATURE)}) "
        f"OR (OLD.voided_at IS NOT NULL AND {rewritten(vendor, (*FrozenSheet.SIGNATURE, *void))})"
    )
    found[f"{frozen}_no_update"] = ("UPDATE", frozen, again)
    found[f"{frozen}_no_delete"] = ("DELETE", frozen, "1 = 1")
    return found


def _seal(connection, on: bool):
    sqlite = connection.vendor == "sqlite"
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, Revision._meta.db_table)
        # An early migration seals a table that later ones still give columns to.
        header = [column for column in HEADER if column in {field.name for field in described}]
        for name, (event, table, condition) in _triggers(connection.vendor, header).items():
            if table not in tables:
                continue  # an early migration seals what there is by then
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + ("" if sqlite else f" ON {table}"))
            if not on:
                continue
            if sqlite:
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} "
                    f"BEGIN SELECT RAISE(ABORT, '{SEALED}'); END"
                )
                continue
            # PostgreSQL allows no sub-query in WHEN: the condition stands in the function.
            row = "OLD" if event == "DELETE" else "NEW"
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {condition} THEN RAISE EXCEPTION '{SEALED}' USING ERRCODE = 'restrict_violation'; "
                f"END IF; RETURN {row}; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
            )


def seal(apps, schema_editor):
    """Migration step: let the database refuse to change a revision that is or was in force.

    A later migration that rebuilds one of these tables on SQLite must `unseal` before and `seal` after:
    rebuilding drops the table's triggers and stumbles over those of its neighbours.
    """
    _seal(schema_editor.connection, on=True)


def unseal(apps, schema_editor):
    _seal(schema_editor.connection, on=False)


@contextmanager
def lifted(using: str = "default"):
    """Take the seal away for emptying a test database; nothing else may call it."""
    _seal(connections[using], on=False)
    try:
        yield
    finally:
        _seal(connections[using], on=True)
