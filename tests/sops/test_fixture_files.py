"""The SOP and agency files hold exactly what the scanned sheets say, and their readings hang together."""

import datetime as dt
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SEEDS = {
    "bayi-balita-terlantar": "1-bayi-balita-terlantar.txt",
    "anak-jalanan": "2-anak-jalanan.txt",
    "anak-terlantar-luar-panti": "3-anak-terlantar-luar-panti.txt",
}
MARKS = {
    "Mulai": "start",
    "Selesai": "end",
    "◇": "decision",
    r"\Diamond": "decision",
    r"\rightarrow": "arrow",
    "\\": "damaged",
    r"\(\)": "damaged",
    "": "",
}
MONTHS = {"Januari": 1, "Februari": 2, "Maret": 3, "Nopember": 11}


def keys(text):
    return set(text.split())


TOP_KEYS = keys("""
    slug agency name number noun code opening routes created_on revised_on ratified_on effective_on
    ratified_by term term_reading legal_basis target cost sheet narrative steps notes
""")
SHEET_KEYS = keys("""
    letterhead document_title title unit number created_on revised_on ratified_on effective_on ratified_by
    name legal_basis qualifications related equipment warnings records column_numbers columns
    narrative_title narrative_legal_basis target term cost
""")
STEP_KEYS = keys("""
    key number activity performers requires_text produces_text remark requires produces time time_reading
    basis narrative_time after recurrence condition scope routes verdict finds aid alarm returns_to
""")
ITEM_KEYS = keys("paper stage optional text scope routes")
AGENCY_KEYS = keys("""
    slug name short_name government letterhead_name city timezone address phone email website settings areas
    positions papers series outcomes categories indicators
""")
POSITION_KEYS = keys("name aliases superior external may_record may_waive may_close note")
PAPER_KEYS = keys("name aliases origin layout disposer signer verbal identity")
SERIES_KEYS = keys("name pattern classification unit papers")


def fold(text):
    return " ".join((text or "").split())


def squeeze(text):
    return "".join((text or "").split())


def joined(cell):
    """A sheet cell as one line, whether the file keeps it as text, as lines or as nothing."""
    return fold(" ".join(cell) if isinstance(cell, list) else cell)


def bare(number_and_text):
    """A numbered item without its number and closing semicolon."""
    return re.sub(r"^\d+\.? ", "", fold(number_and_text)).rstrip(";")


def load(folder, slug):
    return yaml.safe_load((ROOT / "fixtures" / folder / f"{slug}.yaml").read_text(encoding="utf-8"))


def seed_text(slug):
    """The seed without the marks of its conversion (bold, HTML tags), line breaks and tabs kept."""
    raw = (ROOT / "tests" / "seeds" / SEEDS[slug]).read_text(encoding="utf-8")
    return re.sub(r"<[^>]+>|\*\*", "", raw)


def seed_rows(slug):
    return [[fold(cell) for cell in line.split("\t")] for line in seed_text(slug).splitlines()]


def step_rows(slug):
    """The numbered rows of the table; a row broken over two pages is put together again."""
    found = []
    for row in seed_rows(slug):
        if len(row) >= 9 and re.fullmatch(r"\d+\.?", row[0]) and re.search(r"[a-z]{3}", row[1]):
            found.append(row)
        elif found and len(row) >= 9 and not row[0] and not row[1]:
            found[-1] = [fold(f"{a} {b}") for a, b in zip(found[-1], row, strict=True)]
    return found


def names_of(things):
    """Every name and alias, folded to lower case, with the canonical name it stands for."""
    return {alias.lower(): t["name"] for t in things for alias in [t["name"], *t["aliases"]]}


@pytest.fixture(params=SEEDS)
def sop(request):
    return load("sops", request.param)


@pytest.fixture
def agency(sop):
    return load("agencies", sop["agency"])


@pytest.fixture(params=["tanjungpinang", "lamandau"])
def each_agency(request):
    return load("agencies", request.param)


# --- the sheet, word for word -------------------------------------------------------------------------


