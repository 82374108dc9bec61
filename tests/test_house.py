"""The rules of the house, read off the source."""

import ast
import inspect
import textwrap
from pathlib import Path

import pytest
from django.conf import settings

from sopcases.cases.walk import Walk

SOURCE = Path(settings.BASE_DIR) / "sopcases"
ROOMS = ["people", "worktime", "sops", "cases", "letters", "desk"]
FILES = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_to_its_left(room):
    right = ROOMS[ROOMS.index(room) + 1 :]
    for path in FILES:
        if path.relative_to(SOURCE).parts[0] == room:
            wrong = {m for m in imported(path) if any(m.startswith(f"sopcases.{r}") for r in right)}
            assert not wrong, f"{path} imports {wrong}"


def test_each_layer_of_the_walk_stands_on_those_before_it():
    """What a layer asks of itself is its own, or of a layer before it."""
    layers = [c for c in reversed(Walk.__mro__) if c.__module__.startswith("sopcases.")]
    later = set().union(*map(vars, layers)) - set(dir(object))
    for layer in layers:
        later -= set(vars(layer))
        asked = {
            node.attr
            for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(layer))))
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
        }
        assert not asked & later, f"{layer} asks later layers for {asked & later}"


@pytest.mark.parametrize(
    "path",
    [
        "sops/flow.py",
        "sops/durations.py",
        "sops/chart.py",
        "sops/differences.py",
        "sops/trial.py",
        "worktime/calendar.py",
        "worktime/periods.py",
        "cases/roster.py",
        "cases/spelling.py",
        *(f"sops/reading/{p.name}" for p in sorted((SOURCE / "sops/reading").glob("*.py"))),
    ],
)
def test_pure_modules_know_no_clock_and_no_orm(path):
    names = imported(SOURCE / path)
    assert not any(n.startswith("django") for n in names)
    text = (SOURCE / path).read_text()
    assert ".now(" not in text and "today()" not in text


def test_the_clock_is_read_in_few_places():
    """Once per request in the middleware (sessions aside), and in commands; else the moment is handed on."""
    readers = {
        str(p.relative_to(SOURCE))
        for p in FILES
        if any(
            call in p.read_text()
            for call in ("timezone.now()", "datetime.now(", "date.today(", "localdate()")
        )
    }
    allowed = {"people/middleware.py", "http.py"}
    assert {r for r in readers if "management/commands" not in r} <= allowed, readers


def test_no_room_for_leftovers():
    words = {"core", "common", "utils", "helpers", "services", "signals", "mixins"}
    assert not {p.stem for p in FILES} & words
    assert not {p.name for p in SOURCE.iterdir() if p.is_dir()} & words


def test_no_signals_and_no_logic_in_save():
    for path in FILES:
        names = imported(path)
        assert not any("django.db.models.signals" in n or "django.dispatch" in n for n in names), path
        if "models" in str(path):
            methods = {
                n.name for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef)
            }
            assert "save" not in methods, path


def test_nothing_of_the_given_sops_is_named_in_code():
    """Data, not code: no SOP, agency, position or kind of paper, outside comments and docstrings."""
    names = [
        "Bayi",
        "Anak Jalanan",
        "Luar Panti",
        "tanjungpinang",
        "lamandau",
        "Peksos",
        "Kabid",
        "Kasi",
        "BPJS",
    ]
    for path in FILES:
        if path.name in ("demo.py", "stories.py", "letter_stories.py", "setup_demo.py"):
            continue  # the demonstration tells of fictitious people in the given offices
        tree = ast.parse(path.read_text())
        docs = {
            id(n.body[0].value)
            for n in ast.walk(tree)
            if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef)
            and n.body
            and isinstance(n.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                if path.name == "installing.py" and node.value in ("tanjungpinang", "lamandau"):
                    continue  # the two agency files that are shipped
                assert not any(n in node.value for n in names), f"{path}:{node.lineno} {node.value!r}"
