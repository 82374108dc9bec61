"""Makes SOP sheets of invented offices, whole and consistent, and plants one known fault in a sheet at will.

It is written from the offices' side and knows nothing of the reader: its words, its layouts and its idea of
each fault are its own. The same seed gives the same sheet.
"""

import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Row:
    """One activity: who (keys of the cast), what, with which papers, in how many minutes, and what comes."""

    who: list[str]
    what: str
    needs: list[str]
    minutes: int
    makes: list[str]
    told: str = ""
    told_minutes: int = 0
    marks: dict[str, str] = field(default_factory=dict)


@dataclass
class Plant:
    """A fault: its class, and words of which a finding must quote every group (any word of a group)."""

    kind: str
    groups: list[tuple[str, ...]]
    follows: tuple[str, ...] = ()
    """Classes in which the same fault may be told once more, being true there too."""


@dataclass
class Sheet:
    """The content of a sheet before it is laid out."""

    seed: str
    office: str
    government: str
    title: str
    name: str
    number: str
    dates: dict[str, str]
    head: str
    head_name: str
    nip: str
    laws: list[str]
    section_laws: list[str]
    skills: list[str]
    related: list[str]
    tools: list[str]
    warning: list[str]
    record: list[str]
    cast: dict[str, str]
    rows: list[Row]
    term: str
    narrative: bool
    plant: Plant | None = None


# --- words of the offices -----------------------------------------------------------------------------

PLACES = ["Sukamaju", "Tirta Kencana", "Bumi Asri", "Harapan Jaya", "Wonorejo", "Sei Rumbai", "Muara Indah"]
GOVERNMENTS = ["PEMERINTAH KABUPATEN {}", "PEMERINTAH KOTA {}", "PEMERINTAH PROVINSI {}"]
NAMES = [
    "Drs. Bambang Wiratmo, M.M",
    "Ir. Siti Rohani",
    "dr. Yulia Kartikasari, M.Kes",
    "H. Abdul Gani, S.H.",
    "Maria Goreti Lestari, S.E., M.Si",
]
MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()
LAWS = [
    "Undang-Undang Nomor {n} Tahun {y} tentang Pelayanan Publik",
    "UU No. {n} Tahun {y} tentang Administrasi Pemerintahan",
    "Peraturan Pemerintah Nomor {n} Tahun {y} tentang Perangkat Daerah",
    "Peraturan Daerah Nomor {n} Tahun {y} tentang Retribusi Jasa Umum",
    "Peraturan Bupati Nomor {n} Tahun {y} tentang Uraian Tugas",
    "Permenkes No. {n} Tahun {y} tentang Pusat Kesehatan Masyarakat",
    "Keputusan Menteri Nomor {n} Tahun {y} tentang Pedoman Umum",
]
SKILLS = ["S1 semua jurusan", "Memahami tupoksi", "Menguasai aplikasi perkantoran", "Teliti dan jujur"]
RELATED = ["SOP Pengelolaan Surat Masuk", "SOP Kearsipan", "SOP Pelayanan Informasi"]
TOOLS = ["Komputer/Laptop", "Printer", "ATK", "Telepon", "Lemari arsip", "Jaringan internet"]
WARNINGS = ["Apabila tidak dilaksanakan sesuai prosedur maka pelayanan terhambat"]
RECORDS = ["Disimpan sebagai data elektronik dan manual"]