def test_only_the_agreed_keys(sop):
    assert set(sop) == TOP_KEYS
    assert set(sop["sheet"]) == SHEET_KEYS
    assert all(set(n) == {"number", "text", "time"} for n in sop["narrative"])
    assert all(set(n) == {"about", "step", "quotes", "reading"} for n in sop["notes"])
    for step in sop["steps"]:
        assert set(step) == STEP_KEYS
        assert all(set(p) == {"position", "part", "symbol"} for p in step["performers"])
        assert all(set(r) == ITEM_KEYS | {"from"} for r in step["requires"])
        assert all(set(o) == ITEM_KEYS | {"key", "carries"} for o in step["produces"])


def test_every_row_of_the_table_is_kept_with_its_marks(sop, agency):
    rows, columns = step_rows(sop["slug"]), sop["sheet"]["columns"]
    positions = names_of(agency["positions"])
    assert len(rows) == len(sop["steps"])
    for row, step in zip(rows, sop["steps"], strict=True):
        number, activity, *rest = row
        marks, (needs, time, puts_out, remark) = rest[: len(columns)], rest[len(columns) :][:4]
        kept = [step["number"], step["activity"], step["requires_text"], step["time"]]
        kept += [step["produces_text"], step["remark"]]
        assert [fold(k) for k in kept] == [number, activity, needs, time, puts_out, remark]
        printed = {
            positions[column.lower()]: MARKS[mark]
            for column, mark in zip(columns, marks, strict=True)
            if mark
        }
        assert {p["position"]: p["symbol"] for p in step["performers"] if p["symbol"]} == printed
        assert sum(1 for p in step["performers"] if p["symbol"]) == len(printed)


def test_every_cell_of_the_header_is_kept(sop):
    rows, sheet = seed_rows(sop["slug"]), sop["sheet"]
    beside = {
        "nomor sop": "number",
        "tanggal pembuatan": "created_on",
        "tanggal revisi": "revised_on",
        "tanggal pengesahan": "ratified_on",
        "tanggal efektif": "effective_on",
        "disahkan oleh": "ratified_by",
        "nama sop": "name",
    }
    below = {
        "dasar hukum": "legal_basis",
        "kualifikasi pelaksana": "qualifications",
        "keterkaitan": "related",
        "peralatan/perlengkapan": "equipment",
        "peringatan": "warnings",
        "pencatatan dan pendataan": "records",
    }
    printed = {}
    for row, following in zip(rows, [*rows[1:], []], strict=True):
        for at, cell in enumerate(row):
            label = cell.lower().rstrip(":")
            if label in beside:
                printed[beside[label]] = row[at + 1]
            elif label in below and len(row) > 1:
                printed[below[label]] = following[at] if at < len(following) else ""
    assert "name" in printed and "equipment" in printed
    kept = {key: joined(sheet[key]) for key in [*beside.values(), *below.values()]}
    assert kept == {key: printed.get(key, "") for key in kept}


def test_titles_and_column_heads_are_kept(sop):
    text, sheet, rows = seed_text(sop["slug"]), sop["sheet"], seed_rows(sop["slug"])
    if sop["agency"] == "tanjungpinang":
        head = [*sheet["letterhead"], *sheet["document_title"], sheet["title"], sheet["unit"]]
        assert joined(head) == fold(text.split("Nomor SOP")[0])
        assert [f"SOP {sheet['title']}"] in rows
    else:
        assert [joined([*sheet["document_title"], sheet["title"]])] in rows
        assert set(sheet["unit"].splitlines()) <= {row[0] for row in rows}
    assert any(row[2 : 2 + len(sheet["columns"])] == sheet["columns"] for row in rows)
    numbers = [row for row in rows if row[:2] == ["1", "2"]]
    assert all(row == sheet["column_numbers"] for row in numbers)
    assert bool(numbers) == bool(sheet["column_numbers"])


def test_the_narrative_part_is_kept_to_the_letter(sop):
    sheet, text = sop["sheet"], seed_text(sop["slug"])
    if sheet["narrative_title"] is None:
        assert not (sop["narrative"] or sheet["narrative_legal_basis"] or "A. Dasar Hukum" in text)
        return
    start = text.rindex(sheet["narrative_title"])
    printed = re.sub(r"^- ", "", text[start:], flags=re.MULTILINE)  # "- " is the conversion's list mark
    parts = [sheet["narrative_title"], "A. Dasar Hukum", *sheet["narrative_legal_basis"]]
    parts += ["B. Sasaran Objek", sheet["target"], "C. Jangka Waktu Penyelesaian", sheet["term"]]
    parts += ["D. Biaya", sheet["cost"], "E. Proses Pelaksanaan"]
    parts += [f"{n['number']} {n['text']} ({n['time']})" for n in sop["narrative"]]
    assert squeeze(" ".join(parts)) == squeeze(printed)


