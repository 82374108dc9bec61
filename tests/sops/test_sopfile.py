"""An SOP file: everything wrong is told by line, nothing half-imported, nothing lost on the way round."""

from datetime import date
from string import ascii_lowercase

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopcases.people.authority import Machine
from sopcases.people.models import Agency, Entry, Position
from sopcases.refusal import Refused
from sopcases.sops import sopfile
from sopcases.sops.models import Output, PaperKind, Performer, Requirement, Revision, Sop, Step
from tests.cast import at

BY = Machine(at("2026-03-02 08:00"))
SMALL = """\
slug: surat-hilang
name: Surat Hilang
routes: [{key: datang, name: Datang}, {key: telepon, name: Telepon}]
steps:
- key: "1"
  number: "1."
  activity: Petugas menerima laporan
  performers:
  - {position: Petugas, part: performs}
  produces:
  - {key: konsep, paper: Surat, stage: draft}
- key: "2"
  number: "2."
  activity: Kepala menandatangani
  performers:
  - {position: pimpinan  SKPD, part: signs, symbol: decision}
  requires:
  - {paper: surat, stage: draft, from: 1/konsep}
  produces:
  - {key: surat, paper: Surat, carries: 1/konsep, routes: [datang]}
  returns_to: "1"
notes:
- {about: Tanda, step: "2", quotes: [satu, dua], reading: Dibaca satu}
"""


@pytest.fixture
def agency(db):
    """An office of two positions and two kinds of paper."""
    agency = Agency.objects.create(
        slug="uji", name="Dinas Uji", short_name="Dinas Uji", government="KOTA UJI", city="Uji"
    )
    head = Position.objects.create(agency=agency, name="Kepala", aliases=["Pimpinan SKPD", "Bapak"])
    Position.objects.create(agency=agency, name="Petugas", aliases=["Bapak"], superior=head)
    PaperKind.objects.create(agency=agency, name="Surat", origin="letter", signer=head, aliases=["SPT"])
    PaperKind.objects.create(agency=agency, name="Akta", origin="incoming")
    return agency


def refusal(source, agency=None) -> list[str]:
    with pytest.raises(Refused) as caught:
        sopfile.read(source, agency)
    return list(caught.value.sentences)


def changed(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new, 1)


def test_load_stores_a_draft_with_everything_the_file_says(agency):
    revision = sopfile.load(sopfile.read(SMALL, agency), agency, BY)

    assert (revision.state, revision.no, revision.name) == ("draft", 1, "Surat Hilang")
    assert (revision.sop.slug, revision.sop.code, revision.sop.opening) == ("surat-hilang", "SH", "child")
    first, second = revision.steps.all()
    assert [(p.position.name, p.part, p.symbol) for p in second.performers.all()] == [
        ("Kepala", "signs", "decision")
    ]
    assert (second.requirements.get().from_output, second.outputs.get().carries) == (
        first.outputs.get(),
        first.outputs.get(),
    )
    assert (first.after, second.returns_to, second.outputs.get().routes) == (None, "1", ["datang"])
    note = revision.notes.get()
    assert (note.step, note.quotes, note.reading) == (second, ["satu", "dua"], "Dibaca satu")
    entry = Entry.objects.get()
    assert (entry.verb, entry.subject_id, entry.agency) == ("sop.diimpor", revision.pk, agency)


def test_load_again_makes_the_next_revision_of_the_same_sop(agency):
    data = sopfile.read(SMALL, agency)
    sopfile.load(data, agency, BY)

    assert sopfile.load(data, agency, BY).no == 2
    assert Sop.objects.count() == 1


def test_numerals_of_the_sheet_are_kept_as_written(agency):
    text = changed('number: "2."', "number: 2.").replace("activity: Kepala", "time: 0\n  activity: Kepala")

    step = sopfile.load(sopfile.read(text, agency), agency, BY).steps.last()

    assert (step.number, step.time) == ("2.", "0")


