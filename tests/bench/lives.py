"""Cases from their first day on, walked through the verbs: what `history` multiplies.

Two blocks: the archive (cases that ended, in the shares of an office) and the open work (the demonstration's
own stories). A change in how the walk writes changes what a full database holds.
"""

from datetime import datetime, timedelta

from sopcases.cases.models import Attempt, CaseChild, Child
from sopcases.cases.walk import Leave, roll, walking
from sopcases.desk.demo import HOURS_FROM, IN_FORCE_FROM, _add, staff
from sopcases.desk.installing import install_given
from sopcases.desk.stories import (
    HOSPITAL,
    Office,
    baby,
    born,
    spt_for_baby,
    tell,
    to_the_handover,
)
from sopcases.people.authority import Machine
from sopcases.people.models import Agency, Area

PASSWORD = "!"
PEKSOS = 8
"""Social workers among whom the cases of the city are shared out."""


def install(at: datetime) -> dict[str, Agency]:
    """Both agencies with their people, and more social workers, but no case."""
    agencies = install_given(Machine(at), IN_FORCE_FROM, range(HOURS_FROM.year, at.year + 2))
    for slug, people in staff().items():
        for person in people:
            _add(agencies[slug], person, PASSWORD, HOURS_FROM)
    for number in range(2, PEKSOS + 1):
        facts = {"login": f"peksos{number}", "name": f"Pekerja Sosial {number}", "position": "Peksos"}
        _add(agencies["tanjungpinang"], facts, PASSWORD, HOURS_FROM)
    return agencies


def open_work(agencies: dict[str, Agency], at: datetime) -> None:
    """Nine running cases and one that ended with a card to follow: the stories of the demonstration."""
    tell(agencies, at)


def archive(agencies: dict[str, Agency], at: datetime) -> None:
    """Twenty cases that ended, all told before `at`."""
    city, district = Office(agencies["tanjungpinang"], at), Office(agencies["lamandau"], at)
    for number in range(8):
        handed_over(city, 30 + number)
    for number in range(3):
        given_back(city, 30 + number)
    stopped(city, 30)
    for number in range(4):
        street_round(city, 250 + 5 * number, children=2 + number)
    nobody_found(city, 30)
    for number in range(3):
        proposals(district, 40 + number, children=3 + number)


def handed_over(office: Office, back: int) -> None:
    """A foundling from the first night to the institution that took it in."""
    facts = {"temporary_name": "Cahaya", "sex": Child.Sex.FEMALE} | born(
        office.day(back + 70, "00.00").date(), 9
    )
    case = baby(office, back, "temuan", "Pelabuhan Contoh", facts)
    letter = to_the_handover(office, case, back - 2, found=True)
    office.sign(letter, office.day(back - 4, "10.00"))
    office.paper(
        case, "peksos", office.day(back - 5, "14.00"), "Akte Kelahiran", "5/akte",
        number="2171-LT-0001", issuer="Disdukcapil Contoh", dated=office.day(back - 5, "10.00").date(),
    )  # fmt: skip
    office.finish(case, "peksos", office.day(back - 5, "14.15"), "5")
    met = office.day(back - 6, "10.00")
    office.paper(case, "petugas", met, "Berita Acara Penyerahan Anak", "8/ba")
    office.paper(case, "peksos", met, "BPJS Anak", number="0001", dated=met.date())
    leave = [Leave(office.kinds["Surat Pengantar"].pk, "Tidak diminta lembaga penerima.")]
    office.finish(case, "kabid", met + timedelta(minutes=30), "8", leave=leave)
    handed = office.day(back - 7, "13.00")
    office.paper(
        case, "petugas", handed, "Berita Acara Penyerahan Anak", "9/ba", signed=True, dated=handed.date()
    )
    actors = [office.user("kabid"), office.user("kasi")]
    office.finish(case, "kasi", handed, "9", acted_by=actors)
    end(office, case, "kasi", handed + timedelta(hours=1), "Diserahkan ke lembaga")


def given_back(office: Office, back: int) -> None:
    """A child entrusted for some days and fetched home before the hospital's report was needed."""
    facts = {"name": "Aisyah Contoh", "sex": Child.Sex.FEMALE} | born(
        office.day(back + 90, "00.00").date(), 0
    )
    case = baby(office, back, "titipan", "Kantor Dinas Sosial", facts, "Rumah singgah Dinas Sosial")
    office.sign(spt_for_baby(office, case, back - 1, "09.00"), office.day(back - 1, "10.00"))
    with office.walk(case, "peksos", office.day(back - 2, "09.00")) as walk:
        asked = walk.wait("6", HOSPITAL, office.day(back - 2, "08.30"))
        walk.note("Keluarga sudah dihubungi.", office.day(back - 2, "08.45"))
    with office.walk(case, "peksos", office.day(back - 4, "09.00")) as walk:
        walk.answered(asked.pk, office.day(back - 4, "08.30"), "Sehat")
    end(office, case, "kasi", office.day(back - 5, "10.00"), "Kembali ke keluarga")


