"""Letters that come in (Agenda Surat Masuk) and their disposition down the chain of positions."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from sopcases.cases import agenda
from sopcases.cases.models import Case, Paper
from sopcases.cases.models.dossier import own_name
from sopcases.cases.uploads import Accepted
from sopcases.cases.wording import some
from sopcases.letters import register
from sopcases.letters.saying import telling
from sopcases.letters.words import day_text
from sopcases.people import authority, journal
from sopcases.people.authority import Hat, Officer
from sopcases.people.keeping import keeping
from sopcases.people.models import Agency, Appointment, Position, User
from sopcases.refusal import Conflict, Refused, demand

CHANGED = "Surat masuk ini baru saja diubah oleh petugas lain. Periksa keadaannya sekarang, lalu kirim lagi."
FINISHED = "Surat ini sudah selesai."
ANSWERED = "Bagian disposisi ini sudah dijawab atau sudah berakhir."
VOIDED = "Entri surat ini sudah dibatalkan."
FEW = 3
"""Holders named in the title of a part that goes to all of them: more of the longest names would not fit."""
FACTS = ("received_on", "dated", "sender", "number", "about", "urgency", "confidential")


class Urgency(models.TextChoices):
    """How soon a letter wants an answer; "rahasia" stands apart."""

    ORDINARY = "ordinary", "Biasa"
    URGENT = "urgent", "Segera"
    VERY_URGENT = "very_urgent", "Sangat segera"


class Asked(models.TextChoices):
    """What a disposition asks for: "Dengan hormat harap"."""

    OPINION = "opinion", "Tanggapan dan saran"
    PROCESS = "process", "Proses lebih lanjut"
    COORDINATE = "coordinate", "Koordinasi/konfirmasikan"
    ATTEND = "attend", "Hadiri atau wakili"
    KNOW = "know", "Untuk diketahui"


@dataclass(frozen=True)
class Recipient:
    """Somebody below to whom a part may be given: a position, or one of the several who hold it."""

    position: Position
    user: User | None
    label: str

    @property
    def key(self) -> str:
        return f"{self.position.pk}-{self.user.pk}" if self.user else str(self.position.pk)


class IncomingLetters(models.QuerySet):
    """Which letters? Every list starts from `visible_to`."""

    def visible_to(self, officer: Officer | None):
        """The head of the office reads all. Confidential ones: also those to whom they were passed and who
        typed them. Others: also who records for others, and who stands above one they were passed to."""
        if officer is None or not officer.hats:
            return self.none()
        here = self.filter(agency_id=officer.user.agency_id)
        if officer.heads:
            return here
        parts = Disposition.objects.filter(letter=OuterRef("pk"))
        found = Q(recorded_by=officer.user) | Exists(parts.filter(addressed(officer)))
        if any(hat.may_record and not hat.external for hat in officer.hats):
            found |= Q(confidential=False)
        elif below := set().union(*(officer.reach[p] - {p} for p in officer.reach)):
            found |= Q(confidential=False) & Exists(parts.filter(to_position__in=below))
        return here.filter(found)

    def saying(self, text: str, years: Iterable[int]):
        """Letters with every word of a text in their number, sender or what they are about; a bare number is
        that of the agenda in one of the years. See `Letters.saying`."""
        if (seq := agenda.as_number(text.strip())) is not None:
            return self.filter(seq=seq, year__in=list(years))
        return telling(self, text, "number", "about", "sender")

    def waiting_for(self, officer: Officer | None):
        """Letters that wait for this officer: for the head's disposition, or with a part of his own.

        Each with `part` (its key, None for the head), `part_to`, `part_due`, `part_from`, `part_at`, and
        `passed`: whether others below him have still to answer what he passed on.
        """
        if officer is None:
            return self.none()
        below = Disposition.objects.open().filter(parent=OuterRef("pk"))
        parts = Disposition.objects.open().filter(addressed(officer), letter=OuterRef("pk"))
        parts = parts.annotate(passed=Exists(below)).order_by("passed", "due_on", "id")
        found = Exists(parts)
        if officer.heads:
            found |= Q(state=IncomingLetter.State.RECORDED)
        # Said once more for both: so the database starts from the few that are not finished.
        going = [IncomingLetter.State.RECORDED, IncomingLetter.State.PASSED]
        return self.filter(found, agency_id=officer.user.agency_id, state__in=going).annotate(
            part=Subquery(parts.values("pk")[:1]),
            part_to=Subquery(parts.values("to_position")[:1]),
            part_due=Subquery(parts.values("due_on")[:1]),
            part_from=Subquery(parts.values("from_title")[:1]),
            part_at=Subquery(parts.values("at")[:1]),
            passed=Coalesce(Subquery(parts.values("passed")[:1]), False, output_field=models.BooleanField()),
        )


class IncomingLetter(models.Model):
    """A letter that came: what its envelope says, its scan, and how far it is."""

    class State(models.TextChoices):
        RECORDED = "recorded", "Menunggu disposisi"
        PASSED = "passed", "Didisposisikan"
        DONE = "done", "Selesai"
        VOID = "void", "Dibatalkan"

    TRANSITIONS = {
        State.RECORDED: {State.PASSED, State.DONE, State.VOID},
        State.PASSED: {State.DONE, State.VOID},
        State.DONE: {State.PASSED},
        State.VOID: set(),
    }

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="incoming_letters")
    year = models.PositiveSmallIntegerField("tahun agenda")
    seq = models.PositiveIntegerField("nomor agenda")
    received_on = models.DateField("diterima pada")
    dated = models.DateField("tanggal surat")
    sender = models.CharField("surat dari", max_length=150)
    number = models.CharField("nomor surat", max_length=100, blank=True)
    about = models.CharField("hal", max_length=300)
    urgency = models.CharField("sifat", max_length=12, choices=Urgency.choices, default=Urgency.ORDINARY)
    confidential = models.BooleanField("rahasia", default=False)
    file = models.FileField(upload_to=own_name, blank=True)
    mime = models.CharField(max_length=60, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField("status", max_length=10, choices=State.choices, default=State.RECORDED)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="dicatat oleh")
    recorded_at = models.DateTimeField()
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="incoming_letters")
    paper = models.OneToOneField(Paper, models.PROTECT, null=True, blank=True, related_name="incoming_letter")
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    finish_note = models.TextField("catatan penyelesaian", blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    void_reason = models.TextField("alasan pembatalan", blank=True, default="")
    version = models.PositiveIntegerField(default=0)

    objects = IncomingLetters.as_manager()

    class Meta:
        verbose_name = "surat masuk"
        verbose_name_plural = "surat masuk"
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["agency", "recorded_at"],
                condition=Q(state__in=["recorded", "passed"]),
                name="incoming_not_done",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "year", "seq"],
                name="incoming_number_once",
                violation_error_message="Nomor agenda ini sudah dipakai pada tahun yang sama.",
            ),
            models.CheckConstraint(condition=Q(seq__gte=1), name="incoming_starts_at_one"),
            models.CheckConstraint(
                condition=Q(received_on__gte=F("dated")),
                name="incoming_not_before_written",
                violation_error_message="Surat tidak dapat diterima sebelum tanggalnya.",
            ),
            models.CheckConstraint(
                condition=~Q(sender="") & ~Q(about=""),
                name="incoming_says_from_whom",
                violation_error_message="Asal dan hal surat harus diisi.",
            ),
            models.CheckConstraint(condition=Q(file="") | ~Q(sha256=""), name="incoming_file_has_hash"),
            models.CheckConstraint(
                condition=Q(state="done", finished_at__isnull=False, finished_by__isnull=False)
                | (~Q(state="done") & Q(finished_at__isnull=True, finished_by__isnull=True)),
                name="incoming_done_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(state="void", voided_at__isnull=False, voided_by__isnull=False, case__isnull=True)
                & ~Q(void_reason="")
                | ~Q(state="void") & Q(voided_at__isnull=True, voided_by__isnull=True, void_reason=""),
                name="incoming_void_has_reason",
                violation_error_message="Alasan pembatalan harus diisi.",
            ),
            models.CheckConstraint(
                condition=Q(paper__isnull=True) | Q(case__isnull=False), name="incoming_paper_has_case"
            ),
        ]

    def __str__(self):
        """Without what it is about: that may name a child."""
        return f"Surat masuk nomor agenda {self.seq} tahun {self.year}"

    @property
    def file_name(self) -> str:
        """The name of what is sent out, without ending."""
        return f"surat-masuk-{self.year}-{self.seq}"

    # --- entering it

    @classmethod
    def why_not_record(cls, by: Officer) -> str | None:
        """Whoever keeps the register of the office."""
        return register.refuse_keep(by)

    @classmethod
    def record(
        cls, by: Officer, *, scan: Accepted | None = None, after: int = 0, **facts
    ) -> "IncomingLetter":
        """A letter entered in the agenda of the year in which it came; its number is taken under lock.

        `facts`: those of `FACTS`. `after`: see `agenda.take`. The scan may follow.
        """
        demand(cls.why_not_record(by))
        letter = cls(agency=by.agency, recorded_by=by.user, recorded_at=by.at)
        with keeping():
            letter._say(by, facts)
            letter.year = letter.received_on.year
            letter.seq = agenda.take(by.agency.pk, letter.year, after)
            letter._store(scan)
            letter.save()
            letter._tell(by, "recorded")
        return letter

    def why_not_correct(self, by: Officer) -> str | None:
        """Until it is finished, or its facts stand in the papers of a case."""
        if (sentence := register.refuse_keep(by)) is not None:
            return sentence
        if self.case_id:
            return "Penanganan sudah dibuka dari surat ini. Perbaiki dokumennya dalam berkas penanganan itu."
        return self._over

    def correct(self, by: Officer, *, version: int, scan: Accepted | None = None, **facts) -> None:
        """Mend what was typed, or add the scan. The number of the agenda stays.

        A scan that was passed on is not exchanged for another.
        """
        with self._acting(version):
            demand(self.why_not_correct(by))
            before = {name: getattr(self, name) for name in FACTS}
            self._say(by, facts)
            if self.received_on.year != self.year:
                raise Refused(
                    f"Surat ini tercatat dalam agenda {self.year}; tanggal terimanya tidak dapat "
                    "dipindah ke tahun lain."
                )
            if scan is not None and self.file and self.state != self.State.RECORDED:
                raise Refused("Pindaian surat ini sudah didisposisikan dan tidak dapat diganti.")
            changed = [name for name in FACTS if getattr(self, name) != before[name]]
            old = self.file.name if scan is not None else ""
            self._store(scan)
            self._save()
            self._tell(by, "corrected", changed=changed, scan=scan is not None)
            if old:
                transaction.on_commit(lambda: self.file.storage.delete(old))

    @property
    def _over(self) -> str | None:
        """Why nothing more happens with it, or None."""
        return {self.State.DONE: FINISHED, self.State.VOID: VOIDED}.get(self.state)

    def why_not_void(self, by: Officer) -> str | None:
        """An entry made twice by error: not where somebody has built on it."""
        if by.user.pk != self.recorded_by_id and self.why_not_record_for(by) is not None:
            return "Entri surat masuk dibatalkan oleh yang mencatatnya atau petugas pencatat."
        if self._over:
            return self._over
        if self.case_id:
            return "Penanganan sudah dibuka dari surat ini; entrinya tidak dapat dibatalkan."
        if self.parts.exclude(answered_at=None).exists():
            return "Disposisi surat ini sudah ada yang dijawab; surat ini diselesaikan oleh pimpinan."
        return None

    def void(self, by: Officer, reason: str, *, version: int | None = None) -> None:
        """Strike the entry out for good: it stays in the agenda, and its number is never given again."""
        reason = reason.strip()
        with self._acting(version):
            demand(self.why_not_void(by))
            if not reason:
                raise Refused("Isi alasan pembatalan.")
            ended = self.parts.open().update(ended_at=by.at)
            self._move(self.State.VOID)
            self.voided_at, self.voided_by, self.void_reason = by.at, by.user, reason
            self._save()
            self._tell(by, "voided", ended=ended)

    def _say(self, by: Officer, facts: dict) -> None:
        """Take over what the envelope says, and refuse what cannot be."""
        for name in FACTS:
            setattr(self, name, facts[name])
        self.sender, self.about, self.number = (
            self.sender.strip(),
            self.about.strip(),
            self.number.strip(),
        )
        if not self.sender:
            raise Refused("Isi surat dari siapa.")
        if not self.about:
            raise Refused("Isi hal surat.")
        agenda.check_days(by.day, self.dated, self.received_on)

    def _store(self, scan: Accepted | None) -> None:
        if scan is not None:
            self.mime, self.sha256 = scan.mime, scan.sha256
            self.file.save(f"surat{scan.suffix}", scan.as_file(), save=False)

    # --- down the chain

    def sources(self, by: Officer) -> list[tuple["Disposition | None", Hat]]:
        """As what he may pass the letter on: with an open part of his own, or as head of the office."""
        mine = [(part, part.hat_of(by)) for part in self.parts.open().select_related("to_position")]
        found: list[tuple[Disposition | None, Hat]] = [(part, hat) for part, hat in mine if hat]
        return found + [(None, hat) for hat in by.heads]

    def why_not_dispose(self, by: Officer) -> str | None:
        """Only those before whom it lies, and only to those below them."""
        if self.state == self.State.VOID:
            return VOIDED
        sources = self.sources(by)
        if not sources:
            return "Surat ini tidak berada pada Anda. Disposisi diberikan oleh yang menerimanya."
        if self.state == self.State.DONE and not by.heads:
            return FINISHED
        below = any(len(by.reach[hat.position_id]) > 1 for _, hat in sources)
        if not below and not self.recipients(by):
            return "Tidak ada jabatan di bawah Anda. Jawab disposisi ini sendiri."
        return None

    def recipients(self, by: Officer) -> list[Recipient]:
        """To whom he may pass it: positions below that somebody holds today, each holder where there are
        several, the nearest first; then the partners outside the office (TKSK, kecamatan)."""
        hats = [hat for _, hat in self.sources(by)]
        below = set().union(*(by.reach[hat.position_id] - {hat.position_id} for hat in hats))
        inside = any(not hat.external for hat in hats)
        held: dict[int, dict[int, Appointment]] = {}
        for appointment in authority.in_force(self.agency_id, by.day):
            if appointment.position_id in below or (inside and appointment.position.external):
                # Once, though he holds it in two areas.
                held.setdefault(appointment.position_id, {}).setdefault(appointment.user_id, appointment)
        found = []
        holders = [list(rows.values()) for rows in held.values()]
        for rows in sorted(holders, key=lambda rows: _nearness(rows[0].position, by)):
            names = some([str(row.user) for row in rows], FEW, "pemegang")
            found.append(Recipient(rows[0].position, None, f"{rows[0].position} ({names})"))
            if len(rows) > 1:
                found += [Recipient(row.position, row.user, f"{row.title}: {row.user}") for row in rows]
        return found

    def dispose(
        self,
        by: Officer,
        keys: Iterable[str],
        *,
        due_on: date,
        asked: Iterable[str] = (),
        note: str = "",
        version: int | None = None,
    ) -> list["Disposition"]:
        """Give parts to those below, each with what is asked and until when; each answers for his own.

        `keys`: of `recipients`. Raises Refused.
        """
        with self._acting(version):
            given = self._give(by, keys, due_on, asked, note)
            self._tell(by, "disposed", to=[part.to_position_id for part in given])
        return given

    def hands(self, by: Officer) -> list[Officer]:
        """Before whom else it lies today: what they wrote by hand on the sheet may be recorded for them."""
        held = set(self.parts.open().values_list("to_position_id", flat=True))
        users = {}
        for row in authority.in_force(self.agency_id, by.day):
            top = row.position.superior_id is None and not row.position.external
            if (top or row.position_id in held) and row.user_id != by.user.pk:
                row.user.agency = self.agency
                users[row.user_id] = row.user
        found = [Officer(user, by.at) for user in users.values()]
        return [officer for officer in found if self.why_not_dispose(officer) is None]

    @classmethod
    def why_not_record_for(cls, by: Officer) -> str | None:
        """What others wrote or said: whoever records for others, inside the office."""
        if any(hat.may_record and not hat.external for hat in by.hats):
            return None
        return "Disposisi tertulis dan jawaban orang lain dicatat oleh petugas pencatat."

    def record_disposition(
        self,
        by: Officer,
        hand: Officer,
        keys: Iterable[str],
        *,
        given_on: date,
        due_on: date,
        asked: Iterable[str] = (),
        note: str = "",
        version: int | None = None,
    ) -> list["Disposition"]:
        """What `hand` wrote on the sheet on the day `given_on`, recorded by another; both names stand.

        As `dispose`, with the authority of `hand`. Raises Refused.
        """
        with self._acting(version):
            demand(self.why_not_record_for(by))
            if given_on > by.day:
                raise Refused("Tanggal disposisi tidak boleh di masa depan.")
            if given_on < self.received_on:
                raise Refused("Tanggal disposisi tidak boleh sebelum surat diterima.")
            self._demand_held(hand.user, {hat.position_id for _, hat in self.sources(hand)}, given_on)
            given = self._give(hand, keys, due_on, asked, note, given_on, by)
            to = [part.to_position_id for part in given]
            self._tell(by, "disposition_recorded", to=to, hand=hand.user.pk)
        return given

    def _give(
        self,
        by: Officer,
        keys: Iterable[str],
        due_on: date,
        asked: Iterable[str],
        note: str,
        given_on: date | None = None,
        recorder: Officer | None = None,
    ) -> list["Disposition"]:
        """The parts, on the authority of `by`."""
        demand(self.why_not_dispose(by))
        whose = str(by.user) if recorder else "Anda"
        known = {one.key: one for one in self.recipients(by)}
        keys = list(dict.fromkeys(keys))
        if not keys:
            raise Refused("Pilih paling sedikit satu penerima disposisi.")
        if not set(keys) <= set(known):
            raise Refused(f"Disposisi hanya diberikan kepada pemegang jabatan di bawah {whose} hari ini.")
        asked, note = [one for one in Asked.values if one in set(asked)], note.strip()
        if not asked and not note:
            raise Refused("Pilih isi disposisi atau tulis catatan.")
        if due_on < (given_on or by.day):
            when = "tanggal disposisinya" if given_on else "hari ini"
            raise Refused(f"Batas waktu disposisi tidak boleh sebelum {when}.")
        sources = self.sources(by)
        open_parts = [(part.to_position_id, part.to_user_id) for part in self.parts.open()]
        given = []
        for one in (known[key] for key in keys):
            user_id = one.user.pk if one.user else None
            if any(
                position == one.position.pk and (user is None or user_id in (None, user))
                for position, user in open_parts
            ):
                raise Refused(f"{one.label} sudah memegang disposisi surat ini dan belum menjawab.")
            open_parts.append((one.position.pk, user_id))
            part, hat = next(
                (part, hat)
                for part, hat in sources
                if one.position.external or one.position.pk in by.reach[hat.position_id]
            )
            if part and by.day <= part.due_on < due_on:
                raise Refused(
                    f"Batas waktu disposisi tidak boleh melewati batas waktu {whose} sendiri, "
                    f"{day_text(part.due_on)}."
                )
            given.append(
                self.parts.create(
                    parent=part,
                    from_position_id=hat.position_id,
                    from_title=f"{hat.title} ({by.user})",
                    from_user=by.user,
                    to_position=one.position,
                    to_user=one.user,
                    to_title=one.label,
                    asked=" ".join(asked),
                    note=note,
                    due_on=due_on,
                    at=by.at,
                    given_on=given_on,
                    recorded_by=recorder.user if recorder else None,
                )
            )
        if self.state != self.State.PASSED:
            self._move(self.State.PASSED)
            self.finished_at = self.finished_by = None
            self.finish_note = ""
        self._save()
        return given

    def why_not_answer(self, part: "Disposition", by: Officer) -> str | None:
        """Each for his own part, once."""
        if not part.is_open:
            return ANSWERED
        if part.hat_of(by) is None:
            return f"Bagian ini dijawab oleh {part.to_title}."
        return None

    def answer(self, part_id: int, by: Officer, text: str, *, version: int | None = None) -> None:
        """Answer for one's own part. With the last answer the letter is finished."""
        with self._acting(version):
            part = self._answer(part_id, by, text)
            self._tell(by, "answered", title=part.answered_title, part=part.pk)

    def answerers(self, part: "Disposition", by: Officer) -> list[Officer]:
        """Those others whose answer to the part may be recorded today: whose part it is."""
        rows = authority.in_force(self.agency_id, by.day)
        users = {row.user_id: row.user for row in rows if row.position_id == part.to_position_id}
        for user in users.values():
            user.agency = self.agency
        found = [Officer(user, by.at) for pk, user in users.items() if pk != by.user.pk]
        return [officer for officer in found if part.hat_of(officer)]

    def why_not_record_answer(self, part: "Disposition", by: Officer) -> str | None:
        """By whom records for others; an open part, and somebody whose part it is."""
        if (sentence := self.why_not_record_for(by)) is not None:
            return sentence
        if not part.is_open:
            return ANSWERED
        return None if self.answerers(part, by) else f"Hari ini tidak ada pemegang bagian {part.to_title}."

    def record_answer(
        self,
        part_id: int,
        by: Officer,
        hand: User,
        text: str,
        *,
        answered_on: date,
        version: int | None = None,
    ) -> None:
        """What `hand` did and told or wrote on the day `answered_on`, recorded by another; both names stand.

        Raises Refused, and NotAllowed where the part is not his.
        """
        with self._acting(version):
            demand(self.why_not_record_for(by))
            part = self.parts.get(pk=part_id)
            officer = next((o for o in self.answerers(part, by) if o.user.pk == hand.pk), None)
            if officer is None:
                raise Refused(f"Bagian ini dijawab oleh {part.to_title}.")
            if answered_on > by.day:
                raise Refused("Tanggal jawaban tidak boleh di masa depan.")
            if answered_on < (part.given_on or authority.local_day(self.agency, part.at)):
                raise Refused("Tanggal jawaban tidak boleh sebelum disposisinya.")
            self._demand_held(hand, {part.to_position_id}, answered_on)
            part = self._answer(part_id, officer, text, answered_on, by)
            self._tell(by, "answer_recorded", part=part.pk, hand=hand.pk)

    def _answer(
        self,
        part_id: int,
        by: Officer,
        text: str,
        answered_on: date | None = None,
        recorder: Officer | None = None,
    ) -> "Disposition":
        """The answer, on the authority of `by`."""
        part, text = self.parts.get(pk=part_id), text.strip()
        demand(self.why_not_answer(part, by))
        if not text:
            raise Refused("Isi jawaban atas disposisi ini.")
        part.answer, part.answered_at, part.answered_by = text, by.at, by.user
        part.answered_title, part.answered_on = part.hat_of(by).title, answered_on
        part.answer_recorded_by = recorder.user if recorder else None
        part.save()
        if not self.parts.open().exists():
            self._move(self.State.DONE)
            self.finished_at, self.finished_by = by.at, by.user
        self._save()
        return part

    def why_not_finish(self, by: Officer) -> str | None:
        """The head may end it without, or before, the answers of others."""
        if not by.heads:
            return "Surat ini diselesaikan dengan jawaban semua penerima disposisi, atau oleh pimpinan."
        return self._over

    def finish(self, by: Officer, note: str, *, version: int | None = None) -> None:
        """Nothing more is to be done; parts not answered end with it."""
        note = note.strip()
        with self._acting(version):
            demand(self.why_not_finish(by))
            if not note:
                raise Refused("Isi catatan penyelesaian.")
            ended = self.parts.open().update(ended_at=by.at)
            self._move(self.State.DONE)
            self.finished_at, self.finished_by, self.finish_note = by.at, by.user, note
            self._save()
            self._tell(by, "finished", ended=ended)

    # --- the case

    def why_not_open_case(self, by: Officer) -> str | None:
        """One case is opened from a letter; under which SOP he may do so, the SOP says."""
        if self.state == self.State.VOID:
            return VOIDED
        return "Penanganan sudah dibuka dari surat ini." if self.case_id else None

    def became(self, by: Officer, case: Case, paper: Paper | None) -> None:
        """The case that was opened from it, and the paper it is in the dossier."""
        with self._acting():
            demand(self.why_not_open_case(by))
            self.case, self.paper = case, paper
            self._save()
            self._tell(by, "case_opened", case=case.pk)

    # --- the ground all verbs stand on

    @contextmanager
    def _acting(self, version: int | None = None) -> Iterator[None]:
        """The row under lock. `version` is what the page showed: another one is a conflict."""
        try:
            with keeping():
                self.refresh_from_db(from_queryset=type(self).objects.select_for_update())
                if version is not None and version != self.version:
                    raise Conflict(CHANGED)
                yield
        except Exception:
            self.refresh_from_db()
            raise

    def _demand_held(self, hand: User, positions: set[int], day: date) -> None:
        """What is recorded for a day was done by who held the authority on it. Raises Refused."""
        held = {a.position_id for a in authority.in_force(self.agency_id, day) if a.user_id == hand.pk}
        if positions and not held & positions:
            raise Refused(
                f"{hand} tidak memegang jabatan ini pada {day_text(day)}. Periksa nama dan tanggalnya."
            )

    def _move(self, state: str) -> None:
        if state not in self.TRANSITIONS[self.state]:
            raise Refused(f"Surat masuk ini berstatus “{self.get_state_display()}”.")
        self.state = state

    def _save(self) -> None:
        self.version += 1
        self.save()

    def _tell(self, by: Officer, verb: str, title: str = "", **data) -> None:
        journal.write(by, f"incoming.{verb}", self, title, year=self.year, seq=self.seq, **data)


