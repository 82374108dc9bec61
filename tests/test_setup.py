"""The switches, the secrets that stop a start, and what is vendored."""

import ast
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GOOD = {
    "ENV_FILE": os.devnull,
    "SECRET_KEY": "9fK2mPq7XvL4bTz8RwY1cNs6HdJ3gUa5EoVi0BxQkMlZrWtCyDn",
    "NIK_ENCRYPTION_KEYS": "YS1wcm9kdWN0aW9uLWtleS1mb3ItdGVzdHMtMTIzNDU=",
    "NIK_INDEX_KEY": "Zx8cVb6nMa4sDf2gHj0kLq1wEr3tYu5iOp7zXcVbNmQ",
}


def start(**switches: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of its own, with these switches alone."""
    code = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.SECURE_SSL_REDIRECT, s.DEBUG)"
    )
    env = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "sopcases.settings",
        **{name: value for name, value in (GOOD | switches).items() if value},
    }
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True)


def test_good_keys_start_in_production():
    done = start()
    assert done.stderr == ""
    assert done.stdout.split() == ["__Host-sessionid", "True", "False"]


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "short-But-Random-8f3kQ2",
        "a" * 60,
        "0123456789" * 6,
        "changeme-Secret-47" * 4,
        "django-insecure-9fK2mPq7XvL4bTz8RwY1cNs6HdJ3gUa5EoVi0BxQkMlZ",
        "development-only",
    ],
)
def test_weak_secret_key_stops_the_start(secret):
    done = start(SECRET_KEY=secret)
    assert done.returncode == 1
    sentence = done.stderr.strip().splitlines()[-1]
    assert "SECRET_KEY is missing or weak" in sentence
    assert "SECRET_KEY kosong atau lemah" in sentence


@pytest.mark.parametrize(
    ("switches", "sentence"),
    [
        ({"NIK_ENCRYPTION_KEYS": ""}, "NIK_ENCRYPTION_KEYS kosong"),
        ({"NIK_ENCRYPTION_KEYS": GOOD["SECRET_KEY"]}, "NIK_ENCRYPTION_KEYS kosong"),
        ({"NIK_ENCRYPTION_KEYS": GOOD["NIK_ENCRYPTION_KEYS"] + ",x"}, "NIK_ENCRYPTION_KEYS kosong"),
        ({"NIK_INDEX_KEY": ""}, "NIK_INDEX_KEY kosong"),
        ({"NIK_INDEX_KEY": "rahasia" * 8}, "NIK_INDEX_KEY kosong"),
        ({"NIK_INDEX_KEY": GOOD["NIK_ENCRYPTION_KEYS"]}, "harus berlainan semua"),
        ({"NIK_INDEX_KEY": GOOD["SECRET_KEY"]}, "harus berlainan semua"),
        ({"DEMO": "true"}, "Akun DEMO"),
    ],
)
def test_bad_keys_and_a_demo_in_production_stop_the_start(switches, sentence):
    done = start(**switches)
    assert done.returncode == 1
    assert sentence in done.stderr


def test_debug_starts_without_any_key():
    done = start(DEBUG="true", SECRET_KEY="", NIK_ENCRYPTION_KEYS="", NIK_INDEX_KEY="")
    assert done.stdout.split() == ["sessionid", "False", "True"]


def test_env_example_names_every_switch_and_no_other():
    tree = ast.parse((ROOT / "sopcases" / "settings.py").read_text())
    read = [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.func.attr != "read_env"
    ]
    shown = re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert len(read) > 20
    assert sorted(shown) == sorted(read)


def test_no_room_reads_the_environment_by_itself():
    found = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "sopcases").rglob("*.py")
        if re.search(r"\bos\.(environ|getenv)\b|\benviron\.Env\b", path.read_text())
    ]
    assert sorted(found) == ["sopcases/settings.py", "sopcases/wsgi.py"]


@pytest.mark.parametrize("folder", ["static/vendor", "tests/vendor"])
def test_vendored_files_are_those_of_the_list(folder):
    listed = dict(
        re.findall(r"^\| (\S+) \|.*\| `([0-9a-f]{64})` \|$", (ROOT / folder / "VENDOR.md").read_text(), re.M)
    )
    there = {
        path.relative_to(ROOT / folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix not in {".md", ".py", ".pyc"}
    }
    assert there
    assert there == listed


def test_every_icon_in_a_template_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/vendor/icons.svg").read_text()))
    used = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'parts/icon\.html" with name="([^"]+)"', path.read_text())
    }
    assert used
    assert used <= sprite


def test_pages_load_nothing_from_elsewhere():
    tag = re.compile(r"<(?:script|link|img|iframe|source|use)\b[^>]*?(?:src|href)=\"(?:https?:)?//", re.I)
    found = [path.name for path in (ROOT / "templates").rglob("*.html") if tag.search(path.read_text())]
    assert found == []


def test_locks_and_npm_lock_name_no_address():
    for lock in (ROOT / "requirements").glob("*.txt"):
        assert not re.search(r"://|^--(index|extra-index|find-links)", lock.read_text(), re.M), lock.name
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()
