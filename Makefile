# make run    a demonstration on http://127.0.0.1:8000 (PORT=… changes the port)
# make test   the whole suite on SQLite and again on PostgreSQL, browser tests included
# make bench  what it costs, beside a comparison in the same run (ARGS="--quick", "--only pages")
# All install what they need: on Debian as root also packages, by apt.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.SUFFIXES:

PORT ?= 8000
HOST ?= 127.0.0.1
WORKERS ?= 2
PYTHON3 ?= python3.11
PY := .venv/bin/python
SAY := @printf '%s\n'

# The demonstration: production settings but for HTTPS, with keys of its own that never enter git.
DEMO_ENV := ENV_FILE=$(CURDIR)/var/dev.env

TEMPLATES := templates
LOCKS := requirements/base.txt requirements/dev.txt

.PHONY: help run manage test test-fast test-sqlite test-postgres bench kept lint lock vendor clean

help:
	@grep -E '^# make' Makefile | cut -c3-

# --- What the machine must have ---

# apt only as root and only for what is missing: call with packages and a test that they are there.
define apt_install
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing $(1) …"; \
	  apt-get update -qq >/dev/null && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) >/dev/null; \
	else \
	  echo "Missing on this machine: $(1). Install as root: apt-get install $(1)" >&2; false; \
	fi
endef

define has_libraries
$(PYTHON3) -c 'import ctypes, ensurepip; [ctypes.CDLL(name) for name in \
  ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")]' 2>/dev/null
endef

# The virtual environment, exactly as locked. uv comes first, by pip, checked against its hash in the lock.
.venv/.installed: requirements/dev.txt
	@$(has_libraries) || { $(call apt_install,python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0); }
	@test -x $(PY) || { echo "Making the virtual environment …"; $(PYTHON3) -m venv .venv; }
	@test -x .venv/bin/uv || { echo "Fetching uv …"; \
	  awk '/^uv==/ {on = 1} on {print} on && !/\\$$/ {exit}' requirements/dev.txt > .venv/uv.txt && \
	  $(PY) -m pip install --quiet --require-hashes --no-deps -r .venv/uv.txt; }
	@echo "Installing the locked packages …"
	@.venv/bin/uv pip sync --quiet --require-hashes --python $(PY) requirements/dev.txt
	@touch $@

# --- The demonstration ---

var/dev.env:
	@mkdir -p var && umask 077 && $(PYTHON3) -c '\
	import base64, os, secrets; key = lambda: base64.urlsafe_b64encode(os.urandom(32)).decode(); \
	print("DEMO=true", "HTTPS=false", "ALLOWED_HOSTS=127.0.0.1,localhost,[::1]", \
	  "SECRET_KEY=" + secrets.token_urlsafe(50), "NIK_ENCRYPTION_KEYS=" + key(), "NIK_INDEX_KEY=" + key(), \
	  "STATIC_ROOT=$(CURDIR)/var/static", "LOG_LEVEL=WARNING", sep="\n")' > $@

var/.static: .venv/.installed $(shell find static -type f)
	@echo "Gathering static files …"
	@mkdir -p var && $(DEMO_ENV) $(PY) manage.py collectstatic --noinput --clear -v 0 && touch $@

run: .venv/.installed var/dev.env var/.static
	@$(PY) -c 'import socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); \
	  s.bind(("$(HOST)", $(PORT)))' 2>/dev/null || \
	  { echo "Port $(PORT) is in use; choose another: make run PORT=8001" >&2; exit 1; }
	@echo "Bringing the database up to date …"
	@$(DEMO_ENV) $(PY) manage.py migrate --noinput -v 0
	@$(DEMO_ENV) $(PY) manage.py setup_demo
	@printf '\n%s\n\n' "sopcases: http://$(HOST):$(PORT)/masuk/   (Ctrl-C ends it; the data stays in var/)"
	@exec env $(DEMO_ENV) .venv/bin/gunicorn sopcases.wsgi --bind $(HOST):$(PORT) --threads 4 \
	  --timeout 60 --no-control-socket --log-level warning