CASTS = [
    {
        "H": "Kepala Badan",
        "B": "Kabid Pelayanan",
        "S": "Analis Kebijakan",
        "T": "Tim Teknis",
        "L": "Petugas Loket",
        "P": "Pemohon",
    },
    {
        "H": "Kepala Puskesmas",
        "B": "Kasubag TU",
        "S": "Dokter",
        "T": "Perawat",
        "L": "Rekam Medis",
        "P": "Pasien",
    },
    {"H": "Camat", "B": "Sekcam", "S": "Kasi Pelayanan", "T": "Pelaksana Lapangan", "L": "JFU", "P": "Warga"},
    {"H": "Kepala Sekolah", "B": "Wakasek", "S": "Kaur TU", "T": "Guru", "L": "Operator", "P": "Orang Tua"},
    {
        "H": "Direktur",
        "B": "Sekretaris",
        "S": "Kasubid Program",
        "T": "Bendahara",
        "L": "Resepsionis",
        "P": "Pelanggan",
    },
]
OUTSIDERS = ["Inspektorat", "Lurah", "Babinsa", "Penyuluh", "Notaris"]
WORD_SWAPS = [
    ("menyusun", "membatalkan"),
    ("menerima", "mengembalikan"),
    ("memeriksa", "memusnahkan"),
    ("melaksanakan", "menunda"),
    ("menyerahkan", "menahan"),
    ("menandatangani", "mengarsipkan"),
    ("menelaah", "menggandakan"),
    ("membuat", "menghapus"),
    ("mencatat", "menolak"),
    ("meneliti", "mengirim"),
    ("melakukan", "meniadakan"),
    ("menyiapkan", "menutup"),
    ("mengoreksi", "mengedarkan"),
    ("mengajukan", "mencabut"),
    ("menyampaikan", "menarik"),
    ("menghitung", "menghibahkan"),
    ("membahas", "mengumumkan"),
    ("menghimpun", "melelang"),
    ("menilai", "mengabaikan"),
    ("memproses", "membekukan"),
    ("mendaftar", "berhenti"),
    ("memanggil", "menyuruh"),
    ("menuliskan", "meniadakan"),
    ("merancang", "membubarkan"),
    ("mencari", "membakar"),
]
STRAY_PAPERS = [
    "Peta Situasi",
    "Kartu Kendali Barang",
    "Daftar Gaji",
    "Pas Foto 3x4",
    "Rekening Koran",
    "Denah Lokasi",
]
STRAY_LETTERS = ["Surat Undangan Rapat", "Surat Peringatan", "Surat Edaran", "Surat Panggilan Dinas"]
WITHOUT_INTERVAL = ["secara berkala", "secara rutin", "secara periodik"]


def invent(seed: str, held_out: bool = False, fault: str | None = None) -> Sheet:
    """A consistent sheet, with one fault of the class if named (see FAULTS)."""
    dice = random.Random(f"{seed}/{held_out}/{fault}")
    for _ in range(40):
        sheet = _whole(dice, f"{seed}/{held_out}/{fault}", held_out)
        if fault is None:
            return sheet
        sheet.plant = FAULTS[fault](sheet, dice)
        if sheet.plant:
            return sheet
    raise AssertionError(f"no sheet can hold {fault}")


@dataclass(frozen=True)
class Flow:
    """A whole procedure as tests/sops/flows has it."""

    names: list[str]
    topics: list[str]
    lines: list[list[str]]


def flows(file: str) -> list[Flow]:
    """The procedures of a file in tests/sops/flows."""
    text = (Path(__file__).parent / "flows" / f"{file}.txt").read_text(encoding="utf-8")
    found = []
    for block in re.split(r"^== ", text, flags=re.MULTILINE)[1:]:
        names, topics, *lines = block.strip().splitlines()
        split = [[cell.strip() for cell in line.split(">")] for line in lines if line]
        found.append(Flow(names.split(" | "), topics.removeprefix("topics: ").split(" | "), split))
    return found