def test_only_the_words_of_the_sheet_are_needed(agency):
    """A sheet typed by hand: no keys, references by the step's number."""
    text = """\
slug: singkat
name: Singkat
steps:
- {number: 1., activity: Satu, produces: [{paper: SPT}]}
- {number: 2., activity: Dua, after: [1.], returns_to: 1}
- {number: 2., activity: Nomor ganda, after: []}
- {activity: Tanpa nomor}
"""
    revision = sopfile.load(sopfile.read(text, agency), agency, BY)

    assert [s.key for s in revision.steps.all()] == ["1", "2", "2-2", "langkah"]
    second = revision.steps.get(key="2")
    assert (second.after, second.returns_to) == (["1"], "1")
    assert Output.objects.get().key == "spt"


def test_a_draft_may_hold_what_cannot_run(agency):
    text = changed('  returns_to: "1"', "  returns_to: nowhere\n  after: ['2', none]\n  time: segera")

    revision = sopfile.load(sopfile.read(text, agency), agency, BY)

    assert revision.steps.last().after == ["2", "none"]


# What is refused, and how it is told ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (b"", "Baris 1: berkas kosong."),
        (b"# only a comment\n", "Baris 1: berkas kosong."),
        (b"just words", "Baris 1: bukan berkas yang dikenal."),
        (b"- a\n- list\n", "Baris 1: bukan berkas yang dikenal."),
        (b"slug: a\n\tname: b\n", "Baris 2: bukan YAML yang benar."),
        (b'slug: "a\nname: b\n', "bukan YAML yang benar."),
        (b"slug: [a\nname: b\n", "bukan YAML yang benar."),
        (b"slug: a\n---\nslug: b\n", "Baris 2: berkas memuat lebih dari satu dokumen."),
        (b"slug: a\nname: \x00\n", "Baris 2: memuat karakter yang tidak dapat dibaca."),
        (b"slug: a\nname: \xff\xfe\n", "Baris 2: berkas bukan teks UTF-8."),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "Baris 1: berkas bukan teks UTF-8."),
        (b"slug: &a x\nname: *a\n", "Baris 1: jangkar (&) dan alias (*) tidak diterima."),
        (b"slug: !!python/object/apply:os.system [id]\n", "Baris 1: tanda jenis (!) tidak diterima."),
        (b"slug: a\nname: [[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]\n", "Baris 2: bersarang terlalu dalam."),
        (b"[" * 100_000, "Baris 1: bersarang terlalu dalam."),
        (b'slug: a\nname: "\\UFFFFFFFF"\n', "Baris 2: memuat karakter yang tidak ada."),
        (b'slug: a\nname: "\\ud800"\n', "Baris 2: “name” memuat karakter yang tidak dapat disimpan."),
        (b'slug: a\nname: "a\\0b"\n', "Baris 2: “name” memuat karakter yang tidak dapat disimpan."),
        (b"x" * 10_000_000, "Berkas terlalu besar (paling banyak 1024 kB)."),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else "",
)
def test_what_is_no_sop_file_is_refused(source, sentence):
    assert any(sentence in one for one in refusal(source))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("name: Surat Hilang", "name: [Surat]", "Baris 2: “name” harus berupa teks."),
        ("name: Surat Hilang", "name: 2024-03-04", "Baris 2: “name” harus berupa teks."),
        ("name: Surat Hilang", "name: yes", "Baris 2: “name” harus berupa teks."),
        ("name: Surat Hilang", "name:", "Baris 2: “name” wajib diisi."),
        ("name: Surat Hilang\n", "", "Baris 1: “name” wajib diisi."),
        ("name: Surat Hilang", f"name: {'x' * 201}", "“name” terlalu panjang (paling banyak 200"),
        ("name: Surat Hilang", "nmae: Surat", "Baris 2: kunci “nmae” tidak dikenal. Maksudnya “name”?"),
        ("name: Surat Hilang", "name: a\nname: b", "Baris 3: kunci “name” tertulis dua kali."),
        ("name: Surat Hilang", "name: a\n? [x]\n: y", "Baris 3: kunci harus berupa teks."),
        ("slug: surat-hilang", "slug: surat hilang", "Baris 1: “slug” hanya boleh memuat"),
        ("slug: surat-hilang", "slug: a\ncreated_on: kemarin", "Baris 2: “created_on” harus berupa tanggal"),
        ("slug: surat-hilang", "slug: a\ncreated_on: 2024-02-30", "Baris 2: “created_on” harus berupa"),
        ("slug: surat-hilang", "slug: a\nsteps: tiga", "Baris 2: “steps” harus berupa daftar."),
        ("slug: surat-hilang", "slug: a\nsheet: kertas", "Baris 2: “sheet” harus berupa kunci dan nilai."),
        ("slug: surat-hilang", "slug: a\nopening: door", "Baris 2: “opening” harus salah satu dari: child,"),
        ("part: performs", "part: sings", "Baris 9: “part” harus salah satu dari: performs, receives,"),
        ("stage: draft}", "stage: almost}", "Baris 11: “stage” harus salah satu dari: draft, ready, signed"),
        ("stage: draft}", "optional: perhaps}", "Baris 11: “optional” harus true atau false."),
        ('  returns_to: "1"', "  recurrence: bulanan", "“recurrence” harus berupa kunci dan nilai."),
        (
            '  returns_to: "1"',
            "  recurrence: {months: 0, form: session}",
            "Baris 21: “months” harus bilangan bulat antara 1 dan 120.",
        ),
        ('- key: "2"', '- key: "1"', "Baris 12: kunci langkah “1” dipakai dua kali."),
        ("from: 1/konsep", "from: 1/surat", "Baris 18: “from” menunjuk keluaran “1/surat” yang tidak ada."),
        ("routes: [datang]", "routes: [mimpi]", "Baris 20: jalur “mimpi” tidak tercantum pada “routes”."),
        ('step: "2"', 'step: "8"', "Baris 23: catatan menunjuk langkah “8” yang tidak ada."),
        ("position: Petugas", "position: Bapak", "Baris 9: jabatan “Bapak” dapat berarti lebih dari satu"),
        ("position: Petugas", "position: Peri", "Baris 9: jabatan “Peri” tidak dikenal di Dinas Uji."),
        ("paper: Surat, stage", "paper: Puisi, stage", "Baris 11: jenis dokumen “Puisi” tidak dikenal"),
        (
            "  - {position: Petugas, part: performs}",
            "  - {position: Kepala, part: performs}\n  - {position: Pimpinan SKPD, part: performs}",
            "Baris 10: jabatan dengan peran yang sama tercantum dua kali pada satu langkah.",
        ),
        ("steps:\n", "steps:\n-\n", "Baris 5: “steps” memuat butir kosong."),
        ("steps:\n", "steps:\n- langkah\n", "Baris 5: “steps” harus berupa kunci dan nilai."),
    ],
)
def test_each_fault_is_told_with_its_line(agency, old, new, sentence):
    told = refusal(changed(old, new), agency)

    assert any(sentence in one for one in told), told


