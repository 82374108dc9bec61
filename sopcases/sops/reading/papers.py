"""Reads the papers in a cell, and tells which names mean one paper. Pure; knows how papers are called."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sopcases.sops.reading.outcome import NOTHING, Item, Value
from sopcases.sops.reading.words import (
    SIGNING,
    abbreviates,
    bare,
    content,
    fold,
    is_typing_error,
    items,
    tokens,
)

_HEAD = (
    "surat|laporan|berita|formulir|blangko|daftar|data|kartu|nota|lembar|buku|bukti|dokumen|berkas|naskah"
    "|konsep|draft|draf|rancangan|rekomendasi|proposal|undangan|notulen|jadwal|rencana|keputusan|sertifikat"
    "|disposisi|arsip|agenda|kuitansi|resi|akta|akte|telaahan|telaah|rekapitulasi|hasil|fotokopi|salinan|kutipan"
)
_HEADS = frozenset(_HEAD.split("|"))
# Words that say how far a paper is, not which it is.
_STAGE = re.compile(
    r"konsep|draft?|rancangan|naskah|net|asli|lengkap|final|siap|jadi|sah|valid|acc|hasil koreksi|diisi"
    r"|ber(?:paraf|tanda|ttd|nomor|stempel|cap|m[ae]terai)[a-z]*"
    r"|ter(?!padu|lantar|tib|minal|ampil|api|nak|tentu|tinggal|pencil|buka|batas|tanggung)[a-z]{3,}"
    r"|di(?!gital|ploma|rektur|reksi|siplin|klat|nas|sabilitas|stribusi|agnos|sposisi|skusi|daktik)[a-z]{4,}"
)
_DRAFT = {"konsep", "draf", "draft", "rancangan", "naskah"}
# One of them alone makes another paper: to ask for a thing is not the thing.
_CONTRARY = {
    "permohonan", "bukti", "tanda", "daftar", "lampiran", "disposisi", "agenda", "undangan", "pengantar",
    "buku", "resi", "jadwal", "notulen", "balasan", "jawaban", "pernyataan", "usulan", "rencana", "penolakan",
    "panggilan",
}  # fmt: skip
_LETTER = re.compile(
    r"surat|sk|spt|nota dinas|keputusan|sertifikat|izin|perjanjian|berita acara|undangan|rekomendasi|piagam"
)
_TOOLS = re.compile(
    r"\b(?:atk|alat tulis|komputer|laptop|notebook|printer|kertas|internet|jaringan|telepon|telp|handphone|hp"
    r"|wifi|kendaraan|mobil|motor|ruang(?:an)?|kamera|scanner|mesin|stempel|cap|lemari|filing|alat|peralatan"
    r"|meja|kursi|aplikasi|sistem|website|web|e-?mail|pulpen|bolpoin|pensil|server|modem|proyektor|infocus"
    r"|buku (?:kerja|agenda|register|ekspedisi|tamu|kas)|peraturan|undang|perda|permen\w*|perbup|perwali"
    r"|pedoman|juknis|juklak|sop|sarana|prasarana|sdm|personil|bahan|dana|anggaran|flash ?disk)\b"
)


@dataclass(frozen=True)
class Paper:
    """The name of a paper, taken apart."""

    text: str
    words: tuple[str, ...]
    """The words that say which paper it is, without stages and clauses."""
    whole: tuple[str, ...] = ()
    """All its words."""
    kind: str = ""
    """The agency's kind of paper, where it knows the name."""

    @property
    def is_letter(self) -> bool:
        """Whether somebody has to sign it, by its name."""
        plain = " ".join(word for word in tokens(self.text) if word not in _DRAFT)
        return bool(_LETTER.match(plain))

    @property
    def is_draft(self) -> bool:
        return bool(set(tokens(self.text)[:1]) & _DRAFT)

    @property
    def is_signed(self) -> bool:
        """Whether its name says that it is signed."""
        return bool(SIGNING.search(self.text))