def test_steps_repeat_the_narrative_times(sop):
    assert [s["narrative_time"] for s in sop["steps"]] == (
        [n["time"] for n in sop["narrative"]] or [None] * len(sop["steps"])
    )


def test_items_use_the_words_of_their_cell(sop):
    for step in sop["steps"]:
        for cell, items in (("requires_text", step["requires"]), ("produces_text", step["produces"])):
            lines = [bare(line) for line in (step[cell] or "").splitlines()]
            worded = [i["text"] for i in items if i["text"]]
            no_paper = (sop["slug"], step["key"], cell) == ("anak-jalanan", "5", "requires_text")
            assert worded == ([] if no_paper else lines)


# --- the header as read --------------------------------------------------------------------------------


def test_the_header_in_force_follows_the_sheet(sop):
    sheet = sop["sheet"]
    assert (sop["number"], sop["term"]) == (sheet["number"], sheet["term"])
    assert (sop["target"], sop["cost"]) == (sheet["target"], sheet["cost"])
    basis = sheet["narrative_legal_basis"] or sheet["legal_basis"]
    assert [fold(b) for b in sop["legal_basis"]] == [bare(b) for b in basis]
    for key in ("created_on", "revised_on", "ratified_on", "effective_on"):
        if (sop["slug"], key) == ("anak-jalanan", "ratified_on"):
            assert sop[key] == dt.date(2024, 3, 4)  # the cell is damaged
        elif sheet[key] is None:
            assert sop[key] is None
        else:
            day, month, year = sheet[key].split()
            assert sop[key] == dt.date(int(year), MONTHS[month], int(day))


@pytest.mark.parametrize(
    ("slug", "name", "official", "nip"),
    [
        (
            "bayi-balita-terlantar",
            "Bayi-Balita Terlantar",
            "Dra. Hj. Endang Susilawati",
            "19670720 199303 2 008",
        ),
        ("anak-jalanan", "Anak Jalanan", "Dra. Hj. Endang Susilawati", "19670720 199303 2 008"),
        (
            "anak-terlantar-luar-panti",
            "Pelayanan Anak Terlantar Luar Panti",
            "M. SYAFUDIN ZUHRI, SE.,M.A.P",
            "19781211 200604 1 006",
        ),
    ],
)
def test_names_and_officials_in_force(slug, name, official, nip):
    sop = load("sops", slug)
    assert (sop["slug"], sop["name"]) == (slug, name)
    assert sop["ratified_by"] == {"name": official, "nip": nip}


# --- the notes -----------------------------------------------------------------------------------------

