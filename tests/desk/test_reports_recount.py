"""Every number of the registers and recaps, recomputed by plain loops over raw rows of made-up histories.

The recount imports nothing of the desk and no queryset of ours: rows are read whole and counted one by one.
"""

from calendar import monthrange
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

from django.test import TestCase

from sopcases.cases import models as tables
from tests.cast import WIB, make_world
from tests.desk.made_up import made_up

CASES = 2000
WORDS = {
    "reported": "Laporan awal",
    "active": "Sedang ditangani",
    "on_hold": "Ditunda",
    "done": "Selesai",
    "nihil": "Nihil",
    "stopped": "Dihentikan",
    "handed_over": "Dilimpahkan",
}
SEXES = {"L": "Laki-laki", "P": "Perempuan", "": "Belum diketahui"}


class Raw:
    """All rows of the tables, as they are."""

    def __init__(self, world):
        self.now = world.now
        self.cases = {row["id"]: row for row in tables.Case.objects.values()}
        self.children = {row["id"]: row for row in tables.Child.objects.values()}
        self.stays = list(tables.CaseChild.objects.values())
        self.attempts, self.holds = defaultdict(list), defaultdict(list)
        for row in tables.Attempt.objects.values():
            self.attempts[row["case_id"]].append(row)
        for row in tables.Interval.objects.values():
            self.holds[row["case_id"]].append(row)
        self.sessions = {row["id"]: row for row in tables.Session.objects.values()}
        self.attendance = list(tables.Attendance.objects.values())
        self.aid = list(tables.Aid.objects.values())
        self.names = {
            kind: {row["id"]: row["name"] for row in rows.values("id", "name")}
            for kind, rows in (
                ("area", world.home.areas),
                ("category", world.home.categories),
                ("outcome", world.home.outcomes),
            )
        }
        self.sops = {r.sop_id: r.name for r in map(world.revision, ("bayi-balita-terlantar", "anak-jalanan"))}

    def root(self, child: int) -> int:
        while self.children[child]["merged_into_id"]:
            child = self.children[child]["merged_into_id"]
        return child

    def kept(self, moment: datetime) -> list[dict]:
        """One stay for each child of a case: of the record that stands for it, else the first, of those
        that had joined by then."""
        by_spot = defaultdict(list)
        for stay in self.stays:
            if stay["joined_at"] > moment:
                continue
            by_spot[stay["case_id"], self.root(stay["child_id"])].append(stay)
        found = []
        for (_, root), stays in by_spot.items():
            own = [stay for stay in stays if stay["child_id"] == root]
            found.append(own[0] if own else min(stays, key=lambda stay: stay["id"]))
        return found

    def until(self, day: date) -> datetime:
        midnight = datetime(day.year, day.month, day.day, tzinfo=WIB) + timedelta(days=1)
        return min(self.now, midnight - timedelta(microseconds=1))

    def state(self, case: dict, moment: datetime) -> str:
        if case["closed_at"] and case["closed_at"] <= moment:
            return case["state"]
        begun = case["reopened"]
        for hold in self.holds[case["id"]]:
            if hold["since"] <= moment:
                begun = True
                if hold["until"] is None or hold["until"] > moment:
                    return "on_hold"
        for attempt in self.attempts[case["id"]]:
            begun = begun or attempt["acted_at"] <= moment
        return "active" if begun and case["state"] != "reported" else "reported"

    def gone(self, stay: dict) -> date | None:
        return stay["left_on"] and max(stay["left_on"], local(stay["joined_at"]))

    def age(self, stay: dict) -> str:
        child, on = self.children[self.root(stay["child_id"])], local(stay["joined_at"])
        if child["birth_from"] is None:
            return "Umur belum diketahui"
        born = child["birth_from"] + timedelta(days=(child["birth_until"] - child["birth_from"]).days // 2)
        years = max(0, on.year - born.year - ((on.month, on.day) < (born.month, born.day)))
        for name, last in (("0–5 tahun", 5), ("6–12 tahun", 12), ("13–17 tahun", 17)):
            if years <= last:
                return name
        return "18 tahun ke atas"


def local(moment: datetime) -> date:
    return moment.astimezone(WIB).date()


def days(world) -> list[date]:
    return [date(2024, 6, 30), date(2025, 2, 14), local(world.now)]


def expected_recap(
    raw, first: date, last: date, kept: list[dict] | None = None
) -> dict[tuple[str, str], list]:
    """(group, label) → before, came, handled, went, left."""
    found = defaultdict(lambda: [0, 0, 0, 0, 0])
    moment = raw.until(last)

    def count(spots, came: date, gone: date | None):
        if gone is not None and gone < first:
            return False
        went = gone is not None and gone <= last
        for spot in spots:
            row = found[spot]
            row[0] += came < first
            row[1] += came >= first
            row[2] += 1
            row[3] += went
            row[4] += not went
        return True

    for case in raw.cases.values():
        if case["opened_at"] > moment:
            continue
        spots = [
            ("Penanganan menurut SOP", raw.sops[case["sop_id"]]),
            (
                "Penanganan menurut kecamatan",
                raw.names["area"].get(case["area_id"], "Kecamatan belum dicatat"),
            ),
        ]
        gone = case["closed_at"] and local(case["closed_at"])
        if count(spots, local(case["opened_at"]), gone) and gone and gone <= last:
            found["Penanganan menurut cara berakhir", WORDS[case["state"]]][3] += 1
    different = set()
    for stay in kept or raw.kept(moment):
        if stay["joined_at"] > moment:
            continue
        case, child = raw.cases[stay["case_id"]], raw.children[raw.root(stay["child_id"])]
        gone = raw.gone(stay)
        spots = [
            ("Anak menurut SOP", raw.sops[case["sop_id"]]),
            (
                "Anak menurut kategori (PPKS)",
                raw.names["category"].get(child["category_id"], "Kategori belum dicatat"),
            ),
            ("Anak menurut jenis kelamin", SEXES[child["sex"]]),
            ("Anak menurut umur saat masuk", raw.age(stay)),
            ("Anak menurut kecamatan", raw.names["area"].get(case["area_id"], "Kecamatan belum dicatat")),
        ]
        if count(spots, local(stay["joined_at"]), gone):
            different.add(raw.root(stay["child_id"]))
            if gone and gone <= last:
                found["Anak menurut hasil akhir", raw.names["outcome"][stay["outcome_id"]]][3] += 1
    found["Anak berbeda", "Setiap anak dihitung satu kali"][2] = len(different)
    return found


PERIODS = [
    ({"tahun": 2024}, date(2024, 1, 1), date(2024, 12, 31)),
    ({"tahun": 2025}, date(2025, 1, 1), date(2025, 12, 31)),
    ({"tahun": 2025, "bulan": 2}, date(2025, 2, 1), date(2025, 2, 28)),
    ({"tahun": 2025, "per": "2025-08-17"}, date(2025, 1, 1), date(2025, 8, 17)),
    ({}, date(2026, 1, 1), date(2026, 3, 2)),
]


class Recount(TestCase):
    """The histories are made up once for all figures."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = make_world()
        made_up(cls.world, CASES)
        cls.raw = Raw(cls.world)

    def told(self, slug: str, **asked) -> list[tuple]:
        """All rows of a report as the head of the office has them, slice by slice."""
        from sopcases.desk.reports.catalogue import REPORTS

        officer = self.world.officer("budi")
        report = REPORTS[slug](officer, {k: str(v) for k, v in asked.items()}, named=False)
        assert report.valid, report.form.errors
        found, after = [], ""
        while True:
            part = report.slice(after, 500)
            found += [row.cells for row in part.rows]
            after = part.after
            if not after:
                return found

    def test_the_register_of_cases(self):
        world, raw, told = self.world, self.raw, self.told
        for day in days(world):
            moment = raw.until(day)
            inside = Counter(stay["case_id"] for stay in raw.kept(moment))
            expected = []
            for case in sorted(raw.cases.values(), key=lambda c: (c["opened_at"], c["id"]), reverse=True):
                if case["opened_at"] > moment:
                    continue
                closed = case["closed_at"] and case["closed_at"] <= moment
                expected.append(
                    (
                        case["number"],
                        raw.sops[case["sop_id"]],
                        local(case["event_at"]),
                        local(case["opened_at"]),
                        raw.names["area"].get(case["area_id"], ""),
                        inside[case["id"]],
                        WORDS[raw.state(case, moment)],
                        local(case["closed_at"]) if closed else None,
                    )
                )
            found = [(*row[:6], *row[7:]) for row in told("register_cases", per=day)]
            assert found == expected

    def test_the_register_of_children(self):
        world, raw, told = self.world, self.raw, self.told
        for day in days(world):
            moment = raw.until(day)
            expected = []
            for stay in sorted(raw.kept(moment), key=lambda s: (s["joined_at"], s["id"]), reverse=True):
                case, child = raw.cases[stay["case_id"]], raw.children[raw.root(stay["child_id"])]
                gone = raw.gone(stay)
                left = gone is not None and gone <= day
                expected.append(
                    (
                        SEXES[child["sex"]],
                        raw.age(stay),
                        raw.names["category"].get(child["category_id"], ""),
                        case["number"],
                        raw.sops[case["sop_id"]],
                        raw.names["area"].get(case["area_id"], ""),
                        local(stay["joined_at"]),
                        WORDS[raw.state(case, moment)],
                        raw.names["outcome"][stay["outcome_id"]] if left else "",
                        stay["left_on"] if left else None,
                    )
                )
            assert [row[1:] for row in told("register_children", per=day)] == expected

    def test_the_recap(self):
        raw, told = self.raw, self.told
        for asked, first, last in PERIODS:
            expected = expected_recap(raw, first, last)
            rows = [row for row in told("recap", **asked) if "bulan" not in row[0]]
            sums = defaultdict(lambda: [0, 0, 0, 0, 0])
            for group, label, *numbers in rows:
                if label == "Jumlah":
                    assert [n or 0 for n in numbers] == sums[group], (asked, group)
                    continue
                assert [n or 0 for n in numbers] == expected.pop((group, label), [0] * 5), (
                    asked,
                    group,
                    label,
                )
                for place, number in enumerate(numbers):
                    sums[group][place] += number or 0
            assert not any(any(numbers) for numbers in expected.values()), expected

    def test_the_months_of_a_year_are_the_recaps_of_the_months(self):
        raw, told = self.raw, self.told
        rows = {row[:2]: row[2:] for row in told("recap", tahun=2025)}
        kept = raw.kept(raw.until(date(2025, 12, 31)))  # one child's records as the whole year knows them
        for month, name in ((1, "Januari"), (2, "Februari"), (12, "Desember")):
            last = date(2025, month, monthrange(2025, month)[1])
            expected = expected_recap(raw, date(2025, month, 1), last, kept)
            for what in ("Penanganan", "Anak"):
                total = [0] * 5
                for (group, _), numbers in expected.items():
                    if group == f"{what} menurut SOP":
                        total = [a + b for a, b in zip(total, numbers, strict=True)]
                assert list(rows[f"{what} menurut bulan", name]) == total

    def test_the_indicators(self):
        world, raw, told = self.world, self.raw, self.told
        indicator = world.home.indicators.get()
        for year, last in ((2024, date(2024, 12, 31)), (2025, date(2025, 12, 31)), (2026, local(world.now))):
            first, moment = date(year, 1, 1), raw.until(last)
            handled, aided = set(), set()
            for stay in raw.stays:
                gone = raw.gone(stay)
                inside = stay["joined_at"] <= moment and (gone is None or gone >= first)
                if inside and stay["verdict"] != "not_eligible":
                    handled.add(raw.root(stay["child_id"]))
            for row in raw.aid:
                given = row["given_at"]
                if given and given <= moment and local(given) >= first and row["voided_at"] is None:
                    aided.add(raw.root(row["child_id"]))
            for measure, expected in (("handled", handled), ("aided", aided)):
                indicator.measure = measure
                indicator.save()
                ((_, _, served, *_),) = told("spm", tahun=year)
                assert served == len(expected) > 0, (year, measure)

    def test_attendance(self):
        world, raw, told = self.world, self.raw, self.told
        for year, last in ((2024, date(2024, 12, 31)), (2026, local(world.now))):
            marks = {"present": "H", "absent": "T", "not_held": "–"}
            spots = defaultdict(dict)
            for row in sorted(raw.attendance, key=lambda r: r["child_id"]):
                session = raw.sessions[row["session_id"]]
                held = session["held_at"] is None or session["held_at"] <= raw.until(last)
                if session["period"].year == year and held:
                    root = raw.root(row["child_id"])
                    spots[row["case_id"], root].setdefault(row["session_id"], []).append(row)
            expected = []
            for (case, root), by_session in spots.items():
                months, present, held, reasons = [""] * 12, 0, 0, []
                for session, rows in sorted(
                    by_session.items(), key=lambda one: (raw.sessions[one[0]]["period"], one[0])
                ):
                    row = next((r for r in rows if r["child_id"] == root), rows[0])
                    month = raw.sessions[session]["period"].month
                    months[month - 1] += marks[row["status"]]
                    present += row["status"] == "present"
                    held += row["status"] != "not_held"
                    if row["status"] == "absent":
                        reasons.append(row["reason"])
                share = present / held if held else None
                expected.append((raw.cases[case]["number"], *months, present, held, share, len(reasons)))
            found = [
                (*row[1:-1], len(row[-1].split("; ")) if row[-1] else 0)
                for row in told("register_attendance", tahun=year)
            ]
            assert sorted(found, key=str) == sorted(expected, key=str) and found
