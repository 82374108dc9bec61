"""The letters of the demonstration: one in each state, told on one case, and one signed by a certificate of
nobody. All through the verbs."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sopcases.cases.models import Case, Child
from sopcases.desk.stories import Office, baby, born
from sopcases.letters.layouts import LAYOUTS
from sopcases.letters.layouts.berita_acara import child_facts
from sopcases.letters.models import Certificate, Letter
from sopcases.letters.signing import certificate, demonstration
from sopcases.people.models import Agency

PURPOSES = {
    "draft": "Kunjungan rumah calon pengasuh",
    "initialled": "Koordinasi pelimpahan ke daerah asal",
    "ready": "Pendampingan pemeriksaan kesehatan",
    "decided": "Penelusuran keluarga",
    "signed": "Koordinasi dengan Disdukcapil",
    "sent": "Pengantaran dokumen ke lembaga",
    "void": "Kunjungan yang dibatalkan",
    "replaced": "Monitoring pengasuhan (tanggal keliru)",
}


def tell(agencies: dict[str, Agency], now: datetime, passphrase: str) -> None:
    """The letters of both agencies, up to `now`; the certificate opens with the passphrase."""
    every_state(Office(agencies["tanjungpinang"], now))
    by_certificate(Office(agencies["lamandau"], now), passphrase)


def every_state(office: Office) -> None:
    """A letter in each state that a story of a case does not leave behind anyway."""
    facts = {"name": "Gading Contoh", "sex": Child.Sex.MALE} | born(office.day(120, "00.00").date(), 0)
    case = baby(office, 8, "serahan", "Kantor Dinas Sosial", facts, "Rumah singgah Dinas Sosial")
    clocks = iter(
        office.day(back, clock) for back in (6, 5, 4, 3, 2) for clock in ("08.30", "10.30", "13.30")
    )
    _order(office, case, next(clocks), "draft")
    _chain(office, case, next(clocks))
    for state, act in ORDERS.items():
        at = next(clocks)
        act(office, _order(office, case, at, state), at + timedelta(minutes=10))
    for state, act in RECORDS.items():
        at = next(clocks)
        act(office, _record(office, case, at, state), at + timedelta(minutes=10))


def _order(office: Office, case: Case, at: datetime, state: str, login: str = "petugas") -> Letter:
    """An SPT outside the steps of the case, for its drafter himself."""
    by = office.by(login, at)
    content = office.order(case, by, PURPOSES[state], [login], office.agency.city, days=2, cc=["Arsip"])
    return Letter.draft(case, by, office.kinds["Surat Perintah Tugas"], content)


def _ready(office: Office, letter: Letter, at: datetime) -> None:
    letter.propose(office.by("petugas", at))
    office.initial(letter, at + timedelta(minutes=10))


def _decided(office: Office, letter: Letter, at: datetime) -> None:
    _ready(office, letter, at)
    letter.decide(office.by("kadis", at + timedelta(minutes=20)))


def _signed(office: Office, letter: Letter, at: datetime) -> None:
    _decided(office, letter, at)
    office.ink(letter, at + timedelta(minutes=40))


def _sent(office: Office, letter: Letter, at: datetime) -> None:
    _signed(office, letter, at)
    by = office.by("petugas", at + timedelta(minutes=60))
    letter.send(by, on=by.day, to="LKSA Contoh Kasih", how=Letter.Way.values[0])


def _void(office: Office, letter: Letter, at: datetime) -> None:
    _decided(office, letter, at)
    letter.void(office.by("petugas", at + timedelta(minutes=30)), "Kunjungan tidak jadi dilaksanakan.")


def _replaced(office: Office, letter: Letter, at: datetime) -> None:
    _decided(office, letter, at)
    letter.replace(office.by("petugas", at + timedelta(minutes=30)), "Tanggal penugasan keliru.")


ORDERS: dict[str, Callable[[Office, Letter, datetime], None]] = {
    "ready": _ready,
    "decided": _decided,
    "signed": _signed,
    "sent": _sent,
    "void": _void,
    "replaced": _replaced,
}


def _chain(office: Office, case: Case, at: datetime) -> None:
    """A letter of three hands: the Kasi has initialled, the Kabid has still to."""
    kind, by = office.kinds["Surat Pelimpahan"], office.by("petugas", at)
    asked = {"case": case, "officer": by, "kind": kind, "version": 0}
    empty = LAYOUTS[kind.layout].form(**asked)
    known = {name: field.initial for name, field in empty.fields.items()}
    filled = {name: value() if callable(value) else value for name, value in known.items() if value}
    filled |= {
        "to": "Kepala Dinas Sosial Kabupaten Contoh\ndi Tempat",
        "hal": PURPOSES["initialled"],
        "reason": "Keluarga anak berdomisili di Kabupaten Contoh.",
        "summary": "Anak diserahkan keluarganya dan kini tinggal di rumah singgah.",
        "asked": "Penelusuran keluarga dan pengasuhan selanjutnya.",
    }
    form = LAYOUTS[kind.layout].form(filled, **asked)
    if not form.is_valid():
        raise ValueError(form.errors.as_json())
    letter = Letter.draft(case, by, kind, form.content())
    letter.propose(by)
    letter.initial(office.by("kasi", at + timedelta(minutes=10)))


def _record(office: Office, case: Case, at: datetime, state: str) -> Letter:
    """A Berita Acara of the handover to an institution."""
    by = office.by("kasi", at)
    child = case.children.select_related("child").first().child
    party = {"officer": None, "identity": "", "title": "", "address": ""}
    content = {
        "purpose": f"Serah terima anak, {state}",
        "held_on": by.day.isoformat(),
        "place": "LKSA Contoh Kasih",
        "first": party | {"name": by.user.name, "title": by.title, "for": office.agency.name},
        "second": party | {"name": "Maria Contoh", "title": "Ketua", "for": "LKSA Contoh Kasih"},
        "children": [child_facts(child)],
        "condition": "Sehat.",
        "papers": [],
        "papers_more": ["Pakaian anak dua setel"],
        "copies": 3,
        "witnesses": [],
        "acknowledged": None,
    }
    return Letter.draft(case, by, office.kinds["Berita Acara Penyerahan Anak"], content)


def _printable(office: Office, letter: Letter, at: datetime) -> None:
    letter.fix(office.by("kasi", at))


def _awaiting(office: Office, letter: Letter, at: datetime) -> None:
    _printable(office, letter, at)
    letter.print_out(office.by("kasi", at + timedelta(minutes=5)))


def _complete(office: Office, letter: Letter, at: datetime) -> None:
    _awaiting(office, letter, at)
    by = office.by("petugas", at + timedelta(minutes=30))
    letter.complete(by, office.scan, signed_on=by.day)


RECORDS: dict[str, Callable[[Office, Letter, datetime], None]] = {
    "untuk dicetak": _printable,
    "menunggu para pihak": _awaiting,
    "lengkap": _complete,
}


def by_certificate(office: Office, passphrase: str) -> None:
    """The office signs electronically; its head has a certificate of nobody and signed one letter with it."""
    office.agency.signature_backend = certificate.CERTIFICATE
    office.agency.save(update_fields=["signature_backend"])
    at = office.day(2, "09.00")
    head = office.by("kadis", at)
    content = demonstration.certificate(head.user.name, passphrase, at)
    own = Certificate.bring(head, content, passphrase, demo=True)
    case = Case.objects.filter(agency=office.agency).order_by("id").first()
    letter = _order(office, case, at, "signed", login="kasi")
    letter.propose(office.by("kasi", at + timedelta(minutes=5)))
    office.initial(letter, at + timedelta(minutes=10))
    by = office.by("kadis", at + timedelta(minutes=20))
    letter.sign_with(by, certificate.means(own.open(passphrase, by.at), by.at, demo=True))