def _whole(dice: random.Random, seed: str, held_out: bool) -> Sheet:
    flow = dice.choice(flows("held_out" if held_out else "tuned"))
    topic = dice.choice(flow.topics)
    cast = dict(dice.choice(CASTS))
    rows = []
    for who, what, needs, minutes, makes in flow.lines:
        text = dice.choice(what.split(" / ")).replace("{t}", topic)
        for key, position in cast.items():
            text = text.replace(f"{{{key}}}", position)
        papers = [[p for p in cell.replace("{t}", topic).split("; ") if p] for cell in (needs, makes)]
        rows.append(Row(list(who), text, papers[0], int(minutes) * dice.choice([1, 1, 2]), papers[1]))
    used = {key for row in rows for key in row.who}
    cast = {key: position for key, position in cast.items() if key in used}
    order = [key for key in "PLSTBH" if key in cast]
    if dice.random() < 0.5:
        order.reverse()
    cast = {key: cast[key] for key in order}
    for row in rows:
        row.told, row.told_minutes = row.what, row.minutes
    name = dice.choice(flow.names).replace("{t}", topic)
    place = dice.choice(PLACES)
    year = dice.randint(2014, 2024)
    laws = [
        law.format(n=dice.randint(1, 90), y=dice.randint(1999, year))
        for law in dice.sample(LAWS, dice.randint(1, 4))
    ]
    born = dice.randint(1962, 1985)
    days = math.ceil(sum(row.minutes for row in rows) / 450)
    return Sheet(
        seed=seed,
        office=dice.choice(
            ["DINAS PENDIDIKAN", "DINAS KESEHATAN", "DPMPTSP", "KECAMATAN BANJARAN", "RSUD SEHAT SENTOSA"]
        ),
        government=dice.choice(GOVERNMENTS).format(place.upper()),
        title=name,
        name=name,
        number=dice.choice(
            [
                f"{dice.randint(50, 900)}/{dice.randint(1, 300)}/SOP/{year}",
                f"SOP-{dice.randint(1, 99):02}/DPM/{dice.choice(['I', 'IV', 'XII'])}/{year}",
                f"{dice.randint(100, 900)}.{dice.randint(1, 9)}/{dice.randint(10, 99)}.a/{year}",
            ]
        ),
        dates={
            "made": _date(dice, year),
            "revised": dice.choice(["-", _date(dice, year + 1)]),
            "valid": _date(dice, year + 2),
        },
        head=cast.get("H", "Kepala Puskesmas"),
        head_name=dice.choice(NAMES),
        nip=f"{born}{dice.randint(1, 12):02}{dice.randint(1, 28):02} {born + 25}{dice.randint(1, 12):02}"
        f" {dice.randint(1, 2)} {dice.randint(1, 99):03}",
        laws=laws,
        section_laws=list(laws),
        skills=dice.sample(SKILLS, 2),
        related=dice.sample(RELATED, dice.randint(1, 2)),
        tools=dice.sample(TOOLS, 3),
        warning=WARNINGS,
        record=RECORDS,
        cast=cast,
        rows=rows,
        term=dice.choice(["{} Hari Kerja", "{} hari", "{} (hari kerja)"][:2]).format(days),
        narrative=dice.random() < 0.6,
    )


def _date(dice: random.Random, year: int) -> str:
    day, month = dice.randint(1, 28), dice.randint(1, 12)
    return dice.choice(
        [
            f"{day} {MONTHS[month - 1]} {year}",
            f"{day:02} {MONTHS[month - 1]} {year}",
            f"{day}-{month}-{year}",
            f"{day:02}/{month:02}/{year}",
        ]
    )


def spell(minutes: int, lower: int = 0) -> str:
    """A length of time as the office writes it."""
    if minutes >= 480 and minutes % 480 == 0:
        said = f"{minutes // 480} Hari"
    elif minutes >= 60 and minutes % 60 == 0:
        said = f"{minutes // 60} Jam"
    else:
        said = f"{minutes} Menit"
    return said.lower() if lower else said


# --- the faults --------------------------------------------------------------------------------------


def _swap(sheet: Sheet, dice: random.Random) -> Plant | None:
    fits = [(row, a, b) for row in sheet.rows for a, b in WORD_SWAPS if a in row.told.lower()]
    if not fits:
        return None
    sheet.narrative = True
    row, old, new = dice.choice(fits)
    at = row.told.lower().index(old)
    row.told = (
        row.told[:at] + (new.capitalize() if row.told[at].isupper() else new) + row.told[at + len(old) :]
    )
    return Plant("words", [(row.what,), (row.told,)])