# Every row of the reading table: the step, words one quote must hold, words the reading must hold.
TABLE = {
    "bayi-balita-terlantar": [
        (None, "Terancam", "Terlantar"),
        (None, "Permen PAN dan RB Nomor 35", "Tidak satu pun dimasukkan ke Dasar SPT"),
        ("1", "Mulai", "Peksos melaksanakan dan Kasi menerima"),
        ("7", "Kasi Menerima Laporan Peksos", "Peksos melaksanakan dan Kasi menerima"),
        ("2", "Kasi Memerintahkan", "Petugas melaksanakan, Kasi memerintahkan"),
        ("1", "1. Laporan Sosial", "diunggah"),
        ("3", "Ditandatangani Kepala Dinas", "kembali ke langkah 2"),
        ("2", "Disdukcapil", "kepolisian, rumah sakit, dan Disdukcapil"),
        ("5", "1. Surat Perintah tugas", "langkah 9 setelah langkah 5 dan 8"),
        ("4", "Surat Terlantar", "hanya berlaku untuk temuan"),
        ("7", "SPT untuk mengantar Bayi", "Langkah 9 memerlukan SPT ini"),
        ("8", "Berkoordinasi dengan Kepala Dinas", "ikut serta"),
        ("8", "BPJS Anak", "dibawa dari luar"),
        ("9", "Surat Pengantar", "tidak wajib pada langkah 9"),
        (None, "Laporan Perkembangan Kesehatan Bayi", "satu jenis dokumen dengan nama lain"),
        ("9", "Surat Berita Acara penyerahan anak", "siap cetak pada langkah 8"),
        (None, "2 Minggu", "Dua hitungan waktu"),
    ],
    "anak-jalanan": [
        (None, "Anak Jalanan ONGT", "04 Maret 2024 oleh pejabat yang sama"),
        (None, "Permen PAN dan RB Nomor 35", "Tidak satu pun dimasukkan ke Dasar SPT"),
        ("1", "Mulai", "Petugas melaksanakan, Kasi memerintahkan"),
        ("3", "(1 Jam)", "1 Hari"),
        ("2", r"\Diamond", "kembali ke langkah 1"),
        ("3", "\\Diamond \\Diamond \\", "Kasi, Peksos, dan Petugas"),
        ("4", r"\rightarrow \Diamond", "Kasi dan Peksos"),
        ("5", r"\(\)", "Peksos melaksanakan, yang lain ikut serta"),
        ("3", "penjangkauan dijalan", "nihil"),
        ("3", "Surat pernyataan", "per orang dewasa"),
        ("4", "putus sekolah", "langkah 5 berjalan setelah langkah 3"),
        ("5", "Mulai", "berakhir bersama anak-anaknya"),
        ("5", "Jumlah anak jalanan", "Daftar Hadir"),
        (None, "1 (Satu) Tahun", "tahun kalender atau tahun anggaran"),
    ],
    "anak-terlantar-luar-panti": [
        ("1", "TKSK", "TKSK atau Kantor Kecamatan"),
        ("2", "Kasi Pelayanan", "Kabid Rehsos ikut serta"),
        ("3", "diberi bantuan", "Bansos bersama TKSK"),
        ("4", "monitoring", "Kabid Rehsos menerima"),
        (None, "Proposal", "dokumen masuk pada langkah 1"),
        (None, "24 Jam", "tidak diperingatkan"),
        ("4", "secara berkala", "31 Desember tahun berikutnya"),
        (None, "Tanggal Efektif", "dipastikan oleh dinas"),
    ],
}


@pytest.mark.parametrize(("slug", "row"), [(slug, row) for slug, rows in TABLE.items() for row in rows])
def test_every_known_discrepancy_has_its_note(slug, row):
    step, quoted, read = row
    assert [
        note
        for note in load("sops", slug)["notes"]
        if note["step"] == step and read in fold(note["reading"]) and quoted in fold(" ".join(note["quotes"]))
    ]


def test_notes_quote_the_seed_and_name_a_step(sop):
    text, step_keys = fold(seed_text(sop["slug"])), {s["key"] for s in sop["steps"]}
    text_without_list_marks = fold(re.sub(r"^- ", "", seed_text(sop["slug"]), flags=re.MULTILINE))
    assert len(sop["notes"]) >= len(TABLE[sop["slug"]])
    for note in sop["notes"]:
        assert note["about"] and note["reading"]
        assert len(set(note["quotes"])) >= 2, note["about"]
        assert note["step"] is None or note["step"] in step_keys
        for quote in note["quotes"]:
            assert fold(quote) in text or fold(quote) in text_without_list_marks, quote


# --- the readings, put into the steps ------------------------------------------------------------------

PERFORMERS = {
    "bayi-balita-terlantar": {
        "1": "Peksos performs, Kasi receives",
        "2": "Petugas performs, Kasi orders",
        "3": "Kabid disposes, Kepala Dinas signs",
        "4": "Peksos performs",
        "5": "Peksos performs",
        "6": "Peksos performs",
        "7": "Peksos performs, Kasi receives, Kasi orders, Petugas performs",
        "8": "Kabid performs, Kasi performs, Kepala Dinas takes_part, Kabid disposes, Kepala Dinas signs",
        "9": "Kabid performs, Kasi performs",
    },
    "anak-jalanan": {
        "1": "Petugas performs, Kasi orders",
        "2": "Kabid disposes, Kepala Dinas signs",
        "3": "Peksos performs, Kasi takes_part, Petugas takes_part",
        "4": "Peksos performs, Kasi takes_part",
        "5": "Peksos performs, Kepala Dinas takes_part, Kasi takes_part, Petugas takes_part",
    },
    "anak-terlantar-luar-panti": {
        "1": "TKSK performs, Kantor Kecamatan performs",
        "2": "Kasi Pelayanan & Rehabilitasi Sosial performs, Kabid Rehsos takes_part",
        "3": "Bansos performs, TKSK takes_part",
        "4": "TKSK performs, Kasi Pelayanan & Rehabilitasi Sosial performs, Kabid Rehsos receives",
    },
}