def test_everything_that_is_wrong_comes_in_one_answer(agency):
    text = changed("part: performs", "part: sings").replace("paper: surat,", "paper: puisi,")
    text = text.replace("name: Surat Hilang", "nama: Surat Hilang")

    assert [sentence.split(":")[0] for sentence in refusal(text, agency)] == [
        "Baris 1",
        "Baris 2",
        "Baris 9",
        "Baris 18",
    ]


def test_a_file_full_of_faults_is_answered_shortly():
    told = refusal("slug: a\nname: b\nsteps:\n" + "- {activity: x, wrong: y}\n" * 500)

    assert len(told) == 41
    assert told[-1] == "… dan 460 kesalahan lain."


def test_a_refused_file_leaves_nothing_behind(agency):
    data = sopfile.read(changed("position: Petugas", "position: Peri"))

    with pytest.raises(Refused, match="Baris 9: jabatan “Peri” tidak dikenal di Dinas Uji"):
        sopfile.load(data, agency, BY)

    assert not Sop.objects.exists()
    assert not Revision.objects.exists()
    assert not Entry.objects.exists()


def test_other_agencies_positions_are_unknown(agency):
    other = Agency.objects.create(slug="lain", name="Lain", short_name="Lain", government="LAIN", city="Lain")

    assert len(refusal(SMALL, other)) == 5