def stopped(office: Office, back: int) -> None:
    facts = {"name": "Rafa Contoh", "sex": Child.Sex.MALE} | born(office.day(back + 200, "00.00").date(), 0)
    case = baby(office, back, "serahan", "Rumah warga", facts, "Rumah singgah Dinas Sosial")
    with office.walk(case, "kasi", office.day(back - 2, "10.00")) as walk:
        walk.stop("Keluarga mencabut penyerahannya.", office.outcomes["Kembali ke keluarga"])


def street_round(office: Office, back: int, children: int) -> None:
    """A round with its children, some monthly sessions, and each child's own way out."""
    at = office.day(back, "08.00")
    case = office.open("anak-jalanan", "kasi", at, event_at=at, place="Simpang lampu merah")
    letter = office.spt(
        case, at + timedelta(hours=1), "1/spt", "Penjangkauan anak jalanan", ["kasi", "peksos"], "Kota"
    )
    office.sign(letter, at + timedelta(hours=2))
    met = office.day(back - 1, "16.30")
    found = [
        office.child(case, "peksos", met, "Rumah orang tua", name=f"Anak {no}", sex=Child.Sex.MALE)
        for no in range(children)
    ]
    told = office.day(back - 2, "10.00")
    for child in found:
        office.paper(case, "peksos", told, "Laporan Sosial", "3/laporan", children=[child.pk])
        office.paper(case, "peksos", told, "Surat Pernyataan", "3/pernyataan", children=[child.pk])
    office.finish(case, "peksos", told, "3")
    with office.walk(case, "peksos", told + timedelta(minutes=30)) as walk:
        walk.not_needed("4", "Masih bersekolah.", [child.pk for child in found])
    for _ in range(4):
        session = case.attempts.filter(step__key="5", state__in=Attempt.LIVE).earliest("occurrence")
        day = session.occurrence + timedelta(days=9)
        held = met.replace(year=day.year, month=day.month, day=day.day, hour=10)
        roll(held)
        with office.walk(case, "peksos", held) as walk:
            walk.note("Anak-anak hadir lengkap.", held)
        office.paper(case, "peksos", held, "Laporan Kegiatan Support Group", "5/laporan")
        with office.walk(case, "peksos", held) as walk:
            walk.finish("5", None, session.occurrence, acted_at=held)
        roll(held + timedelta(days=24))
    end(office, case, "kasi", office.day(100, "10.00"), "Kembali bersekolah")


def nobody_found(office: Office, back: int) -> None:
    at = office.day(back, "08.00")
    case = office.open("anak-jalanan", "kasi", at, event_at=at, place="Simpang lampu merah")
    letter = office.spt(case, at + timedelta(hours=1), "1/spt", "Penjangkauan", ["kasi", "peksos"], "Kota")
    office.sign(letter, at + timedelta(hours=2))
    office.finish(case, "peksos", office.day(back - 1, "16.30"), "3", note="Hujan.")
    with office.walk(case, "kasi", office.day(back - 2, "10.00")) as walk:
        walk.close()


def proposals(office: Office, back: int, children: int) -> None:
    """A list of children, judged, aided and ended."""
    at = office.day(back, "09.00")
    area = Area.objects.get(agency=office.agency, name="Bulik")
    case = office.open(
        "anak-terlantar-luar-panti", "tksk", at, event_at=at, area=area, place="Kecamatan Bulik"
    )
    found = [
        office.child(case, "tksk", at, "Rumah nenek", name=f"Usulan {no}", sex=Child.Sex.MALE)
        for no in range(children)
    ]
    office.paper(case, "tksk", at, "Proposal", number="460/07", issuer="Camat Bulik", dated=at.date())
    office.paper(case, "tksk", at + timedelta(hours=1), "Data Usulan", "1/data")
    office.finish(case, "tksk", at + timedelta(hours=2), "1")
    judged = office.day(back - 2, "09.00")
    office.paper(case, "kasi", judged, "Laporan Pembinaan/Sosialisasi", "2/laporan")
    with office.walk(case, "kasi", judged) as walk:
        for child in found:
            walk.judge("2", child.pk, CaseChild.Verdict.ELIGIBLE)
        walk.finish("2")
    given = office.day(back - 4, "09.00")
    office.paper(
        case, "bansos", given, "Laporan Penyaluran Bantuan", "3/laporan", children=[c.pk for c in found]
    )
    with office.walk(case, "bansos", given) as walk:
        for child in found:
            walk.finish("3", child.pk)
    end(office, case, "kasi", office.day(back - 8, "10.00"), "Bantuan tersalurkan")


def end(office: Office, case, login: str, at: datetime, outcome: str) -> None:
    """Every child leaves with an outcome, and the case is closed."""
    with walking(case, office.by(login, at)) as walk:
        for stay in walk.stays:
            walk.place(stay.child_id, "Di tempat yang baru", at)
            walk.leave(stay.child_id, office.outcomes[outcome], at.date())
        walk.close()
