"""The reader on sheets of invented offices, fresh ones each run: what it finds, and what it only imagines.

A failure prints the table and the seeds; `SHEETS=seed pytest …` makes the same sheets again.
"""

import os
import re
import secrets
from collections import Counter

import pytest

from sopcases.sops.reading.outcome import Finding, Reading, Vocabulary
from sopcases.sops.reading.sources import open_document
from sopcases.sops.reading.understanding import understand
from tests.sops.generated_sheets import FAULTS, Plant, Sheet, invent
from tests.sops.sheet_layouts import FILES, lay_out

pytestmark = pytest.mark.one_database

SEED = os.environ.get("SHEETS") or secrets.token_hex(4)
EACH = 20  # sheets per class of fault and set of flows
MOST = 4  # false alarms on any one sheet


def read(sheet: Sheet, style: str | None = None) -> Reading:
    return understand(open_document(*lay_out(sheet, style)), Vocabulary())


def fold(text: str) -> str:
    return " ".join(text.casefold().split())


def names_all(finding: Finding, plant: Plant) -> bool:
    said = fold(" ".join((finding.about, *finding.quotes)))
    return all(any(fold(word) in said for word in group) for group in plant.groups)


def names_any(finding: Finding, plant: Plant) -> bool:
    said = fold(" ".join((finding.about, *finding.quotes)))
    return any(fold(word) in said for group in plant.groups for word in group)


def judge(sheet: Sheet) -> tuple[bool, list[Finding]]:
    """Whether the planted fault was found, and the findings that nothing planted explains."""
    plant = sheet.plant
    findings = read(sheet).findings
    if plant is None:
        return False, list(findings)
    hits = [one for one in findings if one.kind == plant.kind and names_all(one, plant)]
    follow = [one for one in findings if one.kind in plant.follows and names_any(one, plant)]
    return bool(hits), [one for one in findings if one not in hits and one not in follow]


@pytest.mark.parametrize("held_out", [False, True], ids=["tuned", "held-out"])
def test_faults_are_found_and_few_are_imagined(held_out):
    table, alarms, missed = [], Counter(), []
    for fault in [None, *FAULTS]:
        found = 0
        for at in range(EACH):
            sheet = invent(f"{SEED}-{at}", held_out, fault)
            hit, false = judge(sheet)
            found += hit
            alarms[sheet.seed] = len(false)
            if fault and not hit:
                missed.append(f"{sheet.seed}: {sheet.plant.groups}")
            missed += [f"{sheet.seed}: {one.kind} {one.about}" for one in false]
        table.append((fault, found))
    told = "\n".join(
        [f"SHEETS={SEED}", *(f"{fault or '(none)':16} {found}/{EACH}" for fault, found in table), *missed]
    )
    assert all(found >= 0.9 * EACH for fault, found in table if fault), told
    assert alarms.total() <= len(alarms), told
    assert max(alarms.values()) <= MOST, told


@pytest.mark.parametrize("style", ["tabs", "pipes", "loose", *FILES])
def test_a_whole_sheet_reads_as_written(style):
    for at in range(10):
        sheet = invent(f"{SEED}-{at}", held_out=bool(at % 2))
        reading = read(sheet, style)
        told = f"SHEETS={SEED} {at} {style}"
        assert [step.activity.value for step in reading.steps] == [row.what for row in sheet.rows], told
        assert {column.value for column in reading.columns} <= set(sheet.cast.values()), told
        for step, row in zip(reading.steps, sheet.rows, strict=True):
            assert [item.text.value for item in step.requires] == row.needs, told
            assert [item.text.value for item in step.produces] == row.makes, told
            assert {sheet.cast[key] for key in row.who} <= {p.position.value for p in step.performers}, told
        assert not reading.findings, told
        assert reading.name.value == sheet.name and reading.number.value == sheet.number, told
        assert reading.ratified_by.nip.value == sheet.nip, told
        assert sheet.head_name in reading.ratified_by.name.value, told
        assert [law.value for law in reading.legal_basis] == sheet.laws, told


def test_every_value_names_a_place_where_its_words_stand():
    for at in range(10):
        sheet = invent(f"{SEED}-{at}")
        document = open_document(*lay_out(sheet, "tabs"))
        lines = {p.place.line: fold(p.text) for p in document.paragraphs}
        reading = understand(document, Vocabulary())
        for step in reading.steps:
            for value in (step.activity, step.time, *(item.text for item in step.requires)):
                if value:
                    there = {w for place in value.source for w in re.findall(r"\w+", lines[place.line])}
                    assert set(re.findall(r"\w+", fold(value.written or value.value))) <= there, (SEED, value)


def test_a_list_gives_its_steps_and_who_its_words_name():
    sheet = next(
        s for at in range(99) if "{S}" not in (s := invent(f"list-{at}")).rows[0].what and len(s.rows) == 8
    )
    reading = read(sheet, "list")
    assert [step.activity.value for step in reading.steps] == [row.told for row in sheet.rows]
    assert all(step.time for step in reading.steps) and reading.columns == ()
    assert not any(performer.position.sure for step in reading.steps for performer in step.performers)
