"""The yearly evaluation of an SOP: what the figures say, what the office says, and the next draft.

Written by who reads every case of the SOP; finished by one of them, with which its figures are kept as they
are. An admin of SOPs, who reads no case, sees finished ones and opens the draft from them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property

from django.db import models, transaction

from sopcases.cases.models import Waiver
from sopcases.cases.models.case import sops_seen_whole
from sopcases.desk.figures.measures import Figure
from sopcases.desk.figures.proposing import Proposed, propose, signs
from sopcases.desk.figures.reckoning import reckon, why_not_now
from sopcases.desk.figures.steps import ONLY, StepFigure, Year
from sopcases.desk.models import Evaluation, Finding, Reckoning
from sopcases.people import journal
from sopcases.people.authority import Officer, local_day
from sopcases.refusal import Conflict, Refused, demand
from sopcases.sops import durations, revising
from sopcases.sops.models import Revision
from sopcases.sops.plans import plan_of
from sopcases.sops.revising import Proposal

NOT_YOURS = "Evaluasi SOP ditulis oleh pejabat yang membawahi seluruh penanganan SOP ini."
FINISHED = "Evaluasi ini sudah diselesaikan dan tidak dapat diubah lagi."
NOT_FINISHED = "Selesaikan evaluasi ini lebih dahulu."
NOT_ADMIN = "Draf revisi dibuka oleh admin SOP."
DEVIATING = ("late", "returned", "reopened", "not_held", "not_needed", "early", "verbal", "waived")


@dataclass(frozen=True)
class Said:
    """What the office says of one step."""

    step_key: str
    verdict: str = ""
    action: str = ""
    proposal: str = ""


@dataclass(frozen=True)
class Count:
    """How often something was so. `url` opens the list behind it, which counts `now`: once an evaluation is
    finished they may part; "" for who reads no cases."""

    label: str
    count: int
    now: int
    url: str


@dataclass(frozen=True)
class Assessed:
    """One step: what happened, what that says, and what the office says."""

    found: StepFigure
    counts: dict[str, Count]
    """By what of a figure they are."""
    missing: tuple[Count, ...]
    signs: tuple[str, ...]
    proposed: Proposed
    said: Said

    @property
    def deviating(self) -> list[Count]:
        """What did not go as the sheet has it."""
        return [self.counts[name] for name in DEVIATING if self.counts[name].count]

    @property
    def verdict(self) -> str:
        return Finding.Verdict(self.said.verdict).label


@dataclass(frozen=True)
class Sheet:
    """The evaluation as page and paper show it."""

    revision: Revision
    year: int
    at: datetime | None
    steps: tuple[Assessed, ...]
    evaluation: Evaluation | None

    @property
    def finished(self) -> bool:
        return bool(self.evaluation and self.evaluation.finished_at)

    @property
    def charted(self) -> bool:
        return any(step.found.chart for step in self.steps)

    @property
    def proposals(self) -> dict[str, str]:
        """Key of a step → the standard it should have."""
        return {s.found.step.key: s.said.proposal for s in self.steps if s.said.proposal}


class Assessment:
    """A revision in a year, before an officer: what he may see of it, and do with it."""

    def __init__(self, revision: Revision, year: int, officer: Officer):
        self.revision, self.year, self.officer = revision, year, officer
        self.pk = revision.pk

    @cached_property
    def evaluation(self) -> Evaluation | None:
        rows = Evaluation.objects.select_related("finished_by", "draft")
        return rows.filter(revision=self.revision, year=self.year).first()

    @cached_property
    def writes(self) -> bool:
        return self.revision.sop_id in sops_seen_whole(self.officer)

    @property
    def readable(self) -> bool:
        finished = self.evaluation is not None and self.evaluation.finished_at is not None
        return self.writes or (self.officer.user.is_staff and finished)

    def why_not_write(self) -> str | None:
        if not self.writes:
            return NOT_YOURS
        return FINISHED if self.evaluation and self.evaluation.finished_at else None

    def why_not_draft(self) -> str | None:
        if not self.officer.user.is_staff:
            return NOT_ADMIN
        if self.evaluation is None or self.evaluation.finished_at is None:
            return NOT_FINISHED
        if self.evaluation.draft:
            return f"Draf revisi {self.evaluation.draft.no} sudah dibuat dari evaluasi ini."
        if newer := self._newer():
            return (
                f"Revisi {newer.no} sudah menggantikan revisi ini; masukkan usulannya ke revisi baru dari "
                "revisi itu."
            )
        return None

    def _newer(self) -> Revision | None:
        """A draft of this revision would undo what the newest that came into force has changed since."""
        rows = Revision.objects.filter(sop=self.revision.sop_id, no__gt=self.revision.no)
        return rows.filter(in_force_from__lte=self.officer.day).order_by("-no").first()

    @property
    def version(self) -> int:
        """That of the row; 0 while nothing was written."""
        return self.evaluation.version if self.evaluation else 0

    @property
    def keys(self) -> list[str]:
        """The steps that are judged."""
        return [step.key for step in plan_of(self.revision).steps]

    def of_year(self) -> Year:
        """What happened, as it was reckoned last."""
        return Year(self.revision, self.year, self.officer)

    @cached_property
    def sheet(self) -> Sheet:
        of_year = self.of_year()
        kept = self.evaluation and self.evaluation.facts
        facts = kept or _facts(of_year)
        now = facts if not (kept and self.writes) else _facts(of_year)
        said = {
            row.step_key: Said(row.step_key, row.verdict, row.action, row.proposal)
            for row in (self.evaluation.findings.all() if self.evaluation else ())
        }
        return Sheet(
            self.revision,
            self.year,
            datetime.fromisoformat(facts["at"]) if facts["at"] else None,
            tuple(self._assessed(of_year, facts["steps"], now["steps"], said)),
            self.evaluation,
        )

    def _assessed(self, of_year: Year, facts: dict, now: dict, said: dict[str, Said]) -> Iterable[Assessed]:
        """`now`: what the lists count that are read today."""
        none = {"figure": {}, "missing": []}
        for step in of_year.plan_steps:
            fact, today = facts.get(step.key, none), now.get(step.key, none)
            found = StepFigure(step, Figure(**fact["figure"]), of_year.address(step.key))
            words = found.median, found.ninetieth
            proposed = propose(found.figure, step.standard, step.basis, words)
            # Until the office has written anything, what is proposed stands in its place.
            default = Said(step.key, proposal=proposed.time if self.evaluation is None else "")
            yield Assessed(
                found,
                self._counts(found, Figure(**today["figure"])),
                tuple(self._missing(found, fact["missing"], today["missing"])),
                tuple(signs(found.figure)),
                proposed,
                said.get(step.key, default),
            )

    def _counts(self, found: StepFigure, now: Figure) -> dict[str, Count]:
        return {
            only.counts: Count(
                only.words.capitalize(),
                getattr(found.figure, only.counts),
                getattr(now, only.counts),
                self._list(found, hanya=code),
            )
            for code, only in ONLY.items()
            if only.counts
        }

    def _missing(self, found: StepFigure, missing: list, now: list) -> Iterable[Count]:
        today = {kind: count for kind, _, count in now}
        for kind, name, count in missing:
            url = self._list(found, hanya="menyusul", kelengkapan=str(kind))
            yield Count(name, count, today.get(kind, 0), url)

    def _list(self, found: StepFigure, **asked: str) -> str:
        if not self.writes:
            return ""
        return "&".join([found.url, *(f"{name}={value}" for name, value in asked.items() if value)])

    # --- verbs

    @transaction.atomic
    def write(self, said: Iterable[Said], version: int) -> Evaluation:
        """Keep what the office says of the steps; nothing of it is final. `version` is that of the page."""
        row, keys = self._locked(version), self.keys
        for one in said:
            if one.step_key not in keys:
                raise Refused("Langkah ini tidak ada pada revisi yang dievaluasi.")
            facts = {"verdict": one.verdict, "action": one.action.strip(), "proposal": one.proposal.strip()}
            if unreadable := why_unreadable(facts["proposal"]):
                raise Refused(unreadable)
            Finding.objects.update_or_create(evaluation=row, step_key=one.step_key, defaults=facts)
        row.version += 1
        row.written_at, row.written_by = self.officer.at, self.officer.user
        row.save()
        self._tell("evaluation.written", row)
        return row

    @transaction.atomic
    def finish(self, version: int) -> Evaluation:
        """The year is over, every step is judged, and what does not work well has its action: the figures of
        this moment are kept, and nothing of the evaluation changes any more."""
        row = self._locked(version)
        if lacking := self.why_not_finish():
            raise Refused(*lacking)
        agency = self.revision.sop.agency
        if sentence := why_not_now(agency):
            raise Refused(sentence)
        reckon(agency, self.officer.at)
        row.facts = _facts(self.of_year())
        row.finished_at, row.finished_by = self.officer.at, self.officer.user
        row.finished_title = self.officer.acting_title
        row.version += 1
        row.save()
        self._tell("evaluation.finished", row)
        return row

    def why_not_finish(self) -> list[str]:
        """What has still to come, and what is still to be said step by step."""
        found, agency = [], self.revision.sop.agency
        reckoned = Reckoning.objects.filter(agency=agency).first()
        if self.year >= self.officer.day.year:
            found.append(
                f"Tahun {self.year} belum berakhir. Selesaikan evaluasi ini mulai 1 Januari {self.year + 1}."
            )
        elif reckoned is None or local_day(agency, reckoned.at).year <= self.year:
            found.append(
                f"Angka langkah belum dihitung sampai akhir tahun {self.year}. Perbarui dahulu pada halaman "
                "Laporan."
            )
        for step in self.sheet.steps:
            name = f"Langkah {step.found.number}"
            if not step.said.verdict:
                found.append(f"{name} belum dinilai.")
            elif step.said.verdict != Finding.Verdict.WELL and not step.said.action:
                found.append(f"{name} dinilai {step.verdict.lower()}: isi tindak lanjutnya.")
        return found

    @transaction.atomic
    def open_draft(self) -> Revision:
        """The revision's next draft with the standards that the evaluation proposes and their evidence."""
        row = Evaluation.objects.select_for_update(of=("self",)).get(pk=self.evaluation.pk)
        self.evaluation = row
        demand(self.why_not_draft())
        about = f"Usulan waktu baku dari evaluasi {self.year}"
        proposals = {
            step.found.step.key: Proposal(step.said.proposal, about, tuple(_evidence(step)))
            for step in self.sheet.steps
            if step.said.proposal
        }
        row.draft = revising.new_revision(self.revision, self.officer, proposals)
        row.save(update_fields=["draft"])
        self._tell("evaluation.drafted", row, no=row.draft.no)
        return row.draft

    def _locked(self, version: int) -> Evaluation:
        """The row, made with the first writing. Refuses who may not write, what is finished, and what was
        written since the page of that version."""
        facts = {"written_at": self.officer.at, "written_by": self.officer.user}
        if self.writes:
            Evaluation.objects.get_or_create(revision=self.revision, year=self.year, defaults=facts)
            rows = Evaluation.objects.select_for_update()
            self.evaluation = rows.get(revision=self.revision, year=self.year)
            self.__dict__.pop("sheet", None)
        demand(self.why_not_write())
        if self.evaluation.version != version:
            raise Conflict(
                "Evaluasi ini baru saja diubah oleh pejabat lain. Periksa isinya, lalu kirim lagi."
            )
        return self.evaluation

    def _tell(self, verb: str, row: Evaluation, **facts) -> None:
        sop = self.revision.sop
        told = {"sop": sop.slug, "no": self.revision.no, "year": self.year} | facts
        journal.write(self.officer, verb, row, agency_id=sop.agency_id, **told)


