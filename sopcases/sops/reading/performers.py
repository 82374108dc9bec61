"""Reads who acts, and as what, out of an activity's words. Pure; knows how positions are called."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sopcases.sops.reading.words import SIGNING, abbreviates, fold, tokens

# How titles of positions begin, in full and short ("ka" + the unit for its head, "sek" for its secretary).
_TITLES = """
    kepala wakil pimpinan ketua sekretaris direktur manajer camat lurah bupati walikota gubernur asisten
    staff? petugas pejabat operator koordinator bendahara analis pengelola pengadministrasi pranata arsiparis
    verifikator inspektur pengawas dokter bidan perawat guru pekerja pendamping tim
    ka(?:bid|si|dis|din|ban|sub\\w*|ur|upt\\w*|kan|pus\\w*|ro)
    sek(?:cam|da|ret\\w*|lur|dis|ban) ses(?:ban|dis)
"""
_TITLE = re.compile(f"(?:{'|'.join(_TITLES.split())})", re.IGNORECASE)
_APPLICANT = re.compile(
    "(?:pemohon|masyarakat|warga|orang ?tua|wali (?:murid|siswa)|wali|pasien|klien|pelanggan|keluarga|siswa"
    "|pengguna(?: layanan)?|peserta|penduduk|pelapor|pengadu|pelaku usaha)"
)
_HEADS = re.compile(
    "(?:pimpinan|kepala) (?:skpd|opd|perangkat daerah|satuan kerja|instansi|unit kerja|lembaga|dinas|badan"
    "|kantor)(?: .*)?|kadis|kadin|kaban|kakan|pimpinan"
)
_OFFICE = {
    "dinas", "badan", "kantor", "pemerintah", "kementerian", "kabupaten", "kota", "provinsi", "daerah"
}  # fmt: skip
_BETWEEN = re.compile(r"\s*(?:,|/|&|\bdan\b|\bserta\b|\batau\b|\bmaupun\b|\bbeserta\b|\s)*\s*", re.IGNORECASE)
_AGENT = re.compile(r"\boleh\W*$", re.IGNORECASE)
_WITH = re.compile(
    r"(?:\bbersama(?:[- ]sama)?(?:\s+dengan)?|\bbeserta|\bdidampingi|\bdibantu|\bdisaksikan"
    r"|(?<!sesuai )\bdengan)\W*$",
    re.IGNORECASE,
)
_THROUGH = re.compile(r"\bmelalui\W*$", re.IGNORECASE)
_PASSIVE = re.compile(r"\bdi ?[a-z]{4,}\W*$", re.IGNORECASE)
_NOT_ACTING = re.compile(
    r"\b(?:kepada|ke|dari|untuk|bagi|pada|atas|tentang|mengenai|terhadap|di|milik|hasil|laporan|surat|sebagai"
    r"|nama|antar|setiap|seluruh|para|ruang(?:an)?|meja|arahan|disposisi|persetujuan|keputusan)\W*$",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?:^|[.;:])\W*$|\b(?:maka|kemudian|selanjutnya|lalu|setelah itu|dan)\W*$", re.IGNORECASE
)
MOST_SIGNS = 2_000
"""No activity is told in more; behind them nobody is looked for."""
_PARTS = (
    ("signs", SIGNING),
    ("disposes", re.compile(r"disposisi|memaraf|diparaf|\bparaf\b", re.IGNORECASE)),
    ("orders", re.compile(r"memerintah|menugas|menginstruksi|diperintah", re.IGNORECASE)),
    ("receives", re.compile(r"\b(?:menerima|diterima|penerimaan)\b", re.IGNORECASE)),
)
_NOT_SUBJECT = set(
    """
    setelah sebelum apabila jika bila kemudian selanjutnya lalu untuk dengan dalam pada sesuai berdasarkan
    guna agar pasca sekali setiap tidak jangan dan atau hasil selama sejak atas rapat kegiatan proses surat
    laporan berkas dokumen data formulir daftar permohonan pengajuan usulan seluruh semua jumlah bagi oleh
    secara langsung terhadap apakah telah sudah akan harus dapat juga
    """.split()
)


@dataclass(frozen=True)
class Actor:
    """Somebody whom the words let act: the column or position meant, None where none fits; and the part."""

    said: str
    label: str | None
    part: str


@dataclass(frozen=True)
class Staff:
    """The positions a sheet may mean: its columns' labels first, then the agency's own names."""

    columns: tuple[str, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    office: tuple[str, ...] = ()
    """The words of the office's own name, which is no performer."""

    def canonical(self, said: str) -> str:
        """The agency's name of a position, else the words themselves."""
        folded = fold(said)
        for name, meant in self.known.items():
            if fold(name) == folded:
                return meant
        return " ".join(said.split())

    def knows(self, said: str) -> bool:
        """Whether the agency has a position of this name."""
        return any(fold(name) == fold(said) for pair in self.known.items() for name in pair)

    def resolve(self, said: str) -> str | None:
        """The column, or the agency's position, that some words mean; None where none fits."""
        meant = fold(self.canonical(said))
        for label in self.columns:
            if fold(label) == fold(said) or fold(self.canonical(label)) == meant:
                return label
        for label in self.columns:
            if _same_position(said, label) or _same_position(self.canonical(said), self.canonical(label)):
                return label
        return None


