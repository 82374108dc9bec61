"""Plain text, as a scanner or an editor leaves it: a paragraph a line, tabs kept, lines as they stand."""

import codecs

from sopcases.refusal import Refused
from sopcases.sops.reading.document import Paragraph, Place
from sopcases.sops.reading.sources.limits import Budget

KIND = "text"
_BOMS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]


def decode(name: str, content: bytes) -> str:
    """The text: UTF-8, UTF-16 with its mark, else Windows-1252. Raises Refused when it is no text."""
    encoding = next((found for bom, found in _BOMS if content.startswith(bom)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise _no_text(name) from None
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            raise _no_text(name) from None
    if any(c < " " and c not in "\t\n\r\x0b\x0c\x1a" for c in text):
        raise _no_text(name)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _no_text(name: str) -> Refused:
    return Refused(
        f"Berkas “{name}” bukan teks yang dapat dibaca. Simpan sebagai teks UTF-8, atau sebagai .docx."
    )


def read(name: str, text: str) -> list[Paragraph]:
    budget, found = Budget(name), []
    for number, line in enumerate(text.split("\n"), 1):
        if kept := budget.text(line).rstrip():
            budget.row() if set(kept) & set("\t|") else budget.line()
            found.append(Paragraph(kept, Place(line=number)))
    return found
