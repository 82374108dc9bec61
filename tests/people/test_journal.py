"""The journal: written by verbs, and refused by the database itself to be rewritten."""

import pytest
from django.db import DatabaseError, connection, transaction

from sopcases.people import journal
from sopcases.people.authority import Machine
from sopcases.people.models import Appointment, Entry, Position
from tests.cast import appoint, at


@pytest.fixture
def entry(world):
    return journal.write(world.officer("sari"), "diuji", world.home, title="Peksos", step="4")


def test_a_line_says_who_when_as_what_and_what(world, entry):
    entry.refresh_from_db()

    assert (entry.actor, entry.at, entry.acting_title) == (world.sari, world.now, "Peksos")
    assert (entry.agency, entry.subject, entry.subject_id) == (world.home, "people.agency", world.home.pk)
    assert (entry.verb, entry.data) == ("diuji", {"step": "4"})


def test_without_a_title_all_titles_held_are_written(world):
    assert journal.write(world.officer("dewi"), "diuji", world.sari).acting_title == "Kasi"


def test_the_machine_writes_without_a_user(world):
    entry = journal.write(Machine(at("2026-01-01 00:00")), "diuji", world.sari)

    assert (entry.actor, entry.acting_title, entry.agency_id) == (None, "Sistem", world.home.pk)


def test_lines_about_a_row_come_newest_first(world):
    for verb in ("satu", "dua"):
        journal.write(world.officer("sari"), verb, world.rina)
    journal.write(world.officer("sari"), "lain", world.agus)

    assert [entry.verb for entry in journal.of(world.rina)] == ["dua", "satu"]


@pytest.mark.parametrize(
    "act",
    [
        lambda e: Entry.objects.filter(pk=e.pk).update(verb="lain"),
        lambda e: Entry.objects.filter(pk=e.pk).delete(),
        lambda e: e.delete(),
        lambda e: e.save(),
        lambda e: Entry.objects.all()._raw_delete("default"),
        lambda e: connection.cursor().execute("UPDATE people_entry SET data = '{}'"),
        lambda e: connection.cursor().execute("DELETE FROM people_entry"),
    ],
    ids=["update", "delete", "row delete", "row save", "raw delete", "sql update", "sql delete"],
)
def test_the_database_refuses_to_change_or_delete_a_line(entry, act):
    with pytest.raises(DatabaseError, match="riwayat tidak dapat diubah atau dihapus"), transaction.atomic():
        act(entry)

    assert Entry.objects.filter(pk=entry.pk, verb="diuji").exists()


def test_postgresql_refuses_to_truncate_and_sqlite_knows_no_such_word(entry):
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("TRUNCATE people_entry CASCADE")

    assert Entry.objects.filter(pk=entry.pk).exists()


def test_the_guard_can_be_lifted_and_stands_again_after(entry):
    with journal.lifted():
        Entry.objects.filter(pk=entry.pk).update(verb="lain")
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(verb="lagi")


def test_who_holds_many_positions_is_written_down_all_the_same(world):
    """The database keeps two hundred characters of a title; PostgreSQL refuses more."""
    for name in ("Peksos", "Petugas"):
        position = Position.objects.get(agency=world.home, name=name)
        Appointment.objects.filter(user=world.sari, position=position).delete()
        appoint(world.sari, position)
    Appointment.objects.filter(user=world.sari).update(printed_title="Pekerja Sosial Ahli Muda " * 6)
    case, sari = world.case(), world.officer("sari")
    assert len(sari.title) > 200
    assert journal.write(sari, "case.read", case).acting_title == sari.title[:200]
