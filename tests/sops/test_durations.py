from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from sopcases.sops.durations import Unreadable, read, write
from sopcases.worktime.calendar import Duration

NONE = Duration()

READINGS = {
    "15 menit": Duration(15),
    "15 Menit": Duration(15),
    "3 Jam": Duration(180),
    "1 Hari": Duration(days=1),
    "1hr": Duration(days=1),
    "2 hr": Duration(days=2),
    "24 Jam": Duration(1440, calendar=True),
    "2 x 24 jam": Duration(2880, calendar=True),
    "24 jam kerja": Duration(1440, calendar=False),
    "25 jam": Duration(1500),
    "1440 menit": Duration(1440),
    "2 Minggu": Duration(weeks=2),
    "1 (Satu) Tahun": Duration(years=1),
    "14 (empat belas) hari kerja": Duration(days=14, calendar=False),
    "7 Hari, 5 Jam, 50 Menit": Duration(350, days=7),
    "1 jam dan 30 menit": Duration(90),
    "6 hari kerja": Duration(days=6, calendar=False),
    "3 hari kalender": Duration(days=3, calendar=True),
    "1 bulan 2 hari kerja": Duration(days=2, months=1),
    "0": NONE,
    "-": NONE,
    "–": NONE,
    "": NONE,
    "0 menit": NONE,
    "1,5 jam": Duration(90),
    "1.5 jam": Duration(90),
    "1.000 menit": Duration(1000),
    "½ jam": Duration(30),
    "1½ jam": Duration(90),
    "1/2 jam": Duration(30),
    "setengah jam": Duration(30),
    "30 mnt": Duration(30),
    "2 bln": Duration(months=2),
    "1 thn": Duration(years=1),
    "maks. 3 hari": Duration(days=3),
    "Paling lama 2 (dua) hari kerja": Duration(days=2, calendar=False),
    "± 15 Menit": Duration(15),
    "(15 Menit)": Duration(15),
    "15 menit.": Duration(15),
    "1\u00a0hari": Duration(days=1),
    "1\u2009\u200bhari": Duration(days=1),
    "１ hari": Duration(days=1),
    "tiga puluh menit": Duration(30),
    "sehari": Duration(days=1),
}

REFUSED = [
    "tergantung jarak",
    "3",
    "hari",
    "minimal 3 hari",
    "1-2 hari",
    "1 s/d 2 hari",
    "1 hari / anak",
    "15 menit per anak",
    "½ hari",
    "1,5 menit",
    "1/0 jam",
    "1 jam 30",
    "setiap bulan",
    "l5 menit",
    "999999 tahun",
    "1 hari (satu hari",
    "2 hours",
    "-1 hari",
    "9" * 500 + " hari",
]


@pytest.mark.parametrize("text", READINGS)
def test_reads_what_sheets_write(text):
    assert read(text) == READINGS[text]


@pytest.mark.parametrize("text", REFUSED)
def test_says_what_it_cannot_read(text):
    with pytest.raises(Unreadable) as refusal:
        read(text)
    assert text[:30] in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2 (tiga) hari", "“2 (tiga) hari” bertentangan: angkanya 2, kata-katanya 3."),
        ("1 hari 2 hari", "“1 hari 2 hari” menyebut hari dua kali."),
        (
            "2 hari kerja 3 jam kalender",
            "“2 hari kerja 3 jam kalender” mencampur hari kerja dan hari kalender.",
        ),
        ("999 tahun", "“999 tahun” lebih dari seratus tahun."),
    ],
)
def test_names_the_contradiction(text, sentence):
    with pytest.raises(Unreadable) as refusal:
        read(text)
    assert str(refusal.value) == sentence


@given(
    st.builds(
        Duration,
        minutes=st.integers(0, 52_596_000) | st.integers(0, 100).map(lambda days: days * 1440),
        days=st.integers(0, 36_525) | st.just(0),
        weeks=st.integers(0, 5200) | st.just(0),
        months=st.integers(0, 1200) | st.just(0),
        years=st.integers(0, 100) | st.just(0),
        calendar=st.sampled_from([None, True, False]),
    )
)
def test_what_is_written_reads_the_same(duration):
    assert read(write(duration)) == duration


@given(st.integers(1, 36_525))
def test_number_words_agree_with_num2words(number):
    words = num2words(number, lang="id")
    assert read(f"{number} ({words}) hari") == read(f"{words} hari") == Duration(days=number)


@given(st.text(alphabet="0123456789 .,/()x×-½jamenithrsudg\u00a0", max_size=40) | st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    with suppress(Unreadable):
        assert isinstance(read(text), Duration)


def test_writes_the_sheets_words():
    assert write(Duration(350, days=7)) == "7 hari, 5 jam, 50 menit"
    assert write(Duration(1440, calendar=True)) == "24 jam"
    assert write(Duration(days=6, calendar=False)) == "6 hari kerja"
    assert write(Duration()) == "-"
