"""A file of an office as a `Document`, whatever its format: known by its content, not by its ending.

What a file may cost is bounded before it is parsed (`limits`); nothing outside the file is ever fetched, and
nothing in it runs. One module a format.
"""

from sopcases.refusal import Refused
from sopcases.sops.reading.document import Document
from sopcases.sops.reading.sources import limits, opendocument, plain, webpage, word, workbook

TAKEN = ".docx, .odt, .xlsx, .html, atau .txt"

# What a file begins with, and what to do about it. Word's "web page in one file" begins as a mail does.
FOREIGN = [
    (
        b"%PDF-",
        "adalah PDF. Buka dengan Word atau LibreOffice, lalu simpan sebagai .docx, dan unggah yang itu.",
    ),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "tersimpan dalam format Office lama (.doc atau .xls) atau dikunci kata sandi. Simpan sebagai .docx "
        "atau .xlsx tanpa kata sandi.",
    ),
    (b"{\\rtf", "tersimpan sebagai RTF. Simpan sebagai .docx, lalu unggah yang itu."),
    (b"\xff\xd8\xff", "adalah gambar. Ubah dahulu menjadi teks dengan pemindai (OCR)."),
    (b"\x89PNG", "adalah gambar. Ubah dahulu menjadi teks dengan pemindai (OCR)."),
    (b"MIME-Version:", "adalah halaman web satu berkas. Simpan sebagai .docx atau .html biasa."),
]


def open_document(name: str, content: bytes) -> Document:
    """What the file says, in its order. `name` is the file's own name, used in sentences only.

    Raises Refused with a sentence: too large, not one of the formats taken, damaged, locked, with macros,
    with entities of its own, larger inside than an SOP can be, or without any words.
    """
    limits.check_size(name, content)
    start = content[:1024].lstrip(b"\xef\xbb\xbf\r\n\t ")
    for begin, told in FOREIGN:
        if start.startswith(begin):
            raise Refused(f"Berkas “{name}” {told}")
    blocks, kind = _read(name, content, start)
    found = Document(name, kind, tuple(blocks))
    if not _says_anything(found):
        raise Refused(f"Berkas “{name}” tidak memuat tulisan yang dapat dibaca.")
    return found


def _read(name: str, content: bytes, start: bytes):
    if start.startswith(b"PK"):
        package = limits.Package(name, content)
        for module in (word, workbook, opendocument):
            if module.recognizes(package):
                return module.read(package), module.KIND
        raise Refused(f"Berkas “{name}” tidak dikenal. Unggah {TAKEN}.")
    text = plain.decode(name, content)
    module = webpage if webpage.recognizes(text) else plain
    return module.read(name, text), module.KIND


def _says_anything(document: Document) -> bool:
    return any(block.text.strip() for block in document.paragraphs) or any(
        cell.text.strip() for table in document.tables for row in table.rows for cell in row
    )
