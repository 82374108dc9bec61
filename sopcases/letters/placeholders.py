"""Texts that an agency words itself, with placeholders in braces: checked when saved, filled when printed.

A text is only ever cut at its braces and put together again: nothing in it is evaluated, no attribute is read
and what a placeholder stands for is never searched for further placeholders. Pure.
"""

import difflib
import re
from collections.abc import Iterable, Mapping

COMMON: Mapping[str, str] = {
    "judul": "judul naskah",
    "perangkat_daerah": "nama perangkat daerah",
    "pemerintah": "nama pemerintah daerah",
    "kota": "kota pada surat",
    "tahun": "tahun surat",
    "sop": "nama SOP",
    "nomor_penanganan": "nomor penanganan",
}
"""What every kind of letter knows, with what it stands for. A layout may know more."""

HOLE = re.compile(r"\{([^{}]*)\}")


def problem(text: str, known: Iterable[str]) -> str | None:
    """What keeps a text from being saved, as a sentence naming the placeholder; None if it can be filled."""
    names = list(known)
    for name in HOLE.findall(text):
        if name not in names:
            near = difflib.get_close_matches(name.strip().lower(), names, n=1, cutoff=0.6)
            hint = f" Maksud Anda {{{near[0]}}}?" if near else ""
            return f"Isian {{{name}}} tidak dikenal.{hint} Yang dikenal: {listed(names)}."
    if set(HOLE.sub("", text)) & set("{}"):
        return "Kurung kurawal { } hanya untuk isian dan harus berpasangan."
    return None


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled. One without a value stays as it was written, to be seen."""
    return HOLE.sub(lambda hole: values.get(hole[1], hole[0]), text)


def listed(names: Iterable[str]) -> str:
    """{judul}, {kota}: as the admin's pages name them."""
    return ", ".join(f"{{{name}}}" for name in names)
