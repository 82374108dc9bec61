"""The layouts, by the slug that a kind of paper names. A new kind of letter is one module here."""

from sopcases.letters.layouts import (
    berita_acara,
    daftar_hadir,
    data_anak,
    laporan_kegiatan,
    laporan_sosial,
    laporan_tugas,
    lembar_kendali,
    spt,
    sptjm,
    surat_panggilan,
    surat_pelimpahan,
    surat_pengantar,
    surat_penitipan,
    surat_permohonan,
    surat_pernyataan,
    tanda_terima,
)
from sopcases.letters.layouts.base import Layout, LayoutForm, Person

MODULES = (
    spt,
    berita_acara,
    surat_pengantar,
    laporan_sosial,
    surat_permohonan,
    laporan_tugas,
    laporan_kegiatan,
    surat_penitipan,
    surat_panggilan,
    surat_pelimpahan,
    surat_pernyataan,
    sptjm,
    daftar_hadir,
    data_anak,
    tanda_terima,
    lembar_kendali,
)
LAYOUTS: dict[str, Layout] = {module.LAYOUT.slug: module.LAYOUT for module in MODULES}

__all__ = ["LAYOUTS", "Layout", "LayoutForm", "Person"]
