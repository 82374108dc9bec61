"""The cast: the people every test knows, in the two given agencies with the three given SOPs in force.

Sari (Peksos), Dewi (Kasi), Rahman (Kabid), Budi (Kepala Dinas), Rina (Sekretaris, sometimes Plh.), Agus
(Petugas), Ani (admin) in Tanjungpinang; in Lamandau Wati (Kepala Dinas), Hadi (Kabid Rehsos), Yuli (Kasi),
Joko (Bansos), Tika (TKSK), Camat (Kantor Kecamatan) and Tono, who holds Budi's position there: the stranger.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction

from sopcases.cases import children
from sopcases.cases.models import Case, Child, Paper
from sopcases.cases.opening import open_case
from sopcases.cases.walk import Walk, walking
from sopcases.desk.installing import install_given
from sopcases.people.authority import Machine, Officer
from sopcases.people.models import Agency, Appointment, Area, Position, User
from sopcases.sops.models import FrozenSheet, PaperKind, Revision, Stage

WIB = ZoneInfo("Asia/Jakarta")
PASSWORD = "demo-sopcases"
START = date(2024, 3, 4)

PEOPLE = [
    ("sari", "Sari Wulandari, S.Tr.Sos.", "tanjungpinang", "Peksos", "19900412 201503 2 004"),
    ("dewi", "Dewi Anggraini, S.Sos.", "tanjungpinang", "Kasi", "19830917 200801 2 011"),
    ("rahman", "Drs. Abdul Rahman, M.Si.", "tanjungpinang", "Kabid", "19740205 199903 1 006"),
    ("budi", "Dr. Budi Hartono, M.A.P.", "tanjungpinang", "Kepala Dinas", "19690820 199403 1 003"),
    ("rina", "Rina Marlina, S.E.", "tanjungpinang", "Sekretaris", "19761111 200212 2 002"),
    ("agus", "Agus Salim", "tanjungpinang", "Petugas", ""),
    ("wati", "Hj. Wati Susanti, S.K.M.", "lamandau", "Kepala Dinas", "19700303 199503 2 001"),
    ("hadi", "Hadi Prasetyo, S.Sos.", "lamandau", "Kabid Rehsos", "19780606 200501 1 007"),
    (
        "yuli",
        "Yuli Astuti, S.Sos.",
        "lamandau",
        "Kasi Pelayanan & Rehabilitasi Sosial",
        "19850505 201001 2 009",
    ),
    ("joko", "Joko Widagdo", "lamandau", "Bansos", "19880808 201402 1 003"),
    ("tika", "Tika Rahayu", "lamandau", "TKSK", ""),
    ("camat", "Sunarto", "lamandau", "Kantor Kecamatan", ""),
]


def at(text: str) -> datetime:
    """A moment in Tanjungpinang: "2026-03-02 08:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


@dataclass
class World:
    agencies: dict[str, Agency]
    users: dict[str, User]
    now: datetime

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["users"][name]
        except KeyError:
            raise AttributeError(name) from None

    def officer(self, name: str, when: datetime | None = None) -> Officer:
        """The person now, with the authority of the moment."""
        return Officer(User.objects.select_related("agency").get(username=name), when or self.now)

    def wait(self, **delta) -> datetime:
        self.now += timedelta(**delta)
        return self.now

    @property
    def home(self) -> Agency:
        return self.agencies["tanjungpinang"]

    def revision(self, slug: str = "bayi-balita-terlantar") -> Revision:
        return Revision.objects.select_related("sop__agency").get(
            sop__slug=slug, state=Revision.State.IN_FORCE
        )

    def kind(self, name: str, agency: str = "tanjungpinang") -> PaperKind:
        return PaperKind.objects.get(agency=self.agencies[agency], name=name)

    def child(self, name: str = "", by: str = "sari", **facts) -> Child:
        return children.register(self.officer(by), name=name, **facts)

    def case(self, slug: str = "bayi-balita-terlantar", by: str = "sari", children=1, **facts) -> Case:
        """A case opened through the verb, with so many children."""
        facts.setdefault("event_at", self.now - timedelta(hours=1))
        revision = self.revision(slug)
        if revision.routes:
            facts.setdefault("route", "temuan")
        case = open_case(revision, self.officer(by), **facts)
        for number in range(children):
            child = self.child(f"Anak {number + 1}", by=by)
            with walking(case, self.officer(by)) as walk:
                walk.join(child)
        case.refresh_from_db()
        return case

    def walk(self, case: Case, by: str):
        return walking(case, self.officer(by))

    def paper(self, name: str, by: str = "sari", stage: int = Stage.SIGNED, **facts) -> Paper:
        user = self.users[by]
        return Paper.objects.create(
            agency=user.agency,
            kind=PaperKind.objects.get(agency=user.agency, name=name),
            stage=stage,
            created_at=self.now,
            created_by=user,
            **facts,
        )

    def file(
        self, case: Case, name: str, by: str = "sari", output: str = "", stage: int = Stage.SIGNED
    ) -> Paper:
        """A paper made and filed; `output` as "4/surat-terlantar"."""
        paper = self.paper(name, by, stage)
        with self.walk(case, by) as walk:
            walk.file(paper, output=self.output(walk, output) if output else None)
        return paper

    def output(self, walk: Walk, name: str) -> int:
        key, output = name.split("/")
        return next(o.id for o in walk.plan.by_key[key].outputs if o.key == output)

    def advance_paper(self, case: Case, paper: Paper, stage: int, by: str, **facts) -> None:
        """Move a paper's stage as the letters room does."""
        with self.walk(case, by) as walk:
            paper.refresh_from_db()
            paper.stage = stage
            for name, value in facts.items():
                setattr(paper, name, value)
            paper.save()
            walk.paper_moved(paper)

    def states(self, case: Case) -> dict[str, str]:
        """Step key → state of its latest attempt."""
        return {a.step.key: a.state for a in case.attempts.select_related("step").order_by("id")}


