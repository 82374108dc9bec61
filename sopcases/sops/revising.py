"""The life of a revision: put in force, copied to a new draft, withdrawn; and the seal on one in force.

The database itself refuses to change a sealed revision: its header, steps and notes, and a way back to draft.
"""

from contextlib import contextmanager
from datetime import date

from django.db import connections, transaction

from sopcases.people import journal
from sopcases.people.authority import local_day
from sopcases.refusal import Conflict, Refused
from sopcases.sops import sopfile
from sopcases.sops.models import Revision, Sop
from sopcases.sops.plans import plan_of

State = Revision.State


@transaction.atomic
def put_in_force(revision: Revision, by, day: date) -> Revision:
    """Seal a draft and let new cases follow it from `day` on; the revision in force until now is replaced.

    Running cases keep theirs. Raises Refused with everything that keeps it from running, each sentence
    naming step and reason, and when the day is still to come or lies before the present revision's.
    """
    revision = _locked(revision)
    _leads_to(revision, State.IN_FORCE)
    agency = revision.sop.agency
    if day > local_day(agency, by.at):
        raise Refused("Tanggal berlaku belum tiba. Berlakukan revisi pada harinya.")
    before = revision.sop.revisions.filter(state=State.IN_FORCE).first()
    if before and day < before.in_force_from:
        raise Refused(f"Tanggal berlaku mendahului revisi {before.no} ({before.in_force_from:%d-%m-%Y}).")
    if problems := plan_of(revision).problems():
        raise Refused(*problems)
    if before:
        before.state = State.REPLACED
        before.save(update_fields=["state"])
        journal.write(by, "sop.diganti", before, agency_id=agency.pk, sop=revision.sop.slug, no=before.no)
    revision.checksum = sopfile.checksum(revision)
    revision.in_force_from = day
    revision.state = State.IN_FORCE
    revision.save(update_fields=["checksum", "in_force_from", "state"])
    journal.write(
        by,
        "sop.diberlakukan",
        revision,
        agency_id=agency.pk,
        sop=revision.sop.slug,
        no=revision.no,
        day=day.isoformat(),
    )
    return revision


@transaction.atomic
def new_revision(revision: Revision, by) -> Revision:
    """A copy of the revision as the SOP's next draft. Raises Refused while another draft is open."""
    sop = Sop.objects.select_for_update().get(pk=revision.sop_id)
    if draft := sop.revisions.filter(state__in=(State.DRAFT, State.CHECKED)).first():
        raise Refused(f"Revisi {draft.no} masih berupa draf. Selesaikan atau hapus draf itu lebih dahulu.")
    return sopfile.load(sopfile.dump(revision), sop.agency, by, verb="sop.revisi_dibuat")


@transaction.atomic
def withdraw(revision: Revision, by, reason: str) -> Revision:
    """Take a revision out of force without a new one: no new case opens, running cases go on."""
    revision = _locked(revision)
    _leads_to(revision, State.WITHDRAWN)
    if not reason.strip():
        raise Refused("Alasan pencabutan wajib diisi.")
    revision.state = State.WITHDRAWN
    revision.save(update_fields=["state"])
    journal.write(
        by,
        "sop.dicabut",
        revision,
        agency_id=revision.sop.agency_id,
        sop=revision.sop.slug,
        no=revision.no,
        reason=reason,
    )
    return revision


@transaction.atomic
def mark_checked(revision: Revision, by) -> Revision:
    """Note that somebody compared the draft with the sheet. It stays editable; an edit makes it a draft."""
    revision = _locked(revision)
    _leads_to(revision, State.CHECKED)
    revision.state = State.CHECKED
    revision.save(update_fields=["state"])
    journal.write(
        by, "sop.diperiksa", revision, agency_id=revision.sop.agency_id, sop=revision.sop.slug, no=revision.no
    )
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


def _locked(revision: Revision) -> Revision:
    """The row as it stands now, locked; the SOP first, so that two drafts cannot both come in force."""
    Sop.objects.select_for_update().get(pk=revision.sop_id)
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
    "sops_performer": _BY_STEP,
    "sops_output": _BY_STEP,
    "sops_requirement": _BY_STEP,
}
"""Each table of a revision's parts, and how its row finds the revision."""

HEADER = [field.column for field in Revision._meta.concrete_fields if field.column != "state"]
"""Columns that stay as they were sealed; the state may still go on."""

_REWRITTEN = {
    "sqlite": " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in HEADER),
    "postgresql": " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in HEADER),
}
_REVIVED = (
    "(OLD.state <> NEW.state AND NOT (OLD.state = 'in_force' AND NEW.state IN ('replaced', 'withdrawn')))"
)


def _sealed(lookup: str, row: str) -> str:
    return f"EXISTS ({lookup.format(row=row)} AND r.state NOT IN {_OPEN})"


def _triggers(vendor: str) -> dict[str, tuple[str, str, str]]:
    """By name: the event, the table and the condition on which the database refuses."""
    found = {}
    for table, lookup in PARTS.items():
        old, new = _sealed(lookup, "OLD"), _sealed(lookup, "NEW")
        found[f"{table}_no_insert"] = ("INSERT", table, new)
        found[f"{table}_no_update"] = ("UPDATE", table, f"{old} OR {new}")
        found[f"{table}_no_delete"] = ("DELETE", table, old)
    past = f"OLD.state NOT IN {_OPEN}"
    changed = f"{past} AND ({_REWRITTEN[vendor]} OR {_REVIVED})"
    found["sops_revision_no_update"] = ("UPDATE", "sops_revision", changed)
    found["sops_revision_no_delete"] = ("DELETE", "sops_revision", past)
    return found


def _seal(connection, on: bool):
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for name, (event, table, condition) in _triggers(connection.vendor).items():
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
