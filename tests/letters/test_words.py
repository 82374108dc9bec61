"""How dates, titles and lists are written."""

from datetime import date

import pytest

from sopcases.letters import words


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("Kepala Dinas Sosial", ("KEPALA DINAS SOSIAL,",)),
        ("Plh. Kepala Dinas Sosial", ("Plh. KEPALA DINAS SOSIAL,",)),
        ("plt. Kepala Dinas", ("Plt. KEPALA DINAS,",)),
        ("a.n. Kepala Dinas Sosial\nSekretaris", ("a.n. KEPALA DINAS SOSIAL", "SEKRETARIS,")),
        (
            "a.n. Bupati\nSekretaris Daerah\nu.b.\nAsisten",
            ("a.n. BUPATI", "SEKRETARIS DAERAH", "u.b.", "ASISTEN,"),
        ),
        ("", ()),
    ],
)
def test_headings(title, lines):
    assert tuple(line.strip() for line in words.heading(title)) == lines


def test_days_in_words():
    assert words.day_in_words(date(2026, 11, 21)) == (
        "Sabtu tanggal dua puluh satu bulan November tahun dua ribu dua puluh enam (21-11-2026)"
    )
    assert words.day_in_words(date(2031, 1, 11)).startswith("Sabtu tanggal sebelas bulan Januari")


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 3, 3), date(2026, 3, 3), "3 Maret 2026"),
        (date(2026, 3, 3), date(2026, 3, 5), "3 s.d. 5 Maret 2026"),
        (date(2026, 3, 31), date(2026, 4, 1), "31 Maret s.d. 1 April 2026"),
        (date(2026, 12, 31), date(2027, 1, 1), "31 Desember 2026 s.d. 1 Januari 2027"),
    ],
)
def test_spans(first, last, text):
    assert words.span_text(first, last) == text


def test_lines_lose_typed_numbers_and_keep_real_ones():
    assert words.lines("1. Satu\n\n 2) Dua\n- Tiga\n2026 adalah tahun\n12.5 kg beras") == [
        "Satu",
        "Dua",
        "Tiga",
        "2026 adalah tahun",
        "12.5 kg beras",
    ]