def _facts(of_year: Year) -> dict:
    """The figures of a revision's year, and in how many goes a paper was left to follow or out, as they can
    be kept."""
    waivers = Waiver.objects.filter(attempt__measure__in=of_year.measures.filter(waived=True)).order_by()
    missing = defaultdict(list)
    goes = models.Count("attempt", distinct=True)
    rows = waivers.values_list("attempt__step__key", "kind", "kind__name").annotate(goes=goes)
    for key, *paper in rows.order_by("-goes", "kind__name"):
        missing[key].append(paper)
    reckoned = of_year.reckoned
    return {
        "at": reckoned.at.isoformat() if reckoned else "",
        "steps": {
            found.step.key: {
                "figure": asdict(found.figure),
                "missing": missing[found.step.key],
            }
            for found in of_year.steps
        },
    }


def _evidence(step: Assessed) -> Iterable[str]:
    figure = step.found.figure
    if figure.timed:
        times = f"nilai tengah {step.found.median}, 90 % dalam {step.found.ninetieth}"
        yield f"{figure.timed} kali diukur: {times}"
    if figure.judged:
        yield f"Tepat waktu {figure.on_time} dari {figure.judged} kali ({figure.share_on_time} %)"
    if step.said.verdict:
        yield f"Penilaian: {step.verdict}"
    if step.said.action:
        yield f"Tindak lanjut: {step.said.action}"


def why_unreadable(time: str) -> str | None:
    """Whether a proposed standard can stand on a sheet: None, or a sentence."""
    try:
        durations.read(time)
    except durations.Unreadable as error:
        return str(error)
    return None
