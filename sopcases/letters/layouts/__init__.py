"""The layouts, by the slug that a kind of paper names. A new kind of letter is one module here."""

from sopcases.letters.layouts import berita_acara, laporan_sosial, spt, surat_pengantar
from sopcases.letters.layouts.base import Layout, LayoutForm, Person

LAYOUTS: dict[str, Layout] = {
    module.LAYOUT.slug: module.LAYOUT for module in (spt, berita_acara, surat_pengantar, laporan_sosial)
}

__all__ = ["LAYOUTS", "Layout", "LayoutForm", "Person"]