def _other_time(sheet: Sheet, dice: random.Random) -> Plant:
    sheet.narrative = True
    row = dice.choice(sheet.rows)
    row.told_minutes = dice.choice([row.minutes * 3, row.minutes + 5, max(1, row.minutes // 3)])
    return Plant(
        "times",
        [
            (spell(row.minutes, 0), spell(row.minutes, 1)),
            (spell(row.told_minutes, 0), spell(row.told_minutes, 1)),
        ],
    )


def _other_name(sheet: Sheet, dice: random.Random) -> Plant:
    words = sheet.name.split()
    at = dice.randrange(len(words))
    words[at] = dice.choice(["Pencabutan", "Retribusi", "Kepegawaian", "Trayek"])
    if dice.random() < 0.2:
        words = [*sheet.name.split(), dice.choice(["XKRT", "JBNQ"])]
    sheet.name = " ".join(words)
    return Plant("title", [(sheet.name,), (sheet.title, sheet.title.upper())], ("header",))


def _never_made(sheet: Sheet, dice: random.Random) -> Plant:
    row = dice.choice(sheet.rows[1:])
    paper = dice.choice(STRAY_PAPERS)
    row.needs.append(paper)
    return Plant("unproduced", [(paper,)])


def _never_needed(sheet: Sheet, dice: random.Random) -> Plant:
    row = dice.choice(sheet.rows[:-1])
    paper = dice.choice(STRAY_PAPERS)
    row.makes.append(paper)
    return Plant("unneeded", [(paper,)])


def _never_signed(sheet: Sheet, dice: random.Random) -> Plant | None:
    signing = [i for i, row in enumerate(sheet.rows) if "tangan" in row.what.lower()]
    if signing and dice.random() < 0.6:
        row = sheet.rows[signing[0]]
        for old in ("menandatangani", "Menandatangani", "Membubuhkan tanda tangan pada"):
            row.what = row.what.replace(old, "mengesampingkan" if old[0] == "m" else "Membaca")
        row.told = row.what
        letters = [paper for paper in row.makes if paper.startswith(("Surat", "Nota", "Keputusan"))]
        return Plant("unsigned", [tuple(letters)])
    first = signing[0] + 1 if signing else 0
    if first >= len(sheet.rows) - 1:
        return None
    at = dice.randrange(first, len(sheet.rows) - 1)
    letter = dice.choice(STRAY_LETTERS)
    sheet.rows[at].makes.append(letter)
    sheet.rows[at + 1].needs.append(letter)
    return Plant("unsigned", [(letter,)])


def _unmarked(sheet: Sheet, dice: random.Random) -> Plant:
    row = dice.choice(sheet.rows)
    others = [
        position for key, position in sheet.cast.items() if key not in row.who and position not in row.what
    ]
    form = dice.randrange(3)
    if form == 0 and others:
        said = dice.choice(others)
        row.what += f" bersama {said}"
    elif form == 1 and others:
        said = dice.choice(others)
        row.what = f"{said} " + row.what[0].lower() + row.what[1:]
        if any(p in row.what[len(said) :] for p in sheet.cast.values()):
            row.what = row.what[len(said) + 1 :] + f" didampingi oleh {said}"
    else:
        said = dice.choice(OUTSIDERS)
        row.what += dice.choice([f" bersama {said}", f" dan disaksikan oleh {said}"])
    row.told = row.what
    return Plant("performer", [(said,), (row.what,)])


def _no_mark(sheet: Sheet, dice: random.Random) -> Plant:
    row = dice.choice(sheet.rows)
    row.marks = dict.fromkeys(row.who, "")
    return Plant("marks", [(row.what,)], ("performer",))


def _bad_mark(sheet: Sheet, dice: random.Random) -> Plant:
    row = dice.choice(sheet.rows)
    junk = dice.choice(["\\", "\\(\\)", "□?", "|_", "~~", "[-"])
    row.marks = {row.who[0]: junk.replace("|", "")}
    return Plant("marks", [(row.what,)], ("performer",))


def _short_term(sheet: Sheet, dice: random.Random) -> Plant | None:
    total = sum(row.minutes for row in sheet.rows)
    if total < 120:
        return None
    sheet.term = f"{dice.randint(10, max(11, total // 12))} menit" if dice.random() < 0.5 else "1 Jam"
    sheet.narrative = True
    return Plant("term", [(sheet.term,)])


def _whenever(sheet: Sheet, dice: random.Random) -> Plant:
    row, said = dice.choice(sheet.rows), dice.choice(WITHOUT_INTERVAL)
    row.what += f" {said}"
    row.told = row.what
    return Plant("recurrence", [(said,)])


def _empty_header(sheet: Sheet, dice: random.Random) -> Plant:
    which = dice.choice(["number", "made", "valid", "head", "skills", "record"])
    label = {
        "number": ("Nomor",),
        "made": ("Pembuatan", "Dibuat"),
        "valid": ("Efektif", "Pengesahan", "Berlaku"),
        "head": ("Disahkan",),
        "skills": ("Kualifikasi",),
        "record": ("Pencatatan",),
    }
    if which == "number":
        sheet.number = dice.choice(["", "....../......./2023"])
    elif which in ("made", "valid"):
        sheet.dates[which] = dice.choice(["", "............"])
    elif which == "head":
        sheet.head, sheet.head_name, sheet.nip = "", "", ""
    elif which == "skills":
        sheet.skills = []
    else:
        sheet.record = []
    return Plant("header", [label[which]])


def _bad_header(sheet: Sheet, dice: random.Random) -> Plant:
    which = dice.choice(["number", "made", "valid", "nip"])
    if which == "number":
        parts = sheet.number.split("/")
        parts[1] = dice.choice([" t? ", " xz ", "#1", " �3 "])
        sheet.number = said = "/".join(parts)
    elif which == "nip":
        sheet.nip = said = sheet.nip[: dice.randint(6, 14)].strip()
    else:
        year = dice.choice(["20l9", "20 RTSX 4", "2O1?"])
        sheet.dates[which] = said = f"{dice.randint(1, 28)} {dice.choice(MONTHS)} {year}"
    return Plant("header", [(said,)])


def _other_basis(sheet: Sheet, dice: random.Random) -> Plant:
    sheet.narrative = True
    law = "Peraturan Menteri Nomor {} Tahun {} tentang Standar Pelayanan"
    extra = law.format(dice.randint(91, 140), dice.randint(2001, 2020))
    if dice.random() < 0.5 or len(sheet.section_laws) == 1:
        sheet.section_laws.append(extra)
        return Plant("basis", [(extra,)])
    gone = sheet.section_laws.pop(dice.randrange(len(sheet.section_laws)))
    return Plant("basis", [(gone,)])


def _two_names(sheet: Sheet, dice: random.Random) -> Plant | None:
    fits = []
    for at, row in enumerate(sheet.rows[1:], 1):
        for need in row.needs:
            before = [p for r in sheet.rows[:at] for p in r.makes]
            plain = not need.startswith(("Berkas", "Naskah"))
            if need in before and len(need.split()) >= 2 and plain:
                fits.append((row, need))
    if not fits:
        return None
    row, old = dice.choice(fits)
    words = old.split()
    form = dice.randrange(4)
    if form == 0 and len(words) >= 3 and words[2][0].isupper():
        new = " ".join(words[:1] + words[2:])
    elif form == 1 and len(words) >= 3 and words[-1][0].isupper():
        new = "".join(word[0].upper() for word in words)
    elif form == 2:
        new = f"{words[0]} Hasil {' '.join(words[1:])}"
    else:
        new = f"Dokumen {old}"
    row.needs[row.needs.index(old)] = new
    return Plant("names", [(old,), (new,)], ("unneeded", "unproduced"))


FAULTS: dict[str, Callable[[Sheet, random.Random], Plant | None]] = {
    "words": _swap,
    "times": _other_time,
    "title": _other_name,
    "unproduced": _never_made,
    "unneeded": _never_needed,
    "unsigned": _never_signed,
    "performer": _unmarked,
    "marks missing": _no_mark,
    "marks damaged": _bad_mark,
    "term": _short_term,
    "recurrence": _whenever,
    "header empty": _empty_header,
    "header damaged": _bad_header,
    "basis": _other_basis,
    "names": _two_names,
}