def _same_position(one: str, other: str) -> bool:
    """Whether two names can mean one position: short form, beginning of the longer, head, or applicant."""
    a, b = tokens(one), tokens(other)
    if not a or not b:
        return False
    if a == b or a[: len(b)] == b or b[: len(a)] == a:
        return True
    for short, long in ((a, b), (b, a)):
        for length in range(2, len(long) + 1):
            if abbreviates(short[0], long[:length]) and (
                len(short) == 1 or short[1:] == long[length : length + len(short) - 1]
            ):
                return True
    joined = " ".join(a), " ".join(b)
    return all(map(_HEADS.fullmatch, joined)) or all(map(_APPLICANT.fullmatch, joined))


def is_applicant(name: str) -> bool:
    """Whether a position is whoever comes to the office, by its name."""
    return bool(_APPLICANT.match(fold(name)))


def actors(text: str, staff: Staff) -> list[Actor]:
    """Who acts by the words of an activity; whom it is given to or comes from does not act."""
    text = text[:MOST_SIGNS]
    found: list[Actor] = []
    mentions = _mentions(text, staff)
    last_end, last_part = 0, ""
    for start, end in mentions:
        said = text[start:end].strip(" ,.")
        label = staff.resolve(said)
        before = text[last_end:start]
        if last_end and last_part and _BETWEEN.fullmatch(before) and before.strip():
            part = last_part
        else:
            part = _part(text, start, end, last_end, mentions)
        last_end, last_part = end, part
        if part and (label is not None or not _is_office(said, staff)):
            found.append(Actor(said, label, part))
    return list(dict.fromkeys(found))


def first_part(text: str) -> str:
    """The part that an activity's own first verb gives to whoever is marked: performs, disposes or signs."""
    said = _PARTS[0][1].search(text), _PARTS[1][1].search(text)
    if said[0] and not said[1]:
        return "signs"
    return (
        "disposes"
        if said[1] and not said[0] and re.match(r"\W*\w*(?:disposisi|paraf)", text, re.I)
        else "performs"
    )


def _part(text: str, start: int, end: int, last_end: int, mentions: list[tuple[int, int]]) -> str:
    before, behind = text[:start], text[end:]
    region = text[last_end:start]
    if _AGENT.search(before) or (_PASSIVE.search(before) and not _WITH.search(before)):
        return _by_words(region)
    if _WITH.search(before):
        return "takes_part"
    if _THROUGH.search(before):
        return "performs"
    if _NOT_ACTING.search(before):
        return ""
    opened = before
    for word in ("dinas", "pihak"):  # the office named before its officer
        opened = re.sub(rf"\b{word}\b(?:\s+[A-Z]\w*)*\W*$", "", opened, flags=re.IGNORECASE)
    if not _OPENS.search(opened):
        return ""
    follow = behind
    for at, until in mentions:  # over a list of positions to the verb
        gap = text[len(text) - len(follow) : at] if at >= len(text) - len(follow) else None
        if gap is not None and _BETWEEN.fullmatch(gap):
            follow = text[until:]
    verb = re.match(
        r"\W*(?:\([^)]*\)\W*)?(?:(?:akan|telah|harus|segera|wajib|dapat|juga|bersama|secara|langsung)\s+)*(\w+)",
        follow,
    )
    if not verb or re.match(r"(?:di|ter)[a-z]{4}", verb[1]) or verb[1].lower() in ("yang", "tentang"):
        return ""
    if not re.match(r"(?:me|ber)[a-z]{3}|tanda|paraf|ikut", verb[1], re.IGNORECASE) and before.strip():
        return ""
    return _by_words(verb[0])


