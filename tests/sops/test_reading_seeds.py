"""The three sheets exactly as a scanner left them, read without knowing them, against the fixtures."""

import json
import re
from pathlib import Path

import pytest
import yaml

from sopcases.sops.reading.document import Document
from sopcases.sops.reading.outcome import Reading, Vocabulary
from sopcases.sops.reading.sources import open_document
from sopcases.sops.reading.understanding import understand

ROOT = Path(__file__).resolve().parents[2]
SEEDS = {
    "bayi-balita-terlantar": "1-bayi-balita-terlantar",
    "anak-jalanan": "2-anak-jalanan",
    "anak-terlantar-luar-panti": "3-anak-terlantar-luar-panti",
}
# Their own column letters: what the table of README counts. Rows of the list of discrepancies that people
# made by hand, and of each the findings that tell it: a class with a word of what they quote.
BY_HAND = {
    "bayi-balita-terlantar": {
        "Nama SOP “Terancam”": [("title", "Terancam")],
        "dasar hukum pada kepala dan bagian A": [("basis", "Permen PAN")],
        "langkah 1 dan 7: Kasi menerima, tanda pada Peksos": [
            ("performer", "menerima Lapran"),
            ("performer", "Kasi Menerima Laporan"),
        ],
        "langkah 2: Kasi memerintahkan, tanda pada Petugas": [("performer", "Memerintahkan")],
        "langkah 1 memerlukan Laporan Sosial, tidak ada yang membuat": [("unproduced", "Laporan Sosial")],
        "langkah 3: dua tanda, paraf lalu tanda tangan": [],
        "SPT langkah 2 dipakai langkah 5 untuk tujuan lain": [],
        "langkah 4, 5, 6 sebenarnya berdampingan": [],
        "titipan dan serahan tanpa surat polisi": [],
        "langkah 7 dan 8 mengeluarkan SPT, tidak ada yang menandatangani": [
            ("unsigned", "SPT untuk mengantar"),
            ("unsigned", "Surat Pengantar"),
        ],
        "langkah 8: Kepala Dinas tanpa tanda": [("performer", "Berkoordinasi dengan Kepala Dinas")],
        "BPJS Anak tidak dibuat langkah mana pun": [("unproduced", "BPJS Anak")],
        "Surat Pengantar tidak diperlukan langkah mana pun": [("unneeded", "Surat Pengantar")],
        "satu dokumen dengan beberapa nama": [
            ("names", "Surat keterangan bayi"),
            ("names", "Kondisi Kesehatan"),
            ("names", "Surat Berita Acara"),
        ],
        "langkah 9 memerlukan dan mengeluarkan Berita Acara": [],
        "jumlah waktu langkah dan jangka waktu": [("term", "2 Minggu")],
    },
    "anak-jalanan": {
        "nama, nomor, pengesahan dan pejabat rusak": [
            ("title", "ONGT"),
            ("header", "tz"),
            ("header", "AINTAH"),
            ("header", "Sustawati"),
        ],
        "dasar hukum pada kepala dan bagian A": [("basis", "Permen PAN")],
        "langkah 1: Kasi memerintahkan, tanda pada Petugas": [("performer", "Memerintahkan")],
        "langkah 3: 1 Hari pada tabel, 1 Jam pada bagian E": [("times", "1 Jam")],
        "langkah 2: Kadis menandatangani, tanda pada Kabid": [("performer", "Kadis")],
        "tanda langkah 3, 4, 5 rusak": [
            ("marks", "penjangkauan, assesment"),
            ("marks", "Melakukan pendampingan"),
            ("marks", r"\(\)"),
        ],
        "langkah 1 dan 2 mendahului diketahuinya anak": [],
        "dokumen langkah 3 per anak dan per orang dewasa": [],
        "langkah 4 hanya bagi anak putus sekolah": [],
        "langkah 3 sampai 5 tanpa tanda selesai": [("marks", "Mulai")],
        "langkah 5: “Jumlah anak” dan “Kegiatan” bukan dokumen": [("unproduced", "Jumlah anak")],
        "jangka waktu 1 tahun tanpa awal hitungan": [],
    },
    "anak-terlantar-luar-panti": {
        "tanda tidak terbaca; Kasi bertindak tanpa kolom": [("marks", "TKSK"), ("performer", "Kasi")],
        "Proposal diperlukan empat kali, Laporan keluar tiga kali": [
            ("unproduced", "Proposal"),
            ("unneeded", "Laporan"),
        ],
        "“24 Jam”, “5 Menit” seperti salinan": [],
        "“secara berkala”, tanggal efektif kosong": [("recurrence", "berkala"), ("header", "Efektif")],
    },
}


