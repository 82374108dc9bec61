"""The cases of the demonstration: fictitious children, each story walked through the verbs up to its stage.

Moments count back from now in working days, so that what waits today waits today whenever it is set up.
"""

import io
import uuid
from collections.abc import Iterable
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from sopcases.cases import aid, care, sessions, visits
from sopcases.cases import children as register
from sopcases.cases.filing import file_document
from sopcases.cases.models import Aid, Case, CaseChild, Category, Child, Interval, Outcome, Relation
from sopcases.cases.opening import open_case
from sopcases.cases.progress import Spot
from sopcases.cases.taking import MET, Arrival, Guardian, mark, take_in
from sopcases.cases.uploads import Accepted, accept
from sopcases.cases.walk import Judged, Leave, roll, walking
from sopcases.letters import people
from sopcases.letters.models import IncomingLetter, Letter
from sopcases.letters.models.incoming import Urgency
from sopcases.people.authority import Machine, Officer
from sopcases.people.models import Agency, Area, User
from sopcases.sops.models import PaperKind, Revision
from sopcases.worktime.models import calendar_for

POLICE, HOSPITAL = "Polresta Contoh, Unit PPA", "RSUD Contoh Bahari"


class Office:
    """One agency's people, papers and days."""

    def __init__(self, agency: Agency, now: datetime):
        self.agency, self.now = agency, now
        self.zone = ZoneInfo(agency.timezone)
        self.kinds = {kind.name: kind for kind in PaperKind.objects.filter(agency=agency)}
        self.outcomes = {outcome.name: outcome for outcome in Outcome.objects.filter(agency=agency)}
        self.categories = {category.name: category for category in agency.categories.all()}

    def user(self, login: str) -> User:
        return self.users[login]

    @cached_property
    def users(self) -> dict[str, User]:
        rows = User.objects.filter(agency=self.agency).select_related("agency")
        return {user.username.split(".")[0]: user for user in rows}

    def by(self, login: str, at: datetime) -> Officer:
        return Officer(self.users[login], at)

    def day(self, back: int, clock: str) -> datetime:
        """A clock time on the working day so many working days before today."""
        hour, minute = map(int, clock.split("."))
        found = self.now.astimezone(self.zone).date()
        for _ in range(back):
            found -= timedelta(days=1)
            while not calendar_for(self.agency).is_working_day(found):
                found -= timedelta(days=1)
        return datetime.combine(found, time(hour, minute), self.zone)

    def working_day(self, month: date, number: int, clock: str) -> datetime:
        """A clock time on the working day of that number in the month."""
        hour, minute = map(int, clock.split("."))
        found = month - timedelta(days=1)
        for _ in range(number):
            found += timedelta(days=1)
            while not calendar_for(self.agency).is_working_day(found):
                found += timedelta(days=1)
        return datetime.combine(found, time(hour, minute), self.zone)

    def month(self, back: int) -> date:
        """The first day of the month so many months before this one."""
        today = self.now.astimezone(self.zone).date()
        months = today.year * 12 + today.month - 1 - back
        return date(months // 12, months % 12 + 1, 1)

    @cached_property
    def scan(self) -> Accepted:
        """A page that says it is none."""
        page = Image.new("RGB", (620, 877), "white")
        ImageDraw.Draw(page).multiline_text(
            (60, 80), "CONTOH PINDAIAN\nData fiktif untuk peragaan sopcases", fill="black", font_size=28
        )
        sent = io.BytesIO()
        page.save(sent, "PNG")
        return accept([ContentFile(sent.getvalue(), name="contoh.png")])

    # --- verbs

    def open(self, slug: str, login: str, at: datetime, **facts) -> Case:
        revision = Revision.objects.select_related("sop__agency").get(
            sop__agency=self.agency, sop__slug=slug, state=Revision.State.IN_FORCE
        )
        return open_case(revision, self.by(login, at), **facts)

    @contextmanager
    def walk(self, case: Case, login: str, at: datetime):
        with walking(case, self.by(login, at)) as walk:
            yield walk

    def child(self, case: Case, login: str, at: datetime, where: str, **facts) -> Child:
        """A child registered, taken into the case, and where it is."""
        child = register.register(self.by(login, at), **facts)
        with self.walk(case, login, at) as walk:
            walk.join(child)
            walk.place(child.pk, where, at)
        return child

    def paper(self, case: Case, login: str, at: datetime, kind: str, output: str = "", **facts) -> None:
        """A scan filed, as an output "4/surat-terlantar" or to the dossier alone."""
        with self.walk(case, login, at) as walk:
            key, _, name = output.partition("/")
            outputs = walk.plan.by_key[key].outputs if output else ()
            found = next((item.id for item in outputs if item.key == name), None)
            file_document(walk, self.kinds[kind], self.scan, output=found, **facts)

    def finish(self, case: Case, login: str, at: datetime, key: str, **facts) -> None:
        with self.walk(case, login, at) as walk:
            walk.finish(key, acted_at=at, **facts)

    def receive(self, case: Case, login: str, at: datetime, key: str) -> None:
        with self.walk(case, login, at) as walk:
            walk.receive(key)

    def spt(
        self, case: Case, at: datetime, output: str, purpose: str, logins: list[str], place: str
    ) -> Letter:
        """An SPT drafted by the Petugas and put before the Kabid."""
        by = self.by("petugas", at)
        content = self.order(case, by, purpose, logins, place, days=7)
        with self.walk(case, "petugas", at) as walk:
            key, _, name = output.partition("/")
            item = next(o for o in walk.plan.by_key[key].outputs if o.key == name)
        letter = Letter.draft(case, by, self.kinds["Surat Perintah Tugas"], content, output_id=item.id)
        letter.propose(by)
        return letter

    def order(
        self, case: Case, by: Officer, purpose: str, logins: list[str], place: str, days: int, cc=()
    ) -> dict:
        """What an SPT of so many days says."""
        staff = people.staff(self.agency, by.day)
        basis = [f"Laporan penanganan nomor {case.number}"]
        return {
            "purpose": purpose,
            "officers": [staff[self.users[login].pk] for login in logins],
            "starts": by.day.isoformat(),
            "ends": (by.day + timedelta(days=days)).isoformat(),
            "place": place,
            "tasks": [],
            "basis": basis,
            "basis_more": basis,
            "budget": "",
            "budget_code": "",
            "report": True,
            "cc": list(cc),
        }

    def initial(self, letter: Letter, at: datetime) -> None:
        letter.initial(self.by("kabid", at))

    def sign(self, letter: Letter, at: datetime) -> None:
        """Initialled, decided and signed in ink, the scan filed by the Petugas."""
        self.initial(letter, at)
        letter.decide(self.by("kadis", at + timedelta(minutes=20)))
        self.ink(letter, at + timedelta(minutes=40))

    def ink(self, letter: Letter, at: datetime) -> None:
        letter.file_signed_scan(self.by("petugas", at), self.scan, signed_on=at.astimezone(self.zone).date())


def tell(agencies: dict[str, Agency], now: datetime) -> None:
    """All stories of both agencies, up to `now`."""
    city = Office(agencies["tanjungpinang"], now)
    dimas = street_round(city)
    first_report(city)
    waiting_for_paraf(city)
    returned_to_be_mended(city)
    waiting_for_the_police(city)
    overdue(city)
    entrusted(city)
    closed_with_bpjs_to_follow(city)
    many_on_the_street(city, dimas)
    letters_that_came(city)
    district = Office(agencies["lamandau"], now)
    served(district)
    proposals(district)
    roll(now)


# --- Bayi-Balita Terlantar


def baby(office: Office, back: int, route: str, place: str, facts: dict, where: str = HOSPITAL) -> Case:
    """A case opened by the Peksos in the morning, with its child and the social report filed and received."""
    at = office.day(back, "08.10")
    case = office.open(
        "bayi-balita-terlantar", "peksos", at, event_at=at - timedelta(hours=3), route=route, place=place
    )
    office.child(case, "peksos", at, where, **facts)
    report = at + timedelta(minutes=50)
    office.paper(case, "peksos", report, "Laporan Sosial")
    office.finish(case, "peksos", report, "1")
    office.receive(case, "kasi", report + timedelta(minutes=15), "1")
    return case


def spt_for_baby(office: Office, case: Case, back: int, clock: str) -> Letter:
    return office.spt(
        case,
        office.day(back, clock),
        "2/spt",
        "Koordinasi dengan kepolisian, rumah sakit, dan Disdukcapil dalam penanganan bayi terlantar",
        ["peksos", "petugas"],
        "Kota Tanjungpinang",
    )


def born(first: date, days: int) -> dict:
    """A birth date that was estimated, with how."""
    return {
        "birth_from": first,
        "birth_until": first + timedelta(days=days),
        "birth_how": "Perkiraan tenaga kesehatan",
    }


def first_report(office: Office) -> None:
    """Found tonight: nothing but the first report, on a verbal order."""
    at = office.now - timedelta(hours=2)
    case = office.open(
        "bayi-balita-terlantar",
        "peksos",
        at,
        event_at=at - timedelta(minutes=50),
        route="temuan",
        place="Teras warung di dekat Pasar Contoh",
        reporter="Ibu Tuti (pemilik warung)",
        reporter_phone="0812-0000-0101",
        circumstances="Dalam kardus berselimut, menangis kuat, kulit hangat, tali pusat sudah dipotong.",
        verbal_order_by="Dewi Anggraini, S.Sos. (telepon)",
        verbal_order_at=at - timedelta(minutes=30),
    )
    today = at.astimezone(office.zone).date()
    office.child(
        case, "peksos", at, f"IGD {HOSPITAL}", temporary_name="Melati", sex=Child.Sex.FEMALE,
        **born(today - timedelta(days=4), 3),
    )  # fmt: skip


def waiting_for_paraf(office: Office) -> None:
    """Step 3: the SPT lies before the Kabid."""
    facts = {"temporary_name": "Bintang", "sex": Child.Sex.MALE} | born(office.day(40, "00.00").date(), 14)
    case = baby(office, 2, "temuan", "Musala Contoh, Tanjungpinang Timur", facts)
    spt_for_baby(office, case, 1, "14.05")


def returned_to_be_mended(office: Office) -> None:
    """The Kabid sent the SPT back: it is with the Petugas again."""
    facts = {"name": "Kirana Contoh", "sex": Child.Sex.FEMALE} | born(office.day(200, "00.00").date(), 0)
    case = baby(office, 3, "serahan", "Kantor Dinas Sosial", facts, "Rumah singgah Dinas Sosial")
    letter = spt_for_baby(office, case, 2, "10.00")
    letter.return_(office.by("kabid", office.day(1, "11.30")), "Tambahkan pendamping perempuan pada tim.")


def waiting_for_the_police(office: Office) -> None:
    """Step 4 waits for the police letter; the hospital has answered."""
    facts = {"temporary_name": "Fajar", "sex": Child.Sex.MALE} | born(office.day(60, "00.00").date(), 20)
    case = baby(office, 7, "temuan", "Halte Jalan Contoh Merdeka", facts)
    office.sign(spt_for_baby(office, case, 6, "09.00"), office.day(6, "10.00"))
    office.paper(
        case, "peksos", office.day(5, "11.00"), "Laporan Kondisi Kesehatan", "6/kesehatan",
        issuer=HOSPITAL, dated=office.day(5, "11.00").date(), original=True,
    )  # fmt: skip
    office.finish(case, "peksos", office.day(5, "11.20"), "6")
    with office.walk(case, "peksos", office.day(5, "14.00")) as walk:
        kind = office.kinds["Surat Terlantar"].pk
        asked = walk.wait("4", POLICE, office.day(5, "13.30"), kind_id=kind)
    with office.walk(case, "peksos", office.day(2, "09.10")) as walk:
        walk.remind(asked.pk, office.day(2, "09.00"))


def overdue(office: Office) -> None:
    """Decided in the application, the ink to come; steps 5 and 6 are past their time."""
    facts = {"name": "Rafa Contoh", "sex": Child.Sex.MALE} | born(office.day(300, "00.00").date(), 0)
    case = baby(office, 9, "titipan", "Rumah warga, Bukit Bestari", facts, "Rumah singgah Dinas Sosial")
    letter = spt_for_baby(office, case, 8, "08.30")
    office.initial(letter, office.day(8, "09.00"))
    letter.decide(office.by("kadis", office.day(8, "15.00")))


def to_the_handover(office: Office, case: Case, back: int, found: bool) -> Letter:
    """From a signed SPT to the second one, drafted and proposed: steps 4, 6 and 7."""
    office.sign(spt_for_baby(office, case, back, "09.00"), office.day(back, "09.30"))
    if found:
        office.paper(
            case, "peksos", office.day(back - 1, "13.30"), "Surat Terlantar", "4/surat-terlantar",
            issuer=POLICE, number="SKT/12/CONTOH", dated=office.day(back - 1, "13.00").date(), original=True,
        )  # fmt: skip
        office.finish(case, "peksos", office.day(back - 1, "13.40"), "4")
    office.paper(
        case, "peksos", office.day(back - 1, "10.30"), "Laporan Kondisi Kesehatan", "6/kesehatan",
        issuer=HOSPITAL, dated=office.day(back - 1, "10.00").date(), original=False,
    )  # fmt: skip
    office.finish(case, "peksos", office.day(back - 1, "10.45"), "6")
    office.finish(case, "peksos", office.day(back - 1, "15.00"), "7")
    office.receive(case, "kasi", office.day(back - 2, "08.20"), "7")
    return office.spt(
        case,
        office.day(back - 2, "09.00"),
        "7/spt",
        "Pengantaran bayi ke lembaga yang ditunjuk",
        ["kabid", "kasi", "peksos"],
        "LKSA Contoh Kasih",
    )


def entrusted(office: Office) -> None:
    """Titipan, no police letter: the second SPT lies before the Kepala Dinas."""
    facts = {"name": "Aisyah Contoh", "sex": Child.Sex.FEMALE} | born(office.day(150, "00.00").date(), 0)
    case = baby(office, 6, "titipan", "Kantor Dinas Sosial", facts, "Rumah singgah Dinas Sosial")
    office.initial(to_the_handover(office, case, 4, found=False), office.day(1, "09.40"))


def closed_with_bpjs_to_follow(office: Office) -> None:
    """Handed over and closed; the BPJS card is still to come."""
    facts = {"temporary_name": "Cahaya", "sex": Child.Sex.FEMALE} | born(office.day(90, "00.00").date(), 10)
    case = baby(office, 20, "temuan", "Pelabuhan Contoh", facts)
    letter = to_the_handover(office, case, 18, found=True)
    office.sign(letter, office.day(16, "10.00"))
    office.paper(
        case, "peksos", office.day(15, "14.00"), "Akte Kelahiran", "5/akte",
        number="2171-LT-CONTOH-0001", issuer="Disdukcapil Contoh", dated=office.day(15, "10.00").date(),
    )  # fmt: skip
    office.finish(case, "peksos", office.day(15, "14.15"), "5")
    coordinated = office.day(14, "10.00")
    office.paper(case, "petugas", coordinated, "Berita Acara Penyerahan Anak", "8/ba")
    leave = [
        Leave(
            office.kinds["BPJS Anak"].pk,
            "Menunggu anak masuk kartu keluarga pengasuh.",
            office.day(0, "00.00").date() + timedelta(days=21),
        ),
        Leave(office.kinds["Surat Pengantar"].pk, "Tidak diminta lembaga penerima."),
    ]
    office.finish(case, "kabid", coordinated + timedelta(minutes=30), "8", leave=leave)
    handed = office.day(13, "13.00")
    office.paper(
        case, "petugas", handed, "Berita Acara Penyerahan Anak", "9/ba", signed=True, dated=handed.date()
    )
    actors = [office.user("kabid"), office.user("kasi")]
    office.finish(case, "kasi", handed, "9", acted_by=actors)
    with office.walk(case, "kasi", handed + timedelta(hours=1)) as walk:
        (stay,) = walk.stays
        walk.place(stay.child_id, "LKSA Contoh Kasih", handed)
        walk.leave(stay.child_id, office.outcomes["Diserahkan ke lembaga"], handed.date())
        walk.close()


# --- Anak Jalanan


def round_with_spt(office: Office, at: datetime, place: str, area: str) -> Case:
    """A round ordered in the morning, its SPT signed before noon."""
    case = office.open("anak-jalanan", "kasi", at, event_at=at, place=place)
    letter = office.spt(
        case,
        at + timedelta(hours=1),
        "1/spt",
        "Penjangkauan anak jalanan",
        ["kasi", "peksos", "petugas"],
        area,
    )
    office.sign(letter, at + timedelta(hours=2))
    return case


def reports(office: Office, case: Case, at: datetime, children: Iterable[Child]) -> None:
    """A social report for each of these children."""
    for child in children:
        office.paper(case, "peksos", at, "Laporan Sosial", "3/laporan", children=[child.pk])


def statement(office: Office, case: Case, at: datetime, children: Iterable[Child]) -> None:
    """The statement that one adult signed for these children; of some nobody wrote down who he is."""
    pks = [child.pk for child in children]
    told = Relation.objects.filter(child__in=pks, adult__isnull=False).select_related("adult").first()
    facts = {"children": pks, "dated": at.date(), "adult": told and told.adult}
    office.paper(case, "peksos", at, "Surat Pernyataan", "3/pernyataan", **facts)


def street_round(office: Office) -> Child:
    """The round of two months ago: two siblings with one statement, one who left school; all three were
    expected at last month's session and two came. Answers one of the siblings."""
    at = office.working_day(office.month(2), 1, "08.00")
    case = round_with_spt(office, at, "Simpang lampu merah Jalan Contoh Bahari", "Tanjungpinang Kota")
    met = office.working_day(office.month(2), 2, "16.30")
    found = [
        office.child(
            case, "peksos", met, "Rumah orang tua", name=name, sex=sex, schooling=schooling,
            category=office.categories["Anak jalanan"], **born(date(met.year - age, 1, 1), 364),
        )
        for name, sex, age, schooling in (
            ("Dimas Contoh", Child.Sex.MALE, 12, "Kelas 6 SD"),
            ("Dina Contoh", Child.Sex.FEMALE, 9, "Kelas 3 SD"),
            ("Yoga Contoh", Child.Sex.MALE, 15, "Putus sekolah sejak kelas 8"),
        )
    ]  # fmt: skip
    told = office.working_day(office.month(2), 3, "10.00")
    reports(office, case, told, found)
    statement(office, case, told, found[:2])
    statement(office, case, told, found[2:])
    office.finish(case, "peksos", told, "3")
    with office.walk(case, "peksos", told + timedelta(minutes=30)) as walk:
        pks = [child.pk for child in found[:2]]
        walk.not_needed("4", "Masih bersekolah.", pks)
        walk.note("Yoga bersedia mengikuti Paket B di PKBM; orang tua setuju.", told, found[2].pk)
    enrolled = office.working_day(office.month(2), 5, "09.00")
    office.paper(
        case, "peksos", enrolled, "Data Anak Melanjutkan Pendidikan", "4/data", children=[found[2].pk]
    )
    office.finish(case, "peksos", enrolled, "4", child_id=found[2].pk)

    month = office.month(1)
    held = office.working_day(month, 8, "09.00")
    session = sessions.hold(
        case.sop,
        "5",
        month,
        office.by("peksos", held + timedelta(hours=3)),
        held_at=held,
        place="Aula Dinas Sosial",
        present={found[0].pk, found[2].pk},
        absent={found[1].pk: "Sakit, orang tua memberi kabar."},
    )
    sessions.report(
        session,
        office.by("peksos", held + timedelta(hours=4)),
        office.kinds["Laporan Kegiatan Support Group"],
        office.scan,
        version=session.version,
    )
    return found[0]


FOUND = (
    # name, sex, age, schooling, row of the sibling, adult, relation
    ("Dimas", Child.Sex.MALE, 12, "", None, "", ""),
    ("Rian Contoh", Child.Sex.MALE, 11, "Kelas 5 SD", None, "Ibu Sumarni", Relation.Kind.MOTHER),
    ("Rika Contoh", Child.Sex.FEMALE, 8, "Kelas 2 SD", 2, "", ""),
    ("Ilham Contoh", Child.Sex.MALE, 15, "Putus sekolah", None, "Pak Hasan", Relation.Kind.RESPONSIBLE),
    ("Sari Contoh", Child.Sex.FEMALE, 13, "Kelas 7 SMP", None, "Ibu Nurlela", Relation.Kind.GUARDIAN),
    ("Udin", Child.Sex.MALE, 10, "Tidak diketahui", None, "", ""),
    ("Fikri Contoh", Child.Sex.MALE, 14, "Putus sekolah", None, "Ibu Rosma", Relation.Kind.MOTHER),
    ("Wulan Contoh", Child.Sex.FEMALE, 9, "Kelas 3 SD", None, "Bapak Amran", Relation.Kind.FATHER),
)
"""The rows of a round's table: the first was met before, the third is a sibling of the second."""


def arrival(no: int, row: tuple, day: date, met: Child, category: Category) -> Arrival:
    """A row of the table as the Peksos saved it."""
    name, sex, age, schooling, sibling, adult, relation = row
    return Arrival(
        no=no,
        key=uuid.uuid4(),
        mark=mark({"name": name, "sex": sex, "age": str(age)}),
        facts={
            "name": name, "sex": sex, "schooling": schooling, "nik": "", "category": category,
        } | born(date(day.year - age, 1, 1), 364),
        guardians=(Guardian(adult, relation),) if adult else (),
        where="Rumah orang tua" if adult or sibling else "",
        note="Berjualan tisu bersama temannya." if no == 1 else "",
        sibling=sibling,
        choice=f"{MET}-{met.pk}" if no == 1 else "",
    )  # fmt: skip


def many_on_the_street(office: Office, known: Child) -> None:
    """A round that met eight: seven new ones taken in by table, one known from the round before. The papers
    of three are in; one of these is assessed, and a PKBM is asked to take him in."""
    at = office.day(8, "08.00")
    case = round_with_spt(office, at, "Pasar Contoh Baru dan simpang sekitarnya", "Tanjungpinang Timur")
    met = office.day(7, "16.00")
    category = office.categories["Anak jalanan"]
    rows = [arrival(no, row, met.date(), known, category) for no, row in enumerate(FOUND, 1)]
    with office.walk(case, "peksos", met + timedelta(hours=1)) as walk:
        taken = take_in(walk, rows, met, {}).settled
    child = {no: Child.objects.get(pk=pk) for no, pk in taken.items()}
    told = office.day(6, "11.00")
    reports(office, case, told, [child[2], child[3], child[4]])
    statement(office, case, told, [child[2], child[3]])
    statement(office, case, told, [child[4]])
    with office.walk(case, "peksos", told) as walk:
        walk.record("3", acted_at=met)
        walk.not_needed("4", "Masih bersekolah.", [child[2].pk, child[3].pk])
    assessed = office.day(5, "10.00")
    with office.walk(case, "peksos", assessed + timedelta(hours=2)) as walk:
        care.assess(
            walk,
            child[4].pk,
            assessed,
            physical="Sehat, berat badan kurang.",
            education="Berhenti pada kelas 8 karena biaya; masih lancar membaca dan berhitung.",
            family="Tinggal bersama paman; ayah bekerja di luar kota.",
            strengths="Terampil memperbaiki sepeda, ingin bekerja di bengkel.",
            needs="Melanjutkan pendidikan dan berhenti bekerja di jalan.",
        )
        care.plan(
            walk,
            child[4].pk,
            goal="Mengikuti Paket B di PKBM",
            due_on=office.day(0, "00.00").date() + timedelta(days=30),
            need="Putus sekolah sejak kelas 8",
            action="Mendampingi pendaftaran dan melengkapi berkasnya",
            responsible=office.user("peksos"),
        )
        care.plan(
            walk,
            child[4].pk,
            goal="Tidak lagi berjualan pada jam malam",
            due_on=office.day(0, "00.00").date() + timedelta(days=60),
            action="Kunjungan rumah setiap dua pekan",
            responsible_text="Pak Hasan (paman)",
        )
        walk.refer(
            "PKBM Contoh Harapan",
            assessed + timedelta(hours=1),
            request="Menerima Ilham sebagai peserta Paket B",
            party_kind=Interval.Party.SCHOOL,
            key="4",
            children=[child[4].pk],
        )


# --- Anak Terlantar Luar Panti


def proposed(
    office: Office, at: datetime, agenda: str, number: str, named: Iterable[tuple]
) -> tuple[Case, list[Child]]:
    """The Camat's letter, entered in the agenda, and the children whom the TKSK proposes with it."""
    area = Area.objects.get(agency=office.agency, name="Bulik")
    case = office.open(
        "anak-terlantar-luar-panti", "tksk", at, event_at=at, area=area, place="Kecamatan Bulik"
    )
    found = [
        office.child(
            case, "tksk", at, "Rumah nenek", name=name, sex=sex,
            category=office.categories["Anak terlantar"],
            **born(date(at.year - age, 1, 1), 364),
        )
        for name, sex, age in named
    ]  # fmt: skip
    office.paper(
        case, "tksk", at, "Proposal", number=number, issuer="Camat Bulik", dated=at.date(),
        agenda=agenda, received_on=at.date(),
    )  # fmt: skip
    office.paper(case, "tksk", at + timedelta(hours=1), "Data Usulan", "1/data")
    office.finish(case, "tksk", at + timedelta(hours=1), "1")
    return case, found


def proposals(office: Office) -> None:
    """The TKSK proposes three children; the Kasi has judged two."""
    case, found = proposed(
        office,
        office.day(4, "09.00"),
        "0233",
        "460/07/KEC-CONTOH",
        (
            ("Putra Contoh", Child.Sex.MALE, 8),
            ("Sinta Contoh", Child.Sex.FEMALE, 11),
            ("Bagas Contoh", Child.Sex.MALE, 10),
        ),
    )
    with office.walk(case, "kasi", office.day(2, "10.00")) as walk:
        walk.judge("2", found[0].pk, CaseChild.Verdict.ELIGIBLE)
        walk.judge("2", found[1].pk, CaseChild.Verdict.INCOMPLETE, "Kartu keluarga belum dilampirkan.")


def served(office: Office) -> None:
    """A list of two quarters ago: five layak and one not, aid handed to three in one sitting and to one at
    home while one still waits; last quarter one child was visited."""
    this = office.month(0).month
    quarter = office.month((this - 1) % 3 + 6)
    case, found = proposed(
        office,
        office.working_day(quarter, 2, "09.00"),
        "0104",
        "460/03/KEC-CONTOH",
        (
            ("Andika Contoh", Child.Sex.MALE, 9),
            ("Bunga Contoh", Child.Sex.FEMALE, 7),
            ("Citra Contoh", Child.Sex.FEMALE, 12),
            ("Danu Contoh", Child.Sex.MALE, 13),
            ("Eka Contoh", Child.Sex.FEMALE, 10),
            ("Faisal Contoh", Child.Sex.MALE, 11),
        ),
    )
    judged = office.working_day(quarter, 5, "10.00")
    verdict = CaseChild.Verdict
    with office.walk(case, "kasi", judged) as walk:
        fit = [Judged(child.pk, verdict.ELIGIBLE) for child in found[:5]]
        unfit = Judged(found[5].pk, verdict.NOT_ELIGIBLE, "Orang tua mampu.", office.outcomes["Tidak layak"])
        walk.judge_all("2", [*fit, unfit])
    office.paper(case, "kasi", judged, "Laporan Pembinaan/Sosialisasi", "2/laporan")
    office.finish(case, "kasi", judged, "2")

    package = aid.Package("Perlengkapan sekolah", Decimal(1), "paket", 350_000, "APBD Kabupaten")
    with office.walk(case, "bansos", office.working_day(quarter, 7, "09.00")) as walk:
        planned = aid.plan(walk, [child.pk for child in found[:5]], package)
    signed, thumb = Aid.Receipt.SIGNED, Aid.Receipt.THUMB
    gifts = [
        aid.Gift(planned[0].pk, "Ibu Lastri", "Ibu", signed),
        aid.Gift(planned[1].pk, "Nenek Minah", "Nenek", thumb),
        aid.Gift(planned[2].pk, "Bapak Sarman", "Ayah", signed),
    ]
    handed = office.working_day(quarter, 10, "10.00")
    with office.walk(case, "bansos", handed + timedelta(hours=1)) as walk:
        aid.give(walk, gifts, handed)
        aid.report(walk, office.scan, [child.pk for child in found[:3]])
    home = office.working_day(quarter, 12, "14.00")
    with office.walk(case, "bansos", home + timedelta(hours=2)) as walk:
        aid.give(walk, [aid.Gift(planned[3].pk, "Ibu Ratmi", "Ibu", signed)], home, at_home=True)

    visited = office.month((this - 1) % 3 + 3)
    with walking(case, Machine(datetime.combine(visited, time(1), office.zone))) as walk:
        walk.roll()
    spot = Spot("4", found[0].pk, visited)
    seen = office.working_day(visited, 15, "10.00")
    with office.walk(case, "tksk", seen + timedelta(hours=3)) as walk:
        visits.finish(
            walk,
            spot,
            visited_at=seen,
            acted_by=[office.user("tksk")],
            version=0,
            met="Ibu Lastri",
            condition="Sehat, bersekolah setiap hari.",
            aid_use="Tas dan seragam dipakai.",
            schooling="Kelas 4 SD",
            needs="Buku pelajaran semester berikutnya",
            follow_up="",
            conclusion="Keadaan anak membaik.",
        )


# --- Surat masuk


def letters_that_came(office: Office) -> None:
    """One answered and finished, one down to the Peksos, a confidential one before the Kabid, a new one."""
    today = office.day(0, "00.00").date()

    def came(back: int, sender: str, number: str, about: str, urgency: str, **facts) -> IncomingLetter:
        at = office.day(back, "08.30")
        return IncomingLetter.record(
            office.by("petugas", at),
            received_on=at.date(),
            dated=at.date() - timedelta(days=2),
            sender=sender,
            number=number,
            about=about,
            urgency=urgency,
            confidential=facts.get("confidential", False),
            scan=facts.get("scan", office.scan),
        )

    def passed(letter: IncomingLetter, login: str, to: str, at: datetime, days: int, *asked: str, note=""):
        by = office.by(login, at)
        key = next(one.key for one in letter.recipients(by) if one.position.name == to)
        (part,) = letter.dispose(by, [key], due_on=today + timedelta(days=days), asked=asked, note=note)
        return part

    invitation = came(9, "Bappeda Kota Contoh", "005/112/BAPP", "Undangan rapat", Urgency.ORDINARY)
    part = passed(invitation, "kadis", "Kabid", office.day(9, "10.00"), 0, "attend")
    invitation.answer(
        part.pk, office.by("kabid", office.day(6, "15.00")), "Rapat dihadiri, notulen di bidang."
    )

    asked = came(3, "Polsek Contoh Barat", "B/41/RESKRIM", "Permohonan pendampingan anak", Urgency.URGENT)
    passed(asked, "kadis", "Kabid", office.day(3, "09.40"), 5, "process", "coordinate", note="Mohon segera.")
    passed(asked, "kabid", "Kasi", office.day(3, "13.20"), 4, "process")
    passed(asked, "kasi", "Peksos", office.day(2, "08.50"), 2, "process", note="Kunjungi, lalu laporkan.")

    secret = came(
        2, "Kejaksaan Contoh", "R-07/KJN", "Permintaan keterangan", Urgency.VERY_URGENT, confidential=True
    )
    passed(secret, "kadis", "Kabid", office.day(2, "11.10"), 3, "opinion")

    about = "Laporan anak terlantar di wilayah kecamatan"
    came(1, "Camat Contoh Timur", "460/19/KEC-CT", about, Urgency.URGENT, scan=None)