def _nearness(position: Position, by: Officer) -> tuple:
    """Order of recipients: by how far below they are, partners outside last."""
    return position.external, by.depth(position.pk), position.name


class Dispositions(models.QuerySet):
    def open(self):
        """Parts that are neither answered nor ended."""
        return self.filter(answered_at=None, ended_at=None)


class Disposition(models.Model):
    """A part of a letter given to somebody below: what is asked of him, until when, and what he answered.

    Written by hand on the sheet: on the day `given_on`, and recorded by another; an answer likewise, on the
    day `answered_on`.
    The titles are those of the day on which it was given or answered.
    """

    letter = models.ForeignKey(IncomingLetter, models.PROTECT, related_name="parts")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="passed_on")
    from_position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    from_user = models.ForeignKey(User, models.PROTECT, related_name="+")
    from_title = models.CharField(max_length=360)
    to_position = models.ForeignKey(Position, models.PROTECT, related_name="dispositions")
    to_user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    to_title = models.CharField(max_length=700)
    asked = models.CharField("isi disposisi", max_length=80, blank=True)
    note = models.TextField("catatan", blank=True)
    due_on = models.DateField("batas waktu")
    at = models.DateTimeField()
    given_on = models.DateField("tertulis pada", null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.TextField("jawaban", blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_title = models.CharField(max_length=200, blank=True)
    answered_on = models.DateField("dijawab pada", null=True, blank=True)
    answer_recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField("berakhir bersama surat", null=True, blank=True)

    objects = Dispositions.as_manager()

    class Meta:
        verbose_name = "disposisi"
        verbose_name_plural = "disposisi"
        default_permissions = ()
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["to_position", "due_on"],
                condition=Q(answered_at__isnull=True, ended_at__isnull=True),
                name="disposition_open",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                "letter",
                "to_position",
                Coalesce("to_user", 0),
                condition=Q(answered_at__isnull=True, ended_at__isnull=True),
                name="disposition_one_open",
                violation_error_message="Disposisi surat ini sudah dipegang dan belum dijawab.",
            ),
            models.CheckConstraint(
                condition=~Q(asked="") | ~Q(note=""),
                name="disposition_says_what",
                violation_error_message="Pilih isi disposisi atau tulis catatan.",
            ),
            models.CheckConstraint(
                condition=Q(given_on__isnull=True, recorded_by__isnull=True)
                | Q(given_on__isnull=False, recorded_by__isnull=False),
                name="disposition_by_hand_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(from_position=F("to_position")), name="disposition_not_to_oneself"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (
                    Q(answered_at__isnull=False, answered_by__isnull=False, ended_at__isnull=True)
                    & ~Q(answer="")
                ),
                name="disposition_answered_says_what",
                violation_error_message="Jawaban harus diisi.",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True, answer_recorded_by__isnull=True)
                | Q(answered_on__isnull=False, answer_recorded_by__isnull=False, answered_at__isnull=False),
                name="disposition_answer_for_says_when",
            ),
        ]

    def __str__(self):
        return f"{self.letter_id} → {self.to_position_id}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.ended_at is None

    @property
    def wishes(self) -> list[str]:
        """What is asked, in the words of the sheet."""
        return [Asked(one).label for one in self.asked.split()]

    def hat_of(self, by: Officer) -> Hat | None:
        """The hat under which the part is his: of the position, and where somebody was named of that one, as
        long as he holds it; then it is for whoever does."""
        for hat in by.hats:
            if hat.position_id == self.to_position_id and (
                self.to_user_id is None
                or self.to_user_id in hat.speaks_for
                or self.to_user_id not in by.holders_of(hat.position_id)
            ):
                return hat
        return None


def addressed(officer: Officer) -> Q:
    """Parts that are, or were, the officer's own: as `Disposition.hat_of`."""
    found = Q(pk__in=[])
    for hat in officer.hats:
        gone = ~Q(to_user__in=officer.holders_of(hat.position_id))
        named = Q(to_user=None) | Q(to_user__in=hat.speaks_for) | gone
        found |= Q(to_position=hat.position_id) & named
    return found
