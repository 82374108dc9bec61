"""What the README says is what the code does."""

import re
import shlex
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from sopcases.cases.models import Attempt, Case
from sopcases.letters.models import IncomingLetter, Letter
from sopcases.sops.models import Revision

README = (settings.BASE_DIR / "README.md").read_text()
STATES = {
    "case": Case,
    "attempt": Attempt,
    "letter": Letter,
    "incoming": IncomingLetter,
    "revision": Revision,
}


@pytest.mark.parametrize("name", STATES)
def test_tables_of_states(name):
    model = STATES[name]
    label = {state: model.State(state).label for state in model.State}
    table = README.split(f"<!-- states: {name} -->\n")[1].split("\n\n")[0].splitlines()[2:]
    said = {}
    for line in table:
        before, after = (cell.strip() for cell in line.strip("|").split("|"))
        said[before] = set() if after == "–" else set(after.split(", "))
    assert said == {label[s]: {label[t] for t in model.TRANSITIONS[s]} for s in model.State}


def blocks() -> list[str]:
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.S)).splitlines()
    return [line.split("#")[0].strip() for line in lines if line.strip()]


def test_commands_exist():
    targets = set(re.findall(r"^([a-z-]+):", Path(settings.BASE_DIR / "Makefile").read_text(), re.M))
    ours = {name for name, app in get_commands().items() if app.startswith("sopcases")}
    named = set(re.findall(r"`make ([a-z-]+)", README)) | {
        c.split()[1] for c in blocks() if c.startswith("make")
    }
    assert named and named <= targets
    run = [shlex.split(c)[2] for c in blocks() if c.startswith("python manage.py")]
    assert run and set(run) <= ours
    for command in ours - {"setup_demo"}:
        assert command in README, f"manage.py {command} is not in the README"


def test_files_named_exist():
    for name in re.findall(r"`((?:sopcases|fixtures|static|templates|tests)/[\w./-]+?)`", README):
        assert (settings.BASE_DIR / name).exists(), name
    for name in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (settings.BASE_DIR / name).exists(), name