def test_performers_are_as_read(sop):
    assert PERFORMERS[sop["slug"]] == {
        s["key"]: ", ".join(f"{p['position']} {p['part']}" for p in s["performers"]) for s in sop["steps"]
    }


def test_bayi_order_routes_and_papers_are_as_read():
    steps = {s["key"]: s for s in load("sops", "bayi-balita-terlantar")["steps"]}
    after = {key: s["after"] for key, s in steps.items()}
    assert after == {
        "1": [],
        "2": None,
        "3": None,
        "4": ["3"],
        "5": ["4"],
        "6": ["3"],
        "7": ["4", "6"],
        "8": ["7"],
        "9": ["5", "8"],
    }
    assert {k: s["returns_to"] for k, s in steps.items() if s["returns_to"]} == {"3": "2", "8": "7"}
    assert {k for k, s in steps.items() if s["routes"] == ["temuan"]} == {"4"}
    police = [
        i for s in steps.values() for i in s["requires"] + s["produces"] if i["paper"] == "Surat Terlantar"
    ]
    assert len(police) == 5 and all(i["routes"] == ["temuan"] for i in police)
    spt = [r for r in steps["9"]["requires"] if r["paper"] == "Surat Perintah Tugas"]
    assert [(r["from"], r["stage"]) for r in spt] == [("8/spt", "signed")]
    handover = {
        k: [(o["stage"], o["carries"]) for o in steps[k]["produces"] if o["key"] == "ba"] for k in "89"
    }
    assert handover == {"8": [("ready", None)], "9": [("signed", "8/ba")]}
    assert [r["paper"] for r in steps["9"]["requires"] if r["optional"]] == ["Surat Pengantar"]


def test_anak_jalanan_children_come_later_and_pass_one_by_one():
    sop = load("sops", "anak-jalanan")
    steps = {s["key"]: s for s in sop["steps"]}
    assert sop["opening"] == "round" and [k for k, s in steps.items() if s["finds"]] == ["3"]
    assert {o["paper"]: o["scope"] for o in steps["3"]["produces"]} == {
        "Laporan Sosial": "child",
        "Surat Pernyataan": "adult",
    }
    assert steps["4"]["condition"] and steps["4"]["scope"] == "child"
    assert steps["4"]["after"] == steps["5"]["after"] == ["3"]
    assert steps["5"]["recurrence"] == {"months": 1, "form": "session", "until": None}
    assert steps["5"]["scope"] == "case"
    assert steps["2"]["returns_to"] == "1"


def test_luar_panti_runs_without_alarm_and_visits_every_quarter():
    sop = load("sops", "anak-terlantar-luar-panti")
    steps = {s["key"]: s for s in sop["steps"]}
    assert not any(s["alarm"] for s in sop["steps"]) and sop["opening"] == "list"
    assert steps["4"]["recurrence"] == {"months": 3, "form": "visit", "until": {"years": 1}}
    assert len({o["paper"] for k in "234" for o in steps[k]["produces"]}) == 3
    assert [k for k, s in steps.items() if s["verdict"]] == ["2"]
    assert [k for k, s in steps.items() if s["aid"]] == ["3"]


# --- references ----------------------------------------------------------------------------------------


def test_positions_and_papers_are_known_to_the_agency(sop, agency):
    positions = {p["name"] for p in agency["positions"]}
    papers = names_of(agency["papers"])
    for step in sop["steps"]:
        assert {p["position"] for p in step["performers"]} <= positions
        for item in step["requires"] + step["produces"]:
            assert item["paper"] in papers.values()
    for column in sop["sheet"]["columns"]:
        assert column.lower() in names_of(agency["positions"])


def test_the_words_of_the_sheet_lead_to_the_same_paper(sop, agency):
    papers = names_of(agency["papers"])
    for step in sop["steps"]:
        for item in step["requires"] + step["produces"]:
            if item["text"] and item["text"] != "Laporan":  # three different reports bear this one word
                assert papers[item["text"].lower()] == item["paper"]