# There and back -------------------------------------------------------------------------------------

words = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1, max_size=40
)
cells = st.none() | words
keys = st.text(ascii_lowercase + "-_0123456789", min_size=1, max_size=12)
dates = st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1))


@st.composite
def files(draw) -> dict:
    """Any content that a file may have, in canonical form."""
    routes = draw(st.lists(keys, max_size=3, unique=True))
    some_routes = st.lists(st.sampled_from(routes), unique=True) if routes else st.just([])
    step_keys = draw(st.lists(keys, max_size=5, unique=True))
    outputs: list[str] = []
    for key in step_keys:
        outputs += [f"{key}/{name}" for name in draw(st.lists(keys, max_size=3, unique=True))]
    pointers = st.none() | st.sampled_from(outputs) if outputs else st.none()

    def item(pointer: str) -> st.SearchStrategy:
        return st.fixed_dictionaries(
            {
                "paper": st.sampled_from(["Surat", "Akta"]),
                "stage": st.sampled_from(["draft", "ready", "signed"]),
                "optional": st.booleans(),
                "text": st.just("") | words,
                pointer: pointers,
                "scope": st.sampled_from(["case", "child", "adult"]),
                "routes": some_routes,
            }
        )

    def step(key: str) -> dict:
        puts_out = [o.split("/")[1] for o in outputs if o.split("/")[0] == key]
        held = {
            "number": draw(st.none() | words.map(lambda w: w[:20])),
            "activity": draw(words),
            "performers": draw(
                st.lists(
                    st.fixed_dictionaries(
                        {
                            "position": st.sampled_from(["Kepala", "Petugas"]),
                            "part": st.sampled_from(Performer.Part.values),
                            "symbol": st.sampled_from(Performer.Symbol.values),
                        }
                    ),
                    max_size=3,
                    unique_by=lambda p: (p["position"], p["part"]),
                )
            ),
            **{
                name: draw(cells)
                for name in "requires_text produces_text remark time time_reading narrative_time".split()
            },
            "requires": draw(st.lists(item("from"), max_size=3, unique_by=lambda r: (r["paper"], r["from"]))),
            "produces": [{"key": name, **draw(item("carries"))} for name in puts_out],
            "basis": draw(st.sampled_from(Step.Basis.values)),
            "after": draw(st.none() | st.lists(st.sampled_from(step_keys), unique=True)),
            "recurrence": draw(
                st.none()
                | st.fixed_dictionaries(
                    {
                        "months": st.integers(1, 120),
                        "form": st.sampled_from(["session", "visit"]),
                        "until": st.none() | st.fixed_dictionaries({"years": st.integers(0, 100)}),
                    }
                )
            ),
            "condition": draw(cells),
            "scope": draw(st.sampled_from(["case", "child"])),
            "routes": draw(some_routes),
            **{name: draw(st.booleans()) for name in ("verdict", "finds", "aid", "alarm")},
            "returns_to": draw(st.none() | st.sampled_from(step_keys)),
            "on_refusal": draw(
                st.sampled_from([None, {"to": None, "ends": True}])
                | st.fixed_dictionaries({"to": st.sampled_from(step_keys), "ends": st.just(False)})
            ),
        }
        if held["on_refusal"] is None:
            del held["on_refusal"]  # as the export leaves it out
        return {"key": key, **{name: held[name] for name in sopfile.STEP.fields if name in held}}

    verbatim = st.recursive(cells, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner))
    return {
        "slug": "bolak-balik",
        "agency": "uji",
        "name": draw(words),
        "number": draw(cells),
        "noun": draw(words),
        "code": draw(st.text(ascii_lowercase, min_size=1, max_size=8)),
        "opening": draw(st.sampled_from(Sop.Opening.values)),
        "routes": [{"key": key, "name": draw(words)} for key in routes],
        **{name: draw(dates) for name in ("created_on", "revised_on", "ratified_on", "effective_on")},
        "ratified_by": {"name": draw(cells), "nip": draw(st.none() | words.map(lambda w: w[:30]))},
        "term": draw(cells),
        "term_reading": draw(cells),
        "legal_basis": draw(st.lists(words, max_size=3)),
        "target": draw(cells),
        "cost": draw(cells),
        "sheet": draw(st.dictionaries(st.sampled_from(sopfile.SHEET_ORDER) | words, verbatim, max_size=4)),
        "narrative": draw(
            st.lists(
                st.fixed_dictionaries(
                    {"number": st.none() | words.map(lambda w: w[:20]), "text": cells, "time": cells}
                ),
                max_size=3,
            )
        ),
        "steps": [step(key) for key in step_keys],
        "notes": draw(
            st.lists(
                st.fixed_dictionaries(
                    {
                        "about": words,
                        "step": st.none() | st.sampled_from(step_keys) if step_keys else st.none(),
                        "quotes": st.lists(words, max_size=3),
                        "reading": words,
                    }
                ),
                max_size=2,
            )
        ),
        "source": draw(
            st.none()
            | st.fixed_dictionaries(
                {
                    "agency": st.just("jauh"),
                    "name": words,
                    "sop": st.just("asal"),
                    "checksum": st.none() | st.just("a" * 64),
                    "altered": st.booleans(),
                }
            )
        ),
    }


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=files())
def test_whatever_is_exported_comes_back_and_is_exported_the_same(agency, data):
    text = sopfile.to_yaml(data)
    Sop.objects.filter(slug="bolak-balik").update(slug=f"lama-{Sop.objects.count()}")

    revision = sopfile.load(sopfile.read(text, agency), agency, BY)
    revision = Revision.objects.select_related("sop__agency").get(pk=revision.pk)

    assert sopfile.dump(revision) == data
    again = sopfile.to_yaml(sopfile.dump(revision))
    second = sopfile.load(sopfile.read(again, agency), agency, BY)
    assert sopfile.to_yaml(sopfile.dump(second)) == again
    assert sopfile.checksum(second) == sopfile.checksum(revision)
    handed_on = sopfile.read(sopfile.exported(second), agency)
    assert not sopfile.altered(handed_on)
    assert sopfile.exported(sopfile.load(handed_on, agency, BY)) == sopfile.exported(second)


