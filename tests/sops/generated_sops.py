"""SOPs of any shape as YAML, for trying what is printed and drawn: so many steps and columns, long texts."""

from sopcases.people.models import Position

LONG = " ".join(["Melaksanakan verifikasi berkas permohonan bersama perangkat kelurahan setempat"] * 4)


def positions(agency, count: int) -> list[str]:
    """So many positions of the agency."""
    names = [f"Jabatan {n + 1}" for n in range(count)]
    for name in names:
        Position.objects.get_or_create(agency=agency, name=name)
    return names


def sop(names: list[str], count: int, **changes) -> dict:
    """A procedure that goes from column to column; every fourth step may return, texts are long."""
    return {
        "slug": "contoh",
        "name": "Contoh Prosedur",
        "number": "460/7/2025",
        "noun": "Penanganan",
        "code": "CTH",
        "opening": "child",
        "sheet": {"columns": names, "name": "Contoh Prosedur"},
        "steps": [
            {
                "key": str(n + 1),
                "number": f"{n + 1}.",
                "activity": f"{LONG} ke-{n + 1}",
                "performers": [{"position": names[n * 2 % len(names)], "part": "performs", "symbol": "box"}],
                "requires_text": "1. Surat permohonan\n2. Fotokopi kartu keluarga",
                "produces_text": LONG[:210],
                "time": "2 Jam",
                "remark": LONG[:200] if n % 3 == 0 else "",
                "after": [str(n)] if n else [],
                **({"returns_to": str(max(1, n - 4))} if n % 4 == 3 else {}),
            }
            for n in range(count)
        ],
    } | changes


OFFICES = [
    *("Kepala Badan", "Sekretaris", "Analis", "Pengelola Data", "Pramubakti"),
    *("Verifikator", "Bendahara", "Arsiparis", "Pengadministrasi"),
]
VERBS = "Menyusun,Memeriksa,Meneliti,Mengirimkan,Mencatat,Menghimpun,Menyampaikan,Menetapkan".split(",")
THINGS = "berkas permohonan,daftar usulan,rekapitulasi,hasil telaah,rancangan keputusan,tanda terima".split(
    ","
)
PARTS = ("performs", "receives", "orders", "takes_part", "disposes", "signs")


def any_sop(chance, agency, slug: str) -> dict:
    """A sheet of another office: `chance` decides everything."""
    names = chance.sample(OFFICES, chance.randint(1, 9))
    for name in names:
        Position.objects.get_or_create(agency=agency, name=name)

    def papers() -> str:
        wanted = chance.sample(THINGS, chance.randint(1, 4))
        if len(wanted) == 1:
            return wanted[0].capitalize()
        return "\n".join(f"{n}. {thing.capitalize()}" for n, thing in enumerate(wanted, 1))

    def step(n: int) -> dict:
        who = chance.sample(names, chance.randint(1, min(3, len(names))))
        return {
            "key": str(n + 1),
            "number": f"{n + 1}.",
            "activity": f"{chance.choice(VERBS)} {chance.choice(THINGS)} tahap {chance.choice('abcdefgh')}",
            "performers": [
                {"position": name, "part": part}
                for name in sorted(who, key=names.index)
                for part in chance.sample(PARTS, chance.choice((1, 1, 1, 2)))
            ],
            "requires_text": papers(),
            "produces_text": papers(),
            "time": f"{chance.randint(1, 5)} {chance.choice(('Hari', 'Jam', 'Menit'))}",
            "remark": chance.choice(("", "", "Diarsipkan di subbagian umum")),
        }

    steps = [step(n) for n in range(chance.randint(1, 25))]
    return {
        "slug": slug,
        "name": "Pengelolaan Arsip Keuangan",
        "number": f"{chance.randint(100, 999)}/{chance.randint(1, 99)}/2024",
        "noun": "Penanganan",
        "code": "CTH",
        "opening": "child",
        "sheet": {
            "letterhead": ["PEMERINTAH KABUPATEN SUKAMAJU", "BADAN KEUANGAN DAERAH"],
            "document_title": ["STANDAR OPERASIONAL PROSEDUR (SOP)"],
            "name": "Pengelolaan Arsip Keuangan",
            "created_on": "05 Januari 2024",
            "ratified_by": "Kepala Badan\nDrs. Suparman, M.Si.\nNIP. 19700101 199503 1 001",
            "columns": names,
            "legal_basis": ["1. Undang-Undang Nomor 43 Tahun 2009 tentang Kearsipan"],
            "qualifications": ["1. Memahami tata kearsipan", "2. Teliti"],
            "equipment": ["1. Komputer", "2. Lemari arsip"],
        },
        "target": "Arsip keuangan",
        "term": "2 Minggu",
        "cost": "APBD",
        "narrative": [{"number": s["number"], "text": s["activity"], "time": s["time"]} for s in steps],
        "steps": steps,
    }