@dataclass
class Names:
    """What helps to tell papers apart: the agency's kinds, and the words of the SOP's own subject."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    subject: frozenset[str] = frozenset()
    tools: tuple[str, ...] = ()

    def paper(self, text: str) -> Paper:
        """A name taken apart."""
        kind = {fold(name): meant for name, meant in self.kinds.items()}.get(fold(text), "")
        core = re.split(r"\s+(?:yang|untuk|tentang|dalam rangka|beserta|agar|guna|sebagai)\s", fold(text))[0]
        core = re.sub(r"\([^)]*\)", " ", core)
        words = content(core)
        done = [at for at, word in enumerate(words) if at and re.fullmatch(r"di[a-z]{4,}", word)]
        cut = next((at for at in done if _STAGE.fullmatch(words[at])), None)
        words = words[:cut]  # "... diterima pemohon": how far it is, and with whom
        names = self.subject | (_HEADS - _DRAFT)
        kept = [word for word in words if word in names or not _STAGE.fullmatch(word)]
        return Paper(text, tuple(kept or words or tokens(text)), tuple(words), kind)

    def is_tool(self, text: str) -> bool:
        """Whether it is equipment or a rule to go by, not a paper that somebody makes."""
        plain = fold(text)
        if _TOOLS.search(plain) and not re.match(r"(?:surat|laporan|berita acara|formulir)\b", plain):
            return True
        return any(fold(bare(tool)) == plain for tool in self.tools)

    def same(self, one: Paper, other: Paper) -> str:
        """How two names stand: "same", "short" (initials of the other), "alias" (one paper under two names),
        "loose" (a word that means it only here), or "" for two papers.
        """
        if one.words == other.words or fold(one.text) == fold(other.text):
            return "same"
        if _mistyped(one.words, other.words):
            return "same"
        if one.kind and one.kind == other.kind:
            return "alias"
        for short, long in ((one, other), (other, one)):
            names = (list(long.words), list(long.whole))
            if len(short.words) == 1 and any(abbreviates(short.words[0], name) for name in names):
                return "short"
            if len(short.words) > 1 and _initials_inside(short.words, long.words):
                return "alias"
        a, b = set(one.words), set(other.words)
        small, large = (a, b) if len(a) <= len(b) else (b, a)
        if one.is_draft != other.is_draft:
            draft, final = (a, b) if one.is_draft else (b, a)
            if draft <= final and final - draft <= self.subject | {"surat"}:
                return "same"
        apart = (a ^ b) & _CONTRARY
        if apart:
            return ""
        if small < large:
            if len(small) == 1 and small <= _HEADS:
                return "loose"
            more = large - small
            if more <= self.subject and not small & self.subject:
                return "same"
            return "alias"
        shared = a & b
        near = (a - b) <= self.subject or len(shared) / len(a | b) >= 0.4
        return "alias" if shared - _HEADS and one.words[0] == other.words[0] and near else ""


def _mistyped(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return len(one) == len(other) and all(map(is_typing_error, one, other))


def _initials_inside(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether one word shortens the middle or beginning of the other name, and the rest is the same."""
    for at, word in enumerate(short):
        take = len(long) - len(short) + 1
        if take > 1 and short[:at] == long[:at] and short[at + 1 :] == long[at + take :]:
            return abbreviates(word, list(long[at : at + take]))
    return False


def read_items(cell: Value, names: Names, halves: Iterable[Value] = ()) -> tuple[Item, ...]:
    """The papers of a cell in its order; not sure where no sign parts them.

    Of a broken cell, `halves` tell on which side each stands.
    """
    if not cell or cell.value.strip(" -–—.") == "":
        return ()
    found: list[Item] = []
    for entry in items(cell.value):
        for text, sure in _parts(bare(entry)):
            if not text.strip(" -–—."):
                continue
            kind = names.paper(text).kind
            stage = _stage(names.paper(text), cell)
            here = [
                half.source for half in halves if text in half.value and set(half.source) <= set(cell.source)
            ]
            source = here[0] if here else cell.source
            value = Value(text, source, sure and cell.sure)
            paper = Value(kind or text, source, value.sure, text if kind and kind != text else "")
            found.append(Item(paper, value, stage, known=bool(kind)))
    return tuple(found)


def _stage(paper: Paper, cell: Value) -> Value:
    if paper.is_draft:
        return Value("draft", cell.source, False)
    return Value("signed", cell.source, False) if paper.is_signed else NOTHING


def _parts(text: str) -> Iterable[tuple[str, bool]]:
    """A text cut at semicolons and, less surely, at commas and at another paper's first word."""
    for part in re.split(r"\s*;\s*", text):
        commas = re.split(r",\s+(?![^()]*\))", part)
        if len(commas) > 1 and all(len(one.split()) <= 5 for one in commas):
            last = re.split(r"^(?:dan|serta|&)\s+|\s+(?:dan|serta|&)\s+", commas[-1])
            for one in [*commas[:-1], *filter(None, last)]:
                yield one.strip(" ."), False
            continue
        cut = re.search(
            r"(?<=\w)\s+(?=(?:Surat|Laporan|Formulir|Daftar|Data|Berita|Kartu|Nota)\s+[a-z])", part
        )
        first = tokens(part[: cut.start()]) if cut else []
        if first and first[0] in _HEADS and not set(first) <= _HEADS:
            yield part[: cut.start()], False
            yield part[cut.end() :], False
        else:
            yield part.strip(" ."), True