def test_keys_point_to_earlier_steps_and_outputs(sop):
    outputs, seen, routes = {}, [], {r["key"] for r in sop["routes"]}
    for step in sop["steps"]:
        assert step["key"] not in seen
        assert set(step["after"] or []) <= set(seen)
        assert step["returns_to"] is None or step["returns_to"] in seen
        for need in step["requires"]:
            if need["from"]:
                assert outputs[need["from"]]["paper"] == need["paper"]
        for item in [*step["requires"], *step["produces"], step]:
            assert set(item["routes"]) <= routes
        assert len({o["key"] for o in step["produces"]}) == len(step["produces"])
        for out in step["produces"]:
            if out["carries"]:
                assert outputs[out["carries"]]["paper"] == out["paper"]
        outputs |= {f"{step['key']}/{o['key']}": o for o in step["produces"]}
        seen.append(step["key"])


def test_somebody_acts_and_every_paper_is_brought(sop, agency):
    origins = {p["name"]: p["origin"] for p in agency["papers"]}
    for step in sop["steps"]:
        assert {p["part"] for p in step["performers"]} & {"performs", "signs"}
        for need in step["requires"]:
            assert need["from"] or origins[need["paper"]] in ("incoming", "citizen", "report")


# --- the agencies --------------------------------------------------------------------------------------


def test_agency_files_have_only_the_agreed_keys(each_agency):
    assert set(each_agency) == AGENCY_KEYS
    assert set(each_agency["settings"]) == {
        "walk_on_decision",
        "number_given_outside",
        "number_after_ink",
        "grace_next_working_day",
    }
    assert all(set(p) == POSITION_KEYS for p in each_agency["positions"])
    assert all(set(p) - {"initials"} == PAPER_KEYS for p in each_agency["papers"])
    assert all(set(s) == SERIES_KEYS for s in each_agency["series"])


def test_each_name_stands_for_one_position_and_one_paper(each_agency):
    for things in (each_agency["positions"], each_agency["papers"]):
        words = [word.lower() for t in things for word in [t["name"], *t["aliases"]]]
        assert len(words) == len(set(words))


def test_superiors_lead_to_the_head_and_partners_stand_outside(each_agency):
    superior = {p["name"]: p["superior"] for p in each_agency["positions"]}
    for position in each_agency["positions"]:
        chain = [position["name"]]
        while superior[chain[-1]]:
            assert superior[chain[-1]] not in chain
            chain.append(superior[chain[-1]])
        if position["external"]:
            assert len(chain) == 1 and not (position["may_waive"] or position["may_close"])
        else:
            assert chain[-1] == "Kepala Dinas"


def test_chains_and_rights_of_the_positions():
    city = {p["name"]: p for p in load("agencies", "tanjungpinang")["positions"]}
    assert {n: p["superior"] for n, p in city.items()} == {
        "Kepala Dinas": None,
        "Sekretaris": "Kepala Dinas",
        "Kabid": "Kepala Dinas",
        "Kasi": "Kabid",
        "Peksos": "Kasi",
        "Petugas": "Kasi",
    }
    assert {n for n, p in city.items() if p["may_record"]} == {"Petugas"}
    assert {n for n, p in city.items() if p["may_waive"] and p["may_close"]} == {
        "Kepala Dinas",
        "Kabid",
        "Kasi",
    }
    regency = {p["name"]: p for p in load("agencies", "lamandau")["positions"]}
    assert {n for n, p in regency.items() if p["external"]} == {"TKSK", "Kantor Kecamatan"}


def test_letters_have_their_hands_and_a_series(each_agency):
    positions = {p["name"] for p in each_agency["positions"]}
    numbered = [name for s in each_agency["series"] for name in s["papers"]]
    assert len(numbered) == len(set(numbered)) and set(numbered) <= {p["name"] for p in each_agency["papers"]}
    for paper in each_agency["papers"]:
        assert paper["origin"] in ("letter", "report", "record", "citizen", "incoming")
        hands = {paper["disposer"], paper["signer"]}
        if paper["origin"] == "letter":
            assert hands <= positions and len(hands) == 2 and paper["name"] in numbered
        else:
            assert hands == {None}
    assert [p["name"] for p in each_agency["papers"] if p["verbal"]] == ["Surat Perintah Tugas"]
    for series in each_agency["series"]:
        assert set(re.findall(r"{(\w+)}", series["pattern"])) == {"klasifikasi", "urut", "unit", "tahun"}
