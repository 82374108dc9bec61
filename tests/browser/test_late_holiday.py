"""A holiday declared when it is over already: the admin sees whose due times would move, goes back, moves
them; the officer finds the new due time and why."""

from datetime import date

from sopcases.worktime.models import Holiday
from tests.browser.people import PHONE, Office
from tests.cases.story import ordered
from tests.cast import at


def test_a_holiday_declared_late(office: Office):
    world = office.world
    office.set_clock(at("2026-10-05 14:30"))
    case = world.case()
    ordered(world, case)
    office.set_clock(at("2026-10-07 08:00"))
    sari = office.inside("sari", **PHONE).open("/").sees("Batas waktu kemarin pukul 09.00")

    ani = office.inside("ani").open("/admin/worktime/holiday/add/")
    ani.page.locator("#id_date").fill("2026-10-06")
    ani.page.locator("#id_name").fill("Hari Jadi Kota")
    ani.page.locator("#id_kind").select_option("libur_daerah")
    ani.page.locator('input[name="_save"]').click()
    ani.arrived().heading("Batas waktu yang akan bergeser")
    ani.sees("Perubahan ini belum disimpan", "2 batas waktu pada 1 penanganan", "Peksos")
    ani.sees("Selasa 6 Oktober 2026 pukul 09.00", "menjadi Rabu 7 Oktober 2026 pukul 09.00")
    ani.misses(case.number, "Anak 1")
    ani.fits()
    assert not Holiday.objects.filter(date=date(2026, 10, 6)).exists()

    ani.press("Kembali mengubah").sees("Belum disimpan. Ubah isinya, lalu simpan lagi.")
    assert ani.page.locator("#id_name").input_value() == "Hari Jadi Kota"
    ani.page.locator("#id_name").fill("Hari Jadi Kota (Keputusan Wali Kota)")
    ani.page.locator('input[name="_save"]').click()
    ani.arrived().press("Simpan dan geser batas waktu")
    ani.sees("2 batas waktu pada 1 penanganan sudah bergeser")

    sari.open("/").sees("Batas waktu hari ini pukul 09.00")
    sari.misses("Batas waktu kemarin")
    sari.does(4).sees("libur 6 Oktober 2026 tidak dihitung; batas waktu Rabu 7 Oktober 2026 pukul 09.00.")
    sari.open(f"/penanganan/{case.number}/riwayat/")
    sari.sees(
        "Batas waktu bergeser karena hari libur 06-10-2026 Hari Jadi Kota (Keputusan Wali Kota) ditambahkan",
        "dari Selasa 6 Oktober 2026 pukul 09.00 menjadi Rabu 7 Oktober 2026 pukul 09.00",
        "oleh Ani Administrator",
    )
    sari.fits()
