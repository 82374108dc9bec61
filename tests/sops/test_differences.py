"""What differs between two revisions: pure, and then of the given sheets as an admin would change them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopcases.sops import revising
from sopcases.sops.comparing import differences, text_of
from sopcases.sops.differences import Differences, StepText, Text, changes, compare, matched, pieces
from sopcases.sops.models import Note, PaperKind, Performer, Requirement, Revision, Step

RATIFICATION = ["Tanggal pengesahan", "Disahkan oleh"]
words = st.lists(st.sampled_from("surat anak panti dinas kota lalu ke di".split()), max_size=12).map(" ".join)


def step(key, activity, **facts):
    return StepText(key, key, activity, {"Uraian kegiatan": activity, **facts})


def told(found) -> list[tuple[str, str, bool]]:
    return [(s.how, s.shown.key, s.moved) for s in found.steps]


# --- words


@given(words, words)
def test_both_texts_can_be_read_off_the_pieces(before, after):
    """Nothing is lost and nothing invented: without the new words it is the old text, and the other way."""
    found = pieces(before, after)
    assert "".join(p.words for p in found if p.how != "gone").split() == after.split()
    assert "".join(p.words for p in found if p.how != "new").split() == before.split()
    assert before != after or all(not p.how for p in found)


def test_only_the_words_that_differ_are_marked():
    found = [(p.how, p.words.strip()) for p in pieces("Kasi membuat konsep SPT", "Kabid membuat konsep SPT")]
    assert found == [("gone", "Kasi"), ("new", "Kabid"), ("", "membuat konsep SPT")]


def test_blanks_and_line_ends_are_no_change():
    """A sheet read from another file breaks its lines elsewhere."""
    old, new = step("1", "Menerima  laporan", Waktu="1 Hari"), step("1", "Menerima\nlaporan ", Waktu="2 Hari")
    (found,) = compare(Text({"Nama SOP": "A B"}, (old,)), Text({"Nama SOP": "A\nB"}, (new,))).steps
    assert [change.label for change in found.changes] == ["Waktu"]
    assert compare(Text({"Nama SOP": "A B"}, ()), Text({"Nama SOP": " A\nB"}, ())).none
    assert [(p.how, p.words) for p in pieces("a b\nc", "a\nb d")] == [
        ("", "a "),
        ("", "\n"),
        ("", "b "),
        ("gone", "\nc "),
        ("new", "d "),
    ]


def test_of_a_long_text_only_what_is_around_the_change_is_shown():
    same = " ".join(f"kata{n}" for n in range(100))
    (change,) = changes({"Catatan": f"{same} lama {same}"}, {"Catatan": f"{same} baru {same}"})
    before, gone, new, behind = change.pieces
    assert before.words.startswith("[…] kata86 ") and before.words.endswith("kata99 ")
    assert (gone.words, new.words) == ("lama ", "baru ")
    assert behind.words.startswith("kata0 ") and behind.words.endswith("kata14 […]")
    (change,) = changes({"Catatan": f"a {same} b"}, {"Catatan": f"c {same} d"})
    assert len(change.pieces[2].words.split()) == 30


# --- steps


def test_a_step_is_found_again_by_its_words_though_the_numbers_moved_on():
    """A sheet imported anew numbers its steps anew: the key alone would pair the wrong ones."""
    old = [step("1", "Menerima laporan"), step("2", "Membuat konsep surat tugas"), step("3", "Kunjungan")]
    new = [
        step("1", "Menerima laporan"),
        step("2", "Memeriksa kelengkapan berkas"),
        step("3", "Membuat konsep surat tugas"),
        step("4", "Kunjungan"),
    ]
    assert matched(old, new) == {"1": "1", "2": "3", "3": "4"}
    found = compare(Text({}, tuple(old)), Text({}, tuple(new)))
    assert told(found) == [
        ("same", "1", False),
        ("new", "2", False),
        ("same", "3", False),
        ("same", "4", False),
    ]


def test_a_step_reworded_wholly_is_found_by_its_key():
    assert matched([step("4", "Kunjungan rumah")], [step("4", "Asesmen keluarga")]) == {"4": "4"}


def test_alike_activities_are_one_step_though_the_key_changed():
    old = [step("a", "Kadis menandatangani surat perintah tugas")]
    new = [step("b", "Kadis menandatangani surat perintah tugas itu")]
    assert matched(old, new) == {"a": "b"}
    assert matched(old, [step("b", "Rapat koordinasi")]) == {}


def test_a_step_that_is_gone_stands_where_it_was_and_one_passed_by_others_has_moved():
    a, b, c, d = (step(k, f"Kegiatan nomor {k} {k * 3}") for k in "pqrs")
    assert told(compare(Text({}, (a, b, c, d)), Text({}, (d, a, c)))) == [
        ("same", "s", True),
        ("same", "p", False),
        ("gone", "q", False),
        ("same", "r", False),
    ]


@given(st.permutations("abcdef"), st.permutations("abcdef"))
def test_every_step_of_both_is_told_once(old, new):
    old, new = old[:4], new[:5]
    found = compare(Text({}, tuple(step(k, k) for k in old)), Text({}, tuple(step(k, k) for k in new)))
    assert sorted(s.before.key for s in found.steps if s.before) == sorted(old)
    assert [s.after.key for s in found.steps if s.after] == new
    assert found.none == (old == new)


# --- the given sheets


@pytest.fixture
def draft(world):
    return revising.new_revision(world.revision(), world.officer("ani"))


def change(found, label):
    return next((c for s in found.steps for c in s.changes if c.label == label), None)


def test_a_copy_differs_in_nothing_but_that_nobody_ratified_it(world, draft):
    found = differences(world.revision(), draft)
    assert [one.label for one in found.header] == [*RATIFICATION, "Kepala lembar"]
    assert Differences((), found.steps).none


@pytest.mark.parametrize(
    ("edit", "label", "words"),
    [
        ({"activity": "Peksos menyerahkan anak"}, "Uraian kegiatan", "Peksos menyerahkan anak"),
        ({"time_reading": "9 hari"}, "Waktu dibaca sebagai", "9 hari"),
        ({"after": ["1", "2"]}, "Setelah langkah", "1, 2"),
        ({"returns_to": "2"}, "Dikembalikan ke langkah", "2"),
        ({"remark": "baru"}, "Keterangan", "baru"),
        ({"condition": "bila perlu"}, "Syarat berlakunya", "bila perlu"),
        ({"routes": ["titipan"]}, "Hanya pada jalur", "Titipan"),
        ({"verdict": True}, "Menilai layak atau tidak layak per anak", "Ya"),
    ],
)
def test_each_field_of_a_step_is_told_in_words(world, draft, edit, label, words):
    Step.objects.filter(revision=draft, key="4").update(**edit)
    found = differences(world.revision(), draft)
    assert [(s.how, s.after.key) for s in found.steps if s.how != "same"] == [("changed", "4")]
    told = change(found, label)
    assert words in "".join(p.words for p in told.pieces if p.how != "gone")


def test_performers_papers_header_and_notes_are_told(world, draft):
    row = draft.steps.get(key="4")
    position = Performer.objects.exclude(step=row).filter(step__revision=draft).first().position
    Performer.objects.create(step=row, position=position, part="takes_part")
    kind = PaperKind.objects.get(agency=world.home, name="Surat Masuk Lain")
    Requirement.objects.create(step=row, kind=kind, optional=True)
    Revision.objects.filter(pk=draft.pk).update(term="2 Tahun", revised_on=date(2026, 1, 5))
    Note.objects.create(revision=draft, step=row, about="Perihal uji", reading="Dibaca begini")
    draft.refresh_from_db()
    found = differences(world.revision(), draft)
    assert "(ikut serta)" in "".join(p.words for p in change(found, "Pelaksana").pieces if p.how == "new")
    wanted = "".join(p.words for p in change(found, "Kelengkapan").pieces if p.how == "new")
    assert "Surat Masuk Lain, paling sedikit ditandatangani" in wanted and "tidak wajib" in wanted
    assert [c.label for c in found.header] == [
        "Tanggal revisi",
        *RATIFICATION,
        "Jangka waktu",
        "Kepala lembar",
        "Catatan pembacaan",
    ]


def test_a_mark_a_word_of_the_sheet_and_a_quote_are_told_too(world, draft):
    for rows, change in (
        (Performer.objects.filter(step__revision=draft, step__key="4"), {"symbol": "end"}),
        (draft.steps.get(key="4").outputs, {"text": "Surat dari polisi"}),
        (draft.notes, {"quotes": ["Lain"]}),
    ):
        before = list(rows.values("pk", *change))
        rows.update(**change)
        assert not differences(world.revision(), Revision.objects.get(pk=draft.pk)).none, change
        for row in before:
            rows.filter(pk=row.pop("pk")).update(**row)


def test_no_code_of_ours_is_in_the_words(world):
    """Stages, parts and scopes read as the office says them."""
    for revision in Revision.objects.filter(state="in_force").select_related("sop__agency"):
        for one in text_of(revision).steps:
            for label, text in one.facts.items():
                for code in ("performs", "signed", "child", "None", "True", "draft"):
                    assert code not in text, (label, text)