def fold(text: str | None) -> str:
    return " ".join((text or "").split())


def as_document(name: str, text: str) -> Document:
    return open_document(f"{name}.txt", text.encode())


def read(slug: str, known: Vocabulary | None = None) -> Reading:
    text = (ROOT / "tests" / "seeds" / f"{SEEDS[slug]}.txt").read_text(encoding="utf-8")
    return understand(as_document(slug, text), known or Vocabulary())


def fixture(slug: str) -> dict:
    return yaml.safe_load((ROOT / "fixtures" / "sops" / f"{slug}.yaml").read_text(encoding="utf-8"))


def vocabulary(agency: str) -> Vocabulary:
    data = yaml.safe_load((ROOT / "fixtures" / "agencies" / f"{agency}.yaml").read_text(encoding="utf-8"))
    positions, kinds = (
        {word: one["name"] for one in data[key] for word in (one["name"], *one["aliases"])}
        for key in ("positions", "papers")
    )
    return Vocabulary(positions, kinds)


@pytest.fixture(params=SEEDS)
def slug(request):
    return request.param


def test_every_cell_of_the_table_in_its_own_words(slug):
    reading, sop = read(slug), fixture(slug)
    assert [column.value for column in reading.columns] == sop["sheet"]["columns"]
    assert len(reading.steps) == len(sop["steps"])
    for step, true in zip(reading.steps, sop["steps"], strict=True):
        for key in ("number", "activity", "requires_text", "time", "produces_text", "remark"):
            assert fold(getattr(step, key).value) == fold(true[key]), (true["number"], key)
        assert fold(step.narrative_time.value) == fold(true["narrative_time"])
        assert [fold(item.text.value) for item in step.produces] == [
            fold(i["text"]) for i in true["produces"]
        ]


def test_the_header_word_for_word(slug):
    reading, sheet = read(slug), fixture(slug)["sheet"]
    for key in ("number", "created_on", "revised_on", "ratified_on", "effective_on", "ratified_by", "name"):
        cell = reading.sheet[key]
        assert fold(cell.value) == fold(sheet[key]), key
    for key in ("legal_basis", "related", "equipment", "records", "narrative_legal_basis"):
        read_here = [re.sub(r"^- ", "", value.value) for value in reading.sheet[key]]
        assert list(map(fold, read_here)) == list(map(fold, sheet[key])), key
    assert fold(" ".join(v.value for v in reading.sheet["qualifications"])) == fold(
        " ".join(sheet["qualifications"])
    )
    assert fold(" ".join(v.value for v in reading.sheet["warnings"])) == fold(" ".join(sheet["warnings"]))
    for key in ("target", "term", "cost", "unit"):
        if key != "unit" or slug == "bayi-balita-terlantar":
            assert fold(reading.sheet[key].value) == fold(sheet[key]), key


def test_dates_person_and_narrative(slug):
    reading, sop = read(slug), fixture(slug)
    for key in ("created_on", "revised_on", "ratified_on", "effective_on"):
        value = getattr(reading, key)
        if value.value is not None:
            assert value.value == str(sop[key]) and value.sure, key
        elif sop[key] is not None:
            assert not value.sure and "AINTAH" in value.written
    if slug != "anak-jalanan":
        assert reading.ratified_by.name.value == sop["ratified_by"]["name"]
        assert reading.ratified_by.nip.value == sop["ratified_by"]["nip"]
    else:  # damaged: nothing is guessed
        assert reading.ratified_by.nip.value is None and not reading.ratified_by.name.sure
        assert not reading.number.sure and reading.number.value == "463/ tz /5.6.04/2024"
    told = [(t.number.value, fold(t.text.value), t.time.value) for t in reading.narrative]
    assert told == [(n["number"], fold(n["text"]), n["time"]) for n in sop["narrative"]]