def test_a_dump_is_plain_yaml_with_the_keys_in_their_order(agency):
    revision = sopfile.load(sopfile.read(SMALL, agency), agency, BY)

    found = yaml.safe_load(sopfile.exported(revision))

    assert list(found) == list(sopfile.SOP.fields)
    always = [name for name in sopfile.STEP.fields if name != "on_refusal"]
    assert [list(step) for step in found["steps"]] == [always] * 2
    assert found["steps"][1]["performers"] == [{"position": "Kepala", "part": "signs", "symbol": "decision"}]


def test_a_dump_costs_the_same_for_one_step_and_for_many(agency, django_assert_num_queries):
    one = sopfile.load(sopfile.read(SMALL, agency), agency, BY)
    many = sopfile.read(SMALL, agency)
    many["steps"] += [{**many["steps"][0], "key": f"x{n}"} for n in range(9)]
    big = sopfile.load(many, agency, BY)

    for revision in (one, big):
        fresh = Revision.objects.select_related("sop__agency").get(pk=revision.pk)
        with django_assert_num_queries(8):
            sopfile.dump(fresh)
    assert Requirement.objects.filter(step__revision=big).count() == 1


def test_the_checksum_tells_every_change_but_not_the_agency(agency):
    revision = sopfile.load(sopfile.read(SMALL, agency), agency, BY)
    before = sopfile.checksum(revision)

    Step.objects.filter(revision=revision, key="1").update(alarm=False)
    assert sopfile.checksum(revision) != before
    Step.objects.filter(revision=revision, key="1").update(alarm=True)
    Agency.objects.update(slug="nama-lain")
    assert sopfile.checksum(Revision.objects.get()) == before
