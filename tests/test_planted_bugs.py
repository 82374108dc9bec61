"""Would the suite find a bug in a rule? Each of these is planted in a copy of the source, and must be found.

Runs pytest for real, in a process of its own, on the tests named. Kept to one database by its mark: the bugs
are in rules, not in a database.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


pytestmark = pytest.mark.one_database


@dataclass(frozen=True)
class Bug:
    name: str
    file: str
    right: str
    wrong: str
    tests: str
    """Where it is found: the one test, in files that take long to come to it."""


BUGS = [
    Bug(
        "an SOP's document is signed under an authority that is over",
        "sops/freezing.py",
        "if any(s.user_id == row.signer_id and s.title == row.signer_title for s in may):",
        "if may or row.signer_id:",
        "tests/sops/test_freezing.py::test_a_plh_ratifies_in_his_days_and_the_holder_rests",
    ),
    Bug(
        "who puts an SOP in force ratifies it himself",
        "sops/freezing.py",
        "if by.user is not None and by.user.pk == signer.pk:",
        "if by.user is None:",
        "tests/sops/test_freezing.py::test_who_puts_it_in_force_does_not_ratify_it",
    ),
    Bug(
        "a signed SOP is printed anew as it stands",
        "sops/freezing.py",
        "return row if row and (row.is_signed or current) else None",
        "return row if row and current and not row.is_signed else None",
        "tests/sops/test_freezing.py::test_the_scan_is_the_signature_and_what_everybody_gets",
    ),
    Bug(
        "a private calendar address goes on opening for who may no longer come in",
        "desk/models/feed.py",
        ", user__is_active=True",
        "",
        "tests/desk/test_calendar.py::test_who_may_no_longer_come_in_reads_nothing",
    ),
    Bug(
        "a common name is answered without looking for the rare one beside it",
        "cases/lookup.py",
        "found = set.intersection(*bearers.values())",
        "found = set.union(*bearers.values())",
        "tests/cases/test_lookup.py",
    ),
    Bug(
        "a search shows letters that one may not read",
        "desk/search.py",
        "found = visible.filter(pk__in=ids) if len(ids) <= FEW",
        "found = rows.filter(pk__in=ids) if len(ids) <= FEW",
        "tests/desk/test_search.py",
    ),
    Bug(
        "a step opens when the step right before it is done, whatever lies before that",
        "sops/flow.py",
        "for k in plan.ancestors[key])",
        "for k in plan.after[key])",
        "tests/sops/test_flow.py",
    ),
    Bug(
        "a decision that says no is taken to have put out its papers",
        "sops/trial.py",
        "                    self.silent.add(key)\n",
        "",
        "tests/sops/test_trial.py",
    ),
    Bug(
        "two noes that pass over each other are taken together",
        "sops/flow.py",
        "return one.key not in leaves_out[other] and other.key not in leaves_out[one]",
        "return True",
        "tests/sops/test_flow.py",
    ),
    Bug(
        "a no leaves what it passes over still to be done",
        "cases/walk/walking.py",
        "        for left_out in flow.passed_over(self.plan, step):\n            if left_out.applies(",
        "        for left_out in ():\n            if left_out.applies(",
        "tests/cases/test_verb_decline.py",
    ),
    Bug(
        "a void paper goes on counting",
        "cases/progress.py",
        "    if paper.voided_at is not None:\n        return False\n",
        "",
        "tests/cases/test_verb_finish.py::test_a_verbal_order_does_not_excuse_an_act_in_its_turn",
    ),
    Bug(
        "the holder keeps his authority while a Plh. stands in",
        "people/authority.py",
        "        and appointment.position_id == deputy.position_id\n",
        "        and not deputy.position_id\n",
        "tests/people/test_authority.py::test_a_plh_suspends_the_holder_for_his_days_and_not_a_minute_longer",
    ),
    Bug(
        "a returned step starts with a fresh clock",
        "cases/clocks.py",
        "remaining(calendar.in_working_days(since, self.length), used)",
        "self.length",
        "tests/cases/test_verb_send_back.py tests/cases/test_verb_reopen_step.py",
    ),
    Bug(
        "a verbal order stands for the SPT also when the act came in its turn",
        "cases/progress.py",
        "            and attempt.early\n",
        "",
        "tests/cases/test_verb_finish.py::test_a_verbal_order_does_not_excuse_an_act_in_its_turn",
    ),
    Bug(
        "an act may lie in the future",
        "cases/walk/steps.py",
        "if acted_at > self.by.at:",
        "if False:",
        "tests/cases/test_verb_finish.py::test_backdating_has_bounds",
    ),
    Bug(
        "an act may lie before the event that opened the case",
        "cases/walk/steps.py",
        "if acted_at < self.case.event_at:",
        "if False:",
        "tests/cases/test_verb_finish.py::test_backdating_has_bounds",
    ),
    Bug(
        "officers of another agency see the case",
        "cases/models/case.py",
        "return self.filter(_readable(officer), agency_id=officer.user.agency_id)",
        "return self.all()",
        "tests/cases/test_access.py::test_performers_and_their_superiors_read",
    ),
    Bug(
        "another officer's case is open to who holds the same position",
        "cases/models/case.py",
        'Q(revision__in=own - below) & free_for(hat, officer.user, "pk")',
        "Q(revision__in=own - below)",
        "tests/cases/test_verb_assign.py::test_only_the_assigned_acts",
    ),
    Bug(
        "one person is drafter, disposer and signer",
        "cases/hands.py",
        "        if not before:\n            return False, None\n",
        "        return False, None\n",
        "tests/letters/test_paraf.py::test_who_wrote_it_does_not_initial_it",
    ),
    Bug(
        "a decided letter counts as signed where the agency waits for the ink",
        "cases/progress.py",
        "if reached == Stage.DECIDED and walk_on_decision:",
        "if reached == Stage.DECIDED:",
        "tests/letters/test_walk.py::test_an_agency_may_wait_for_the_ink",
    ),
    Bug(
        "what was to follow is settled by nothing",
        "cases/walk/papers.py",
        "        self._settle_waivers(paper)\n",
        "",
        "tests/cases/test_verb_waive.py::test_it_covers_later_requirements_and_is_settled_by_the_paper",
    ),
    Bug(
        "a case closes over a child without outcome",
        "cases/progress.py",
        '        if self.active_children:\n            return "Masih ada anak tanpa hasil akhir."\n',
        "",
        "tests/cases/test_verb_close.py::test_closed_when_its_children_have_ended",
    ),
    Bug(
        "a form sent twice does its thing twice",
        "people/once.py",
        "Submission.objects.create(key=key, user=request.user, at=request.at)",
        "Submission.objects.get_or_create(key=key, user=request.user, defaults={'at': request.at})",
        "tests/people/test_once.py::test_sent_twice_done_once",
    ),
    Bug(
        "a hold does not move the due moments",
        "cases/clocks.py",
        "return calendar.shift(due, *hold, calendar=standard.by_calendar)",
        "return due",
        "tests/cases/test_verb_hold.py::test_office_standards_move_by_the_office_minutes_held",
    ),
    Bug(
        "what was waited for in an earlier go is taken for the office's own time",
        "desk/figures/reckoning.py",
        "waited += shares(",
        "waited = shares(",
        "tests/desk/test_measures.py::test_done_again_it_measures_both_times",
    ),
    Bug(
        "a finished evaluation can be written again",
        "desk/figures/evaluating.py",
        "        demand(self.why_not_write())\n",
        "",
        "tests/desk/test_evaluation.py::test_finished_its_figures_stay_whatever_comes_later",
    ),
    Bug(
        "a refused letter stays proposed",
        "letters/models/approving.py",
        "self.move(LetterState.RETURNED, by, Stage.NONE)",
        "self.move(LetterState.RETURNED, by, Stage.DRAFT)",
        "tests/letters/test_paraf.py::test_return_asks_for_a_reason_and_takes_the_letter_back",
    ),
    Bug(
        "time held while others were asked is counted as the office's own",
        "cases/clocks.py",
        "away = _covered(calendar, since, until, [*holds, *waits])",
        "away = _covered(calendar, since, until, waits)",
        "tests/cases/test_clock_sums.py",
    ),
    Bug(
        "a day off declared late forgets the holds",
        "cases/retiming.py",
        "attempt.opened_at, attempt.used_minutes, progress.holds)",
        "attempt.opened_at, attempt.used_minutes)",
        "tests/cases/test_retiming.py::test_what_is_open_moves_and_what_has_ended_stays",
    ),
    Bug(
        "a change of the calendar is made before it was seen",
        "cases/admin.py",
        "if self.seen not in request.POST:",
        "if False:",
        "tests/cases/test_retiming.py::test_a_period_s_end_returns_to_the_day_off_that_goes",
    ),
    Bug(
        "a case is carried over by steps chosen from another revision",
        "cases/carrying.py",
        "    if revision.pk != seen:\n",
        "    if False:\n",
        "tests/cases/test_verb_carry_over.py::test_another_revision_than_the_one_seen_is_a_conflict",
    ),
    Bug(
        "a step added to a sheet takes the place of one that was read",
        "sops/intake_rows.py",
        'new = max(len(data["steps"]), *(n + 1 for n in order))',
        'new = len(data["steps"]) - 1',
        "tests/sops/test_intake_pages.py::test_a_step_that_was_missed_is_added_where_it_belongs",
    ),
    Bug(
        "a case counts as held after its hold was over",
        "desk/reports/standing.py",
        "Q(until=None) | Q(until__gt=until)",
        "Q(until=None) | Q(until__lte=until)",
        "tests/desk/test_reports_recount.py::Recount::test_the_register_of_cases",
    ),
    Bug(
        "an outcome before the child was recorded as joined takes it out before it came in",
        "desk/reports/standing.py",
        "    return max(joined, left)\n",
        "    return left\n",
        "tests/desk/test_reports_recount.py::Recount::test_the_months_of_a_year_are_the_recaps_of_the_months",
    ),
    Bug(
        "two records of one child in a case count as two children",
        "desk/doubles.py",
        "frozenset(pk for pk, *_ in found if pk not in counted)",
        "frozenset()",
        "tests/desk/test_reports_recount.py::Recount::test_the_months_of_a_year_are_the_recaps_of_the_months",
    ),
    Bug(
        "what was there before a recap's period counts as come in it",
        "desk/reports/recap.py",
        "    before = came < span.first\n",
        "    before = False\n",
        "tests/desk/test_reports_recount.py::Recount::test_the_months_of_a_year_are_the_recaps_of_the_months",
    ),
    Bug(
        "a child of six is counted among those up to five",
        "desk/reports/ages.py",
        '("0–5 tahun", 6)',
        '("0–5 tahun", 7)',
        "tests/desk/test_reports_recount.py::Recount::test_the_recap",
    ),
    Bug(
        "aid that was voided counts as served",
        "desk/reports/spm.py",
        "                voided_at=None,\n",
        "",
        "tests/desk/test_reports_recount.py",
    ),
    Bug(
        "a session that was not held counts as missed",
        "desk/reports/attendance.py",
        "        if status == Attendance.Status.NOT_HELD:\n            return\n",
        "",
        "tests/desk/test_reports_recount.py",
    ),
    Bug(
        "a file goes to who lost the position under which he asked",
        "desk/reports/making.py",
        "and all(hat in held for hat in export.hats)",
        "and True",
        "tests/desk/test_reports_exports.py",
    ),
    Bug(
        "a morning tells again what was told before",
        "desk/reminding.py",
        "if _key(notice) not in known}",
        "if _key(notice)}",
        "tests/desk/test_reminding.py",
    ),
    Bug(
        "cases are handed over though somebody else has just changed who acts in them",
        "cases/assigning.py",
        "        if moved:\n",
        "        if False:\n",
        "tests/cases/test_verb_reassign.py",
    ),
]


@dataclass
class Copy:
    """The project without its environment and data, and the tests that found a bug planted in it."""

    folder: Path
    found_by: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Iterator[Copy]:
    folder = tmp_path_factory.mktemp("planted") / "project"
    folder.mkdir()
    for name in ("manage.py", "pyproject.toml", "README.md", "Makefile", ".env.example"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("sopcases", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    for name in ("templates", "static", "fixtures"):
        (folder / name).symlink_to(ROOT / name)
    made = run(folder, "tests/people/test_journal.py")
    assert made.returncode == 0, made.stdout[-3000:]
    copy = Copy(folder)
    yield copy
    # Without a bug the same tests pass; else every bug would seem found.
    done = run(folder, *sorted(copy.found_by))
    assert done.returncode == 0, done.stdout[-3000:]


def run(folder: Path, *tests: str) -> subprocess.CompletedProcess:
    """The tests on a database that was migrated once: a bug is planted in a rule, never in a table."""
    data, made = folder / "data", folder / "made"
    shutil.rmtree(data, ignore_errors=True)
    if made.exists():
        shutil.copytree(made, data)
    data.mkdir(exist_ok=True)
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "SOPCASES_", "DATABASE_"))
    }
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "SOPCASES_TEST_FOLDER": str(data)}
    plugins = ("no:cacheprovider", "no:xdist")
    command = [sys.executable, "-m", "pytest", "-x", "--reuse-db"]
    command += [word for plugin in plugins for word in ("-p", plugin)] + [*tests]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if not made.exists() and done.returncode == 0:
        shutil.copytree(data, made)
    return done


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_fits_the_source(bug):
    """Not among the long proofs: said at once, and not after an hour."""
    assert (ROOT / "sopcases" / bug.file).read_text().count(bug.right) == 1


@pytest.mark.proof
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_is_found(copy, bug):
    file = copy.folder / "sopcases" / bug.file
    source = file.read_text()
    file.write_text(source.replace(bug.right, bug.wrong))
    try:
        done = run(copy.folder, *bug.tests.split())
    finally:
        file.write_text(source)
    assert done.returncode == 1, f"not found by {bug.tests}:\n{done.stdout[-2000:]}{done.stderr[-500:]}"
    found_by = re.findall(r"^FAILED (.+?)(?: - |$)", done.stdout, re.M)
    assert found_by, "a failed test, not a broken start"
    copy.found_by.update(found_by)
