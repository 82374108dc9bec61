"""A found baby, from a Saturday at 02.00 to the handover: five people, five logins, one child.

Nobody turns the clock: the night lies behind, and is written down as what it was.
"""

from datetime import timedelta

from tests.browser.people import Office, moment, pdf_text
from tests.browser.story import BODY, BUDI, CHILD, DEWI, HOME, RAHMAN, SARI, Story, in_words


def test_a_found_baby_from_a_saturday_night_to_the_handover(office: Office):
    story = Story(office)
    story.report(
        "Temuan",
        **{
            "Perintah lisan dari": f"{DEWI}, Kasi (telepon)",
            "Waktu perintah lisan": story.night + timedelta(minutes=15),
        },
    )
    story.picture_kept_without_place()
    story.hospital(ahead=True)
    story.hand_over_report()

    first = story.draft_spt(
        2, "Koordinasi dengan kepolisian", SARI, place="Polresta dan RSUD", budget="Rehabilitasi Sosial Anak"
    )
    draft = pdf_text(story.agus.download())
    assert "KONSEP" in draft
    assert "belum ditandatangani" in draft
    story.propose(first)
    story.returned_once(first)
    number = story.initial()
    assert number.startswith("800/")
    story.sign_in_ink(first, number)
    signed = pdf_text(story.agus.download())
    assert "KONSEP" not in signed
    for words in (
        BODY,
        number,
        "19900412 201503 2 004",
        "19690820 199403 1 003",
        BUDI,
        "kepolisian, rumah sakit, dan Disdukcapil",
        f"Perintah lisan {DEWI}, Kasi (telepon)",
        "Rehabilitasi Sosial Anak",
        "Inspektur Kota Tanjungpinang",
    ):
        assert words in signed, words
    assert CHILD not in signed

    story.coordinate_with_police()
    story.birth_certificate()
    story.report_to_kasi()
    second = story.draft_spt(7, "Pengantaran anak ke lembaga", DEWI, RAHMAN, place=HOME)
    story.propose(second)
    other = story.initial()
    assert other != number
    story.decide_in_person(second, other)
    story.covering_letter()
    record = story.berita_acara()
    story.leave_bpjs_to_follow()
    story.dewi.press("Selesaikan langkah").sees("Langkah 8 selesai.")

    printed = pdf_text(story.dewi.open(record).download())
    for words in (
        "PIHAK KESATU",
        "Maria Goretti",
        HOME,
        DEWI,
        "19830917 200801 2 011",
        CHILD,
        in_words(story.today),
        f"({story.today:%d-%m-%Y})",
        "Surat Terlantar Nomor SKT/12/XI/2026/Reskrim",
        "Pakaian bayi dua setel",
        "Menunggu tanda tangan para pihak",
    ):
        assert words in printed, words

    story.deliver(record)
    story.close()
    story.bpjs_follows()
    assert moment(story.office.only_case().event_at).endswith("T02:00")