def make_world(now: datetime | None = None) -> World:
    """Both agencies, the three SOPs, and the cast in their positions.

    Built through the installer once per process; after that the same rows are put back as they were, which
    takes a twentieth of the time. The objects are always read anew. The moment is told in the office's zone:
    its day is not that of UTC before seven in the morning.
    """
    with transaction.atomic():  # also for tests that commit: foreign keys are checked at its end
        if Agency.objects.exists() or User.objects.exists():
            _build()
        elif _rows:
            _put_back()
        else:
            _build()
            _keep()
    return World(
        {agency.slug: agency for agency in Agency.objects.all()},
        {user.username: user for user in User.objects.select_related("agency")},
        (now or at("2026-03-02 08:00")).astimezone(WIB),
    )


def _build() -> None:
    agencies = install_given(Machine(datetime.combine(START, time(8), WIB)), START, range(2024, 2028))
    for username, name, slug, position, nip in PEOPLE:
        appoint(
            make_user(agencies[slug], username, name, nip),
            Position.objects.get(agency=agencies[slug], name=position),
        )
    tono = make_user(agencies["lamandau"], "tono", "Tono Stranger", "")
    appoint(tono, Position.objects.get(agency=agencies["lamandau"], name="Kepala Dinas"))
    Appointment.objects.filter(user__username__in=["tika", "camat"]).update(
        area=Area.objects.filter(agency=agencies["lamandau"]).first()
    )
    make_user(agencies["tanjungpinang"], "ani", "Ani Administrator", "", is_staff=True)


_rows: list[tuple[str, str, list[tuple]]] = []
"""What `_build` left in our tables: table, columns, rows."""

_files: dict[str, bytes] = {}
"""And on the disk: the documents of the SOPs in force. A test may have a disk of its own."""

ROOMS = ("people", "worktime", "sops", "cases", "letters", "desk")


def _keep() -> None:
    models = [m for m in apps.get_models(include_auto_created=True) if m._meta.app_label in ROOMS]
    with connection.cursor() as cursor:
        for table in sorted({m._meta.db_table for m in models}):
            cursor.execute(f"SELECT * FROM {table}")
            columns = [c[0] for c in cursor.description]
            names = ", ".join(map(connection.ops.quote_name, columns))
            if rows := cursor.fetchall():
                _rows.append((table, names, [tuple(map(_as_sent, row)) for row in rows]))

    _files.update((row.file.name, row.file.read()) for row in FrozenSheet.objects.all())


def _as_sent(value):
    """SQLite reads a moment as an object but takes it only as text; PostgreSQL takes both."""
    return str(value) if isinstance(value, date | time) else value


def _put_back() -> None:
    """A revision comes back as a draft and is sealed last: the database refuses steps of a sealed one."""
    sealed = []
    with connection.cursor() as cursor:
        for table, names, rows in sorted(_rows, key=lambda kept: kept[0] != Revision._meta.db_table):
            if table == Revision._meta.db_table:
                place = names.replace('"', "").split(", ").index("state")
                sealed = [(row[place], row[0]) for row in rows]
                rows = [(*row[:place], "draft", *row[place + 1 :]) for row in rows]
            holes = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({holes})", rows)
        cursor.executemany(f"UPDATE {Revision._meta.db_table} SET state = %s WHERE id = %s", sealed)
    for name, content in _files.items():
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(content))


def make_user(agency: Agency, username: str, name: str, nip: str = "", **facts) -> User:
    return User.objects.create_user(
        username,
        password=PASSWORD,
        name=name,
        agency=agency,
        nip=nip,
        rank="Penata (III/c)" if nip else "",
        **facts,
    )


def appoint(user: User, position: Position, kind: str = "definitive", first=START, last=None) -> User:
    Appointment.objects.create(
        user=user, position=position, kind=kind, valid_from=first, valid_until=last, basis="SK Uji"
    )
    return user