def test_marked_performers_and_their_symbols(slug):
    """Everybody the fixture marks is there with his symbol; who has none is there without being sure."""
    sop = fixture(slug)
    reading = read(slug, vocabulary(sop["agency"]))
    for step, true in zip(reading.steps, sop["steps"], strict=True):
        here = {p.position.value: p for p in step.performers}
        for one in true["performers"]:
            if one["symbol"]:
                assert here[one["position"]].symbol.value == one["symbol"], (true["number"], one)
        assert all(p.known for p in step.performers)
        assert not any(p.position.sure for p in step.performers if not p.symbol)


def test_parts_by_the_words_of_the_step():
    def parts(slug: str, at: int) -> dict:
        reading = read(slug, vocabulary("tanjungpinang"))
        return {p.position.value: p.part.value for p in reading.steps[at].performers}

    assert parts("bayi-balita-terlantar", 0) == {"Peksos": "performs", "Kasi": "receives"}
    assert parts("bayi-balita-terlantar", 1) == {"Petugas": "performs", "Kasi": "orders"}
    assert parts("bayi-balita-terlantar", 2) == {"Kepala Dinas": "signs", "Kabid": "disposes"}
    assert parts("bayi-balita-terlantar", 7)["Kepala Dinas"] == "takes_part"
    assert parts("anak-jalanan", 1) == {"Kabid": "disposes", "Kepala Dinas": "signs"}


def test_a_position_the_agency_has_not_is_proposed():
    reading = read("anak-terlantar-luar-panti")
    assert "Kasi Pelayanan & Rehabilitasi Sosial" in [p.value for p in reading.proposed_positions]
    known = read("anak-terlantar-luar-panti", vocabulary("lamandau"))
    assert known.proposed_positions == ()


def test_places_are_lines_of_the_file(slug):
    text = (ROOT / "tests" / "seeds" / f"{SEEDS[slug]}.txt").read_text(encoding="utf-8").splitlines()
    reading = read(slug)
    for step in reading.steps:
        assert fold(step.activity.value)[:30] in fold(text[step.activity.source[0].line - 1])
    for finding in reading.findings:
        assert len(finding.places) == len(finding.quotes)
        for quote, place in zip(finding.quotes, finding.places, strict=True):
            if place.line:
                assert fold(quote).split()[0] in fold(text[place.line - 1])


def test_it_can_be_told_as_json(slug):
    told = json.loads(json.dumps(read(slug).as_json()))
    assert told["steps"][0]["activity"].keys() >= {"value", "source", "sure"}
    assert told["steps"][0]["activity"]["source"].startswith("baris ")
    assert all(finding.keys() >= {"about", "quotes", "reading"} for finding in told["findings"])


def score(slug: str) -> tuple[list[str], list[str], list[str]]:
    """Rows of the list by hand that the reader tells, those it misses, and its other findings."""
    findings = read(slug).findings
    hits, misses, used = [], [], set()
    for row, wanted in BY_HAND[slug].items():
        told = [
            at
            for kind, word in wanted
            for at, one in enumerate(findings)
            if one.kind == kind and word in " ".join(one.quotes)
        ]
        enough = wanted and all(
            any(one.kind == kind and word in " ".join(one.quotes) for one in findings)
            for kind, word in wanted
        )
        (hits if enough else misses).append(row)
        used |= set(told)
    return hits, misses, [one.about for at, one in enumerate(findings) if at not in used]


def test_the_readme_counts_what_is_found():
    table = (ROOT / "README.md").read_text().split("<!-- reading: seeds -->\n")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    counted = []
    for slug in SEEDS:
        hits, misses, others = score(slug)
        sop = fixture(slug)
        counted.append([sop["name"], f"{len(hits)} of {len(hits) + len(misses)}", str(len(others))])
    assert [row[:3] for row in rows] == counted, counted


def test_the_same_sheet_without_its_table_is_a_list():
    """Only the narrative part: the steps come from section E."""
    text = (ROOT / "tests" / "seeds" / f"{SEEDS['bayi-balita-terlantar']}.txt").read_text(encoding="utf-8")
    part = text[text.index("SOP Bayi dan Balita Terlantar") :]
    reading = understand(as_document("e", part), Vocabulary())
    assert len(reading.steps) == 9 and reading.steps[3].time.value == "3 jam"
    assert reading.term.value == "2 Minggu" and len(reading.legal_basis) == 4