# Any management command on the demonstration: make manage ARGS="shell"
manage: .venv/.installed var/dev.env
	@$(DEMO_ENV) $(PY) manage.py $(ARGS)

# --- Proof ---

PYTEST := .venv/bin/pytest -n $(WORKERS)

# libatomic1 is for the program by which Playwright drives the browser.
.venv/.browser: .venv/.installed
	@test -x /usr/bin/chromium && command -v pdftotext >/dev/null && \
	  $(PYTHON3) -c 'import ctypes; ctypes.CDLL("libatomic.so.1")' 2>/dev/null || \
	  { $(call apt_install,chromium poppler-utils libatomic1); } || \
	  { echo "#### NO CHROMIUM: the browser tests cannot run ####" >&2; test -z "$$CI"; }
	@test ! -x /usr/bin/chromium || touch $@

test: test-sqlite test-postgres

test-sqlite: .venv/.browser
	$(SAY) "== The suite on SQLite =="
	@if test -x /usr/bin/chromium; then env -u DATABASE_URL $(PYTEST); \
	  else env -u DATABASE_URL $(PYTEST) -m "not browser"; fi

test-postgres: .venv/.browser
	$(SAY) "== The suite on PostgreSQL =="
	@only="not one_database"; test -x /usr/bin/chromium || only="$$only and not browser"; \
	  tests/postgres.sh $(PYTEST) -m "$$only" || { code=$$?; \
	  if [ $$code = 75 ]; then echo "#### NO POSTGRESQL: the suite did not run on it ####" >&2; \
	  test -z "$$CI"; else exit $$code; fi; }

# Without browser and long proofs, on SQLite: for the minute between two edits.
test-fast: .venv/.installed
	@env -u DATABASE_URL $(PYTEST) -m "not browser and not proof"

lint: .venv/.installed
	$(SAY) "ruff"
	@.venv/bin/ruff check --quiet . && .venv/bin/ruff format --check --quiet .
	$(SAY) "djlint"
	@.venv/bin/djlint $(TEMPLATES) --lint --quiet
	$(SAY) "locks name no address"
	@! grep -nE '://|^--(index|extra-index|find-links)' requirements/*.txt
	@! grep -nE '"resolved"' package-lock.json
	$(SAY) "migrations"
	@set -a; . tests/production.sh; $(PY) manage.py makemigrations --check --dry-run
	$(SAY) "check --deploy, as in production"
	@set -a; . tests/production.sh; $(PY) manage.py check --deploy --fail-level WARNING

# What the application costs, each figure beside its comparison: a table and build/bench.json. No test.
# make bench ARGS="--quick --only pages"
bench: .venv/.installed
	@tests/postgres.sh $(PY) -m tests.bench $(ARGS)

# --- Making what is committed ---

# The letters that tests/letters/test_kept.py holds against: look at every picture that changed.
kept: .venv/.browser
	@KEEP=1 .venv/bin/pytest -n 0 tests/letters/test_kept.py && git status --short tests/letters/kept

COMPILE := .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock: .venv/.installed
	@for name in base dev; do $(COMPILE) $(UPGRADE) requirements/$$name.in -o requirements/$$name.txt; done
	@! grep -nE '://|^--(index|extra-index|find-links)' requirements/*.txt

# Needs npm and apt (Debian's packages of fonts); its output is committed.
vendor: .venv/.installed
	@npm ci --ignore-scripts --silent
	@set -e; work=$$(mktemp -d); trap 'rm -rf $$work' EXIT; \
	  (cd $$work && apt-get download -qq fonts-liberation2 fonts-dejavu-core fonts-droid-fallback 2>/dev/null && \
	    for deb in *.deb; do dpkg -x $$deb .; done); \
	  $(PY) tests/vendor/build.py node_modules $$work

# Everything that can be made again; the demonstration's data in var/ stays.
clean:
	rm -rf .venv node_modules build staticfiles var/static var/.static .pytest_cache .ruff_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
