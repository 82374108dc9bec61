"""The register: no gap, no double, void numbers never again, also with many takers at once."""

from collections import Counter as Tally

import pytest
from django.db import IntegrityError, transaction

from sopcases.letters import register
from sopcases.letters.models import Number, Series
from sopcases.letters.models.register import Counter
from sopcases.refusal import Refused
from tests.cast import at
from tests.letters.crowd import all_take


@pytest.fixture
def series(world) -> Series:
    return Series.objects.get(agency=world.home, name="Surat Perintah Tugas")


def test_numbers_follow_each_other_and_the_pattern(world, series):
    by = world.officer("agus")
    texts = [register.take(series, by.day.year, by).text for _ in range(3)]
    assert texts == ["800/1/5.6.04/2026", "800/2/5.6.04/2026", "800/3/5.6.04/2026"]


def test_every_year_and_every_series_begins_at_one(world, series):
    other = Series.objects.get(agency=world.home, name="Surat Pengantar dan Berita Acara")
    by = world.officer("agus")
    register.take(series, 2026, by)
    assert register.take(series, 2027, by).seq == 1
    assert register.take(other, 2026, by).seq == 1


def test_the_year_turns_at_local_midnight(world, series):
    before = world.officer("agus", at("2026-12-31 23:59"))
    after = world.officer("agus", at("2027-01-01 00:01"))
    assert (before.day.year, after.day.year) == (2026, 2027)
    assert register.take(series, before.day.year, before).text.endswith("/2026")
    assert register.take(series, after.day.year, after).text.endswith("/2027")


@pytest.mark.parametrize(
    ("pattern", "suffix", "expected"),
    [
        ("{klasifikasi}/{urut}/{unit}/{tahun}", "", "462/18/5.6.04/2024"),
        ("{klasifikasi}/{urut}/{unit}/{tahun}", "b", "462/18.b/5.6.04/2024"),
        ("{urut}/SPT/{bulan_romawi}/{tahun}", "", "18/SPT/XI/2024"),
        ("{urut}-{tahun} {urut.__class__} {lain}", "", "18-2024 {urut.__class__} {lain}"),
    ],
)
def test_patterns(pattern, suffix, expected):
    series = Series(pattern=pattern, classification="462", unit="5.6.04")
    assert register.compose(series, year=2024, month=11, seq=18, suffix=suffix) == expected


@pytest.mark.django_db
def test_a_pattern_without_year_or_sequence_is_refused(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        Series.objects.create(agency=world.home, name="Salah", pattern="{klasifikasi}/{urut}")


def test_taking_steps_over_what_was_used_outside(world, series):
    by = world.officer("agus")
    register.record_outside(series, 2026, 2, by, reason="Dipakai manual 5 Januari")
    register.record_outside(series, 2026, 1, by, reason="Sisipan", suffix="b")
    assert [register.take(series, 2026, by).seq for _ in range(2)] == [1, 3]
    with pytest.raises(Refused, match="sudah ada dalam agenda"):
        register.record_outside(series, 2026, 3, by, reason="Manual")
    with pytest.raises(Refused, match="harus diisi"):
        register.record_outside(series, 2026, 9, by, reason=" ")


def test_reserved_numbers_are_used_or_voided_once(world, series):
    by = world.officer("agus")
    (number,) = register.reserve(series, 2026, by, reason="Untuk SPT hari Senin")
    assert (number.seq, number.state) == (1, Number.State.RESERVED)
    register.use_reserved(number, by, None)
    with pytest.raises(Refused, match="berstatus dipakai"):
        register.use_reserved(number, by, None)
    register.void(number, by, reason="Tidak jadi")
    with pytest.raises(Refused, match="berstatus dibatalkan"):
        register.void(number, by, reason="lagi")
    with pytest.raises(Refused):
        register.use_reserved(number, by, None)
    assert register.take(series, 2026, by).seq == 2


def test_a_refused_act_leaves_no_gap(world, series):
    by = world.officer("agus")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        register.take(series, 2026, by)
        1 / 0  # noqa: B018
    assert register.take(series, 2026, by).seq == 1


def test_the_database_refuses_a_double(world, series):
    by = world.officer("agus")
    number = register.take(series, 2026, by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Number.objects.create(series=series, year=2026, seq=number.seq, text="lain", at=by.at, by=by.user)


TAKE = """
from sopcases.letters import register
from sopcases.letters.models import Series

def take(by):
    register.take(Series.objects.get(), 2026, by)
"""


@pytest.mark.django_db(transaction=True)
def test_fifty_processes_take_fifty_numbers_and_the_killed_leave_no_hole():
    from sopcases.people.models import Agency, User

    office = Agency.objects.create(slug="kantor", name="Dinas Sosial")
    User.objects.create_user("agus", name="Agus", agency=office)
    series = Series.objects.create(agency=office, name="SPT", classification="800", unit="5.6.04")
    all_take(50, 10, TAKE)
    taken = Number.objects.filter(series=series, year=2026).values_list("seq", flat=True)
    assert Tally(taken) == Tally(range(1, 51))
    assert register.unexplained(series, 2026) == []
    assert Counter.objects.get(series=series).last == 50