def _by_words(words: str) -> str:
    found = [(m.end(), part) for part, pattern in _PARTS for m in pattern.finditer(words)]
    return max(found)[1] if found else "performs"


def _mentions(text: str, staff: Staff) -> list[tuple[int, int]]:
    """Where positions stand in a text: known names, titles, and whoever an agent's word or a verb shows."""
    spans: list[tuple[int, int]] = []

    def take(start: int, end: int) -> None:
        if end > start and not any(start < b and a < end for a, b in spans):
            spans.append((start, end))

    names = {fold(name) for name in (*staff.columns, *staff.known, *staff.known.values())}
    for name in sorted(names, key=len, reverse=True):
        pattern = r"\s+".join(map(re.escape, name.split()))
        for found in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE):
            end = found.end()
            if _TITLE.match(found[0]):
                end += len(_capitals(text[end:]))
            take(found.start(), end)
    for found in re.finditer(rf"(?<!\w){_TITLE.pattern}(?!\w)", text, re.IGNORECASE):
        more = _capitals(text[found.end() :])
        if found[0][0].isupper() or more:
            take(found.start(), found.end() + len(more))
    capital = r"(?-i:[A-Z])[\w./-]*(?:\s+(?:(?:&|dan)\s+)?(?-i:[A-Z])[\w./-]*){0,5}"
    shown = (
        rf"\b(?:oleh|bersama(?:[- ]sama)?|bersama dengan|didampingi|disaksikan|dibantu)\s+(?!oleh)({capital})"
    )
    for found in re.finditer(shown, text, re.IGNORECASE):
        take(*found.span(1))
    opening = re.match(rf"\W*({capital})\s+(?:me|ber)[a-z]{{3,}}", text)
    if opening and _can_act(opening[1]):
        take(*opening.span(1))
    applicant = re.match(rf"\W*({_APPLICANT.pattern})(?!\w)", text, re.IGNORECASE)
    if applicant:
        take(*applicant.span(1))
    return sorted(spans)


def _can_act(words: str) -> bool:
    first = tokens(words)[0]
    return first not in _NOT_SUBJECT and not re.match(r"(?:me|ber|di|ter|pe[nmr])[a-z]{3}", first)


def _capitals(text: str) -> str:
    """The words in capitals that go on with a title, joined by "dan" or "&"."""
    found = re.match(r"(?:\s+(?:(?:dan|&)\s+)?[A-Z][\w./-]*)*", text)
    whole = found[0]
    cut = re.search(rf"\s+(?:dan|&)\s+(?={_TITLE.pattern}\b)", whole, re.IGNORECASE)
    whole = whole[: cut.start()] if cut else whole
    verb = re.search(r"\s+(?:[Mm]e|[Bb]er|[Dd]i|[Tt]er)[a-z]{4}", whole)
    return re.sub(r"\s+(?:dan|&)$", "", whole[: verb.start()] if verb else whole)


def _is_office(said: str, staff: Staff) -> bool:
    words = set(tokens(said))
    return words <= _OFFICE | set(staff.office) and not _TITLE.match(said)


def split_names(text: str) -> list[str]:
    """The positions written out in one cell."""
    parts = re.split(r"\n|;|,|\s+dan\s+|\s+&\s+|\s*/\s*", text)
    return [re.sub(r"^[-•\d.)\s]+", "", part).strip() for part in parts if part.strip(" -•")]
