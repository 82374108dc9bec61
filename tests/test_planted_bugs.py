"""Would the suite find a bug in a rule? Each of these is planted in a copy of the source, and must be found.

Runs pytest for real, in a process of its own, on the tests named; a planted bug that no longer fits the
source fails too. Kept to one database by its mark: the bugs are in rules, not in a database.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


pytestmark = [pytest.mark.proof, pytest.mark.one_database]


@dataclass(frozen=True)
class Bug:
    name: str
    file: str
    right: str
    wrong: str
    tests: str


BUGS = [
    Bug(
        "a step opens when the step right before it is done, whatever lies before that",
        "sops/flow.py",
        "for k in plan.ancestors[key])",
        "for k in plan.after[key])",
        "tests/sops/test_flow.py",
    ),
    Bug(
        "a void paper goes on counting",
        "cases/progress.py",
        "    if paper.voided_at is not None:\n        return False\n",
        "",
        "tests/cases/test_verb_finish.py",
    ),
    Bug(
        "the holder keeps his authority while a Plh. stands in",
        "people/authority.py",
        "        and appointment.position_id == deputy.position_id\n",
        "        and not deputy.position_id\n",
        "tests/people/test_authority.py",
    ),
    Bug(
        "a returned step starts with a fresh clock",
        "cases/walk.py",
        "left = remaining(standard, attempt.used_minutes)",
        "left = remaining(standard, 0)",
        "tests/cases/test_verb_send_back.py tests/cases/test_verb_reopen_step.py",
    ),
    Bug(
        "a verbal order stands for the SPT also when the act came in its turn",
        "cases/progress.py",
        "            and attempt.early\n",
        "",
        "tests/cases/test_verb_finish.py tests/cases/test_verb_record.py",
    ),
    Bug(
        "an act may lie in the future",
        "cases/walk.py",
        "if acted_at > self.by.at:",
        "if False:",
        "tests/cases/test_verb_finish.py",
    ),
    Bug(
        "an act may lie before the event that opened the case",
        "cases/walk.py",
        "if acted_at < self.case.event_at:",
        "if False:",
        "tests/cases/test_verb_finish.py",
    ),
    Bug(
        "officers of another agency see the case",
        "cases/models/case.py",
        "return self.filter(_readable(officer), agency_id=officer.user.agency_id)",
        "return self.all()",
        "tests/cases/test_access.py",
    ),
    Bug(
        "another officer's case is open to who holds the same position",
        "cases/models/case.py",
        'Q(revision__in=own - below) & free_for(hat, officer.user, "pk")',
        "Q(revision__in=own - below)",
        "tests/cases/test_verb_assign.py",
    ),
    Bug(
        "one person is drafter, disposer and signer",
        "letters/models/lifecycle.py",
        "        if not before:\n            return False, None\n",
        "        return False, None\n",
        "tests/letters/test_paraf.py tests/letters/test_signing.py",
    ),
    Bug(
        "a decided letter counts as signed where the agency waits for the ink",
        "cases/progress.py",
        "if reached == Stage.DECIDED and walk_on_decision:",
        "if reached == Stage.DECIDED:",
        "tests/letters/test_signing.py tests/letters/test_walk.py tests/cases/test_verb_file.py",
    ),
    Bug(
        "what was to follow is settled by nothing",
        "cases/walk.py",
        "        self._settle_waivers(paper)\n",
        "",
        "tests/cases/test_verb_waive.py",
    ),
    Bug(
        "a case closes over a child without outcome",
        "cases/progress.py",
        '        if self.active_children:\n            return "Masih ada anak tanpa hasil akhir."\n',
        "",
        "tests/cases/test_verb_close.py",
    ),
    Bug(
        "a form sent twice does its thing twice",
        "people/once.py",
        "Submission.objects.create(key=key, user=request.user, at=request.at)",
        "Submission.objects.get_or_create(key=key, user=request.user, defaults={'at': request.at})",
        "tests/people/test_once.py",
    ),
    Bug(
        "a hold does not move the due moments",
        "cases/walk.py",
        "attempt.due_at = self.calendar.shift(attempt.due_at, minutes, calendar=by_clock)",
        "pass",
        "tests/cases/test_verb_hold.py",
    ),
    Bug(
        "a refused letter stays proposed",
        "letters/models/approving.py",
        "self.move(LetterState.RETURNED, by, Stage.NONE)",
        "self.move(LetterState.RETURNED, by, Stage.DRAFT)",
        "tests/letters/test_paraf.py tests/letters/test_walk.py",
    ),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The project without its environment and data."""
    folder = tmp_path_factory.mktemp("planted") / "project"
    folder.mkdir()
    for name in ("manage.py", "pyproject.toml", "README.md", "Makefile", ".env.example"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("sopcases", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    for name in ("templates", "static", "fixtures"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def run(folder: Path, tests: str) -> subprocess.CompletedProcess:
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "SOPCASES_", "DATABASE_"))
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        *tests.split(),
    ]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_is_found(copy, bug):
    file = copy / "sopcases" / bug.file
    source = file.read_text()
    assert source.count(bug.right) == 1, "the planted bug no longer fits the source"
    file.write_text(source.replace(bug.right, bug.wrong))
    try:
        done = run(copy, bug.tests)
    finally:
        file.write_text(source)
    assert done.returncode == 1, f"not found by {bug.tests}:\n{done.stdout[-2000:]}{done.stderr[-500:]}"
    assert re.search(r"^FAILED ", done.stdout, re.M), "a failed test, not a broken start"


def test_the_source_as_it_is_passes(copy):
    """Else every bug would seem found."""
    done = run(copy, " ".join(sorted({test for bug in BUGS for test in bug.tests.split()})))
    assert done.returncode == 0, done.stdout[-3000:]
