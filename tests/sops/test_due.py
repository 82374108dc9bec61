"""`manage.py due`: where a standard ends, and why."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from sopcases.people.models import Agency
from sopcases.worktime.seeding import seed_holidays, seed_hours

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def agencies():
    seed_holidays([2024, 2025, 2026])
    for slug, zone in (("tanjungpinang", "Asia/Jakarta"), ("timur", "Asia/Jayapura")):
        agency = Agency.objects.create(
            slug=slug,
            name=slug,
            short_name=slug,
            government="PEMERINTAH KOTA",
            letterhead_name="DINAS SOSIAL",
            city=slug,
            timezone=zone,
        )
        seed_hours(agency, date(2024, 1, 1))


def due(*arguments, **options):
    out, err = StringIO(), StringIO()
    call_command("due", *arguments, stdout=out, stderr=err, **options)
    return [*out.getvalue().splitlines(), *err.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("agency", "start", "duration", "end"),
    [
        ("tanjungpinang", "2024-04-05T08:00", "3 hari", "2024-04-18T08:00:00+07:00"),
        ("tanjungpinang", "2025-03-26T08:00", "3 Hari", "2025-04-09T08:00:00+07:00"),
        ("tanjungpinang", "2026-03-16T08:00", "10 hari kerja", "2026-04-07T08:00:00+07:00"),
        ("tanjungpinang", "2024-03-01T11:20", "15 menit", "2024-03-01T13:05:00+07:00"),
        ("tanjungpinang", "2024-03-02T02:00", "24 Jam", "2024-03-03T02:00:00+07:00"),
        ("tanjungpinang", "2024-03-01T11:20:00+09:00", "15 menit", "2024-03-01T09:35:00+07:00"),
        ("timur", "2024-03-01T11:20", "15 menit", "2024-03-01T13:05:00+09:00"),
        ("timur", "2024-03-01", "15 menit", "2024-03-01T07:45:00+09:00"),
    ],
)
def test_says_when_a_standard_ends(agency, start, duration, end):
    first, sentence = due(agency, start, duration)
    assert first == end
    assert sentence.endswith(".")
    assert "; batas waktu " in sentence


def test_explains_the_count():
    assert due("tanjungpinang", "2024-03-01T11:20", "15 menit")[1] == (
        "15 menit kerja sejak Jumat 11.20; istirahat 11.30–13.00; batas waktu Jumat 13.05."
    )


def test_counts_on_another_basis():
    assert (
        due("tanjungpinang", "2024-03-01T16:00", "1 jam", basis="calendar")[0] == "2024-03-01T17:00:00+07:00"
    )


def test_warns_where_joint_leave_is_not_known():
    lines = due("tanjungpinang", "2026-12-28T08:00", "1 tahun")
    assert lines[2:] == ["Cuti bersama 2027 belum diketahui; hitungan dapat berubah."]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nirwana", "2024-04-05T08:00", "3 hari"), "Perangkat daerah “nirwana” tidak ada."),
        (("timur", "kemarin", "3 hari"), "“kemarin” bukan saat mulai"),
        (("timur", "2024-04-05T08:00", "tergantung jarak"), "“tergantung jarak” tidak terbaca"),
        (("timur", "2024-04-05T08:00", "2 (tiga) hari"), "angkanya 2, kata-katanya 3"),
        (("timur", "2024-04-05T08:00", "0"), "“0” tidak menetapkan waktu baku"),
        (("timur", "9999-12-31T08:00", "3 hari"), "tidak mempunyai jam kerja lagi"),
        (("timur", "9999-12-31T08:00", "3 tahun"), "di luar penanggalan"),
    ],
)
def test_refuses_with_a_sentence(arguments, sentence):
    with pytest.raises(CommandError) as refusal:
        due(*arguments)
    assert sentence in str(refusal.value)
