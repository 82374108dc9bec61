"""`python -m tests.bench [--only WORD] [--quick]`: run the figures, print the table, write build/bench.json.
`--fill CASES` runs none, but fills the empty PostgreSQL database of DATABASE_URL and leaves it there.

Each figure runs in a process of its own, so that none finds what another left in memory. PostgreSQL is
that of DATABASE_URL (tests/postgres.sh gives one); without it only the figures of SQLite run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FIGURES = {
    "steps": ("sqlite", "postgres"),
    "serving": ("postgres",),
    "pages": ("postgres",),
    "search": ("postgres",),
    "sessions": ("postgres",),
    "letters": ("sqlite",),
    "signing": ("sqlite",),
    "register": ("sqlite", "postgres"),
    "worktime": ("sqlite",),
}
LONGEST = 3600
"""Seconds after which a figure is given up."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", help="figures whose name holds this word: " + ", ".join(FIGURES))
    parser.add_argument("--quick", action="store_true", help="fewer rounds and ten times fewer cases")
    parser.add_argument("--figure", help=argparse.SUPPRESS)
    parser.add_argument("--fill", type=int, metavar="CASES", help="fill a database: up to a million")
    asked = parser.parse_args()
    if asked.fill:
        return fill(asked.fill)
    if asked.figure:
        return measure(asked.figure)
    rows, failed = [], []
    for name, databases in FIGURES.items():
        for database in databases if not asked.only or asked.only in name else ():
            found = run(name, database, asked.quick)
            rows += found or []
            if found is None:
                failed.append(f"{name} on {database}")
    (ROOT / "build").mkdir(exist_ok=True)
    kept = [{key: row[key] for key in ("name", "value", "unit", "beside", "ratio")} for row in rows]
    (ROOT / "build" / "bench.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    for one in failed:
        print(f"NOT MEASURED: {one}", file=sys.stderr)
    return bool(failed)


def run(name: str, database: str, quick: bool) -> list[dict] | None:
    """One figure in a process of its own; None if it failed or took too long."""
    url = os.environ.get("DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="sopcases-bench-") as folder:
        if database == "sqlite":
            url = f"sqlite:///{folder}/bench.sqlite3"
        elif not url.startswith("postgres"):
            print(f"no PostgreSQL for {name}: run it through tests/postgres.sh", file=sys.stderr)
            return None
        out = Path(folder) / "figures.json"
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "DATABASE_URL": url,
            "MEDIA_ROOT": f"{folder}/media",
            "BENCH_QUICK": "1" if quick else "",
            "BENCH_OUT": str(out),
            "PYTHONWARNINGS": "ignore",
        }
        start = time.monotonic()
        command = [sys.executable, "-m", "tests.bench", "--figure", name]
        try:
            subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=LONGEST)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            print(error, file=sys.stderr)
            return None
        rows = json.loads(out.read_text())
        show(f"{name} on {database} ({time.monotonic() - start:.0f} s)", rows)
        return rows


def measure(name: str) -> int:
    """Inside the process of one figure, which starts as the server does."""
    import importlib

    import sopcases.wsgi  # noqa: F401

    rows = importlib.import_module(f"tests.bench.figures.{name}").measure()
    Path(os.environ["BENCH_OUT"]).write_text(json.dumps([row.line() for row in rows]))
    return 0


def fill(cases: int) -> int:
    """So many cases by realistic histories, for whoever wants to look at a full office himself."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    import django

    django.setup()
    from tests.bench import ground, history

    if not ground.postgres() or not ground.empty():
        print("DATABASE_URL must name an empty PostgreSQL database.", file=sys.stderr)
        return 1
    print(f"{history.make(cases):,} cases")
    return 0


def show(title: str, rows: list[dict]) -> None:
    print(f"\n{title}")
    print(f"  {'':52} {'value':>10} {'beside':>10} {'ratio':>7}")
    for row in rows:
        numbers = f"{row['value']:>10.1f} {row['beside']:>10.1f} {row['ratio']:>7.2f}"
        print(f"  {row['name']:52} {numbers}  {row['unit']:8} {row['note']}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
