"""Every figure once more, by plain loops over raw rows. Knows the tables and the calendar, nothing of the
desk and no queryset of ours: it shares with the code under test only what the words mean."""

from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from sopcases.cases.models import Attempt, Case, CaseChild, CaseOfficer, Interval, Waiver, Whereabouts
from sopcases.people.models import User
from sopcases.sops.durations import read
from sopcases.sops.models import Step
from sopcases.worktime.models import calendar_for

RUNNING = ("reported", "active", "on_hold")
LIVE = ("open", "missed")
COUNTED = (
    *("done", "judged", "on_time", "timed", "own", "waited", "returned", "reopened"),
    *("not_held", "not_needed", "early", "verbal", "waived"),
)


class Rows:
    """The tables of an agency as they are."""

    def __init__(self, agency, at: datetime):
        self.agency, self.at, self.zone = agency, at, ZoneInfo(agency.timezone)
        self.calendar = calendar_for(agency)
        self.cases = {row["id"]: row for row in Case.objects.values() if row["agency_id"] == agency.pk}
        self.steps = {row["id"]: row for row in Step.objects.values()}
        self.attempts = [row for row in Attempt.objects.order_by("id").values() if self._ours(row)]
        self.intervals = [row for row in Interval.objects.values() if self._ours(row)]
        self.waivers = [row for row in Waiver.objects.values() if self._ours(row)]
        self.stays = [row for row in CaseChild.objects.values() if self._ours(row)]
        self.officers = [row for row in CaseOfficer.objects.values() if self._ours(row)]
        self.whereabouts = list(Whereabouts.objects.values())
        self.names = {row["id"]: row["name"] for row in User.objects.values()}

    def _ours(self, row: dict) -> bool:
        return row["case_id"] in self.cases

    # --- what ended attempts measured

    def measures(self) -> list[dict]:
        asked, holds = defaultdict(list), defaultdict(list)
        for row in self.intervals:
            span = row["since"], row["until"] or self.at
            if row["kind"] == "hold":
                holds[row["case_id"]].append(span)
            elif row["attempt_id"]:
                asked[row["attempt_id"]].append(span)
        waived = {row["attempt_id"] for row in self.waivers}
        goes = defaultdict(list)
        for row in self.attempts:
            goes[row["case_id"], row["step_id"], row["child_id"], row["occurrence"]].append(row)
        found = []
        for (case, step, _, _), rows in goes.items():
            rows.sort(key=lambda row: row["no"])
            for no, row in enumerate(rows):
                if row["state"] not in LIVE:
                    fact = self._measure(self.steps[step], rows[: no + 1], asked, holds[case])
                    found.append(fact | {"step": step, "waived": row["id"] in waived})
        return found

    def _measure(self, step: dict, rows: list[dict], asked: dict, holds: list) -> dict:
        row = rows[-1]
        over = row["received_at"] or row["acted_at"] or row["ended_at"]
        fact = {"state": row["state"], "day": over.astimezone(self.zone).date()}
        fact |= {"minutes": None, "own": None, "waited": 0, "on_time": None, "early": False, "verbal": False}
        if row["state"] != "done":
            return fact
        early = row["turn_at"] is None or row["acted_at"] < row["turn_at"]
        length = read(step["time_reading"] or step["time"])
        by_clock = step["basis"] == "calendar" or (
            not step["basis"] and bool(length.calendar or length.weeks or length.months or length.years)
        )
        if not early and not step["form"]:
            spans = [span for one in rows for span in asked[one["id"]]]
            if by_clock:
                own, waited = self._split(row["turn_at"], over, spans, holds, clock=True)
            else:
                waited = 0
                for one in rows:
                    if one["opened_at"]:
                        end = one["received_at"] or one["acted_at"] or one["ended_at"]
                        waited += self._split(one["opened_at"], end, asked[one["id"]], holds)[1]
                own = max(0, row["worked_minutes"] - waited)
            fact |= {"own": own, "waited": waited}
        spent = row["spent_minutes"]
        fact["minutes"] = fact["own"] if spent is None else spent
        if row["late_at"]:
            fact["on_time"] = over <= row["late_at"]
        elif early and not length.is_zero:
            fact["on_time"] = True
        return fact | {"early": early, "verbal": bool(row["verbal_order_by"])}

    def _split(self, first, last, spans, holds, clock=False) -> tuple[int, int]:
        """Own and waited minutes: the time is cut wherever anything begins or ends, piece by piece."""
        cuts = {first, last} | {m for span in [*spans, *holds] for m in span if first < m < last}
        cuts = sorted(cuts) if last > first else []
        own = waited = 0
        for a, b in pairwise(cuts):
            length = int((b - a).total_seconds()) // 60 if clock else self.calendar.minutes_between(a, b)
            if any(s <= a and b <= e for s, e in holds):
                continue
            if any(s <= a and b <= e for s, e in spans):
                waited += length
            else:
                own += length
        return own, waited

    def figures(self) -> dict[tuple, dict]:
        """(step, year, month or 0 for the year) → figure."""
        periods = defaultdict(list)
        for row in self.measures():
            for month in (0, row["day"].month):
                periods[row["step"], row["day"].year, month].append(row)
        return {period: self._figure(rows) for period, rows in periods.items()}

    @staticmethod
    def _figure(rows: list[dict]) -> dict:
        figure = dict.fromkeys(COUNTED, 0)
        times = []
        for row in rows:
            if row["waived"]:
                figure["waived"] += 1
            if row["state"] in ("returned", "reopened", "not_held", "not_needed"):
                figure[row["state"]] += 1
            if row["state"] != "done":
                continue
            figure["done"] += 1
            if row["on_time"] is not None:
                figure["judged"] += 1
            if row["on_time"]:
                figure["on_time"] += 1
            if row["minutes"] is not None:
                times.append(row["minutes"])
            if row["own"] is not None:
                figure["own"] += row["own"]
                figure["waited"] += row["waited"]
            figure["early"] += row["early"]
            figure["verbal"] += row["verbal"]
        figure["timed"] = len(times)
        for name, share in (("median", 0.5), ("ninetieth", 0.9)):
            figure[name] = None
            for value in sorted(times):
                if sum(t <= value for t in times) >= share * len(times):
                    figure[name] = value
                    break
        return figure

    # --- what is open now

    def open(self) -> dict[str, int]:
        running = {pk: row for pk, row in self.cases.items() if row["state"] in RUNNING}
        late, waiting, follow = set(), defaultdict(set), set()
        holds = [row for row in self.intervals if row["kind"] == "hold" and row["until"] is None]
        rests = {row["case_id"]: row["since"] for row in holds}
        for row in self.attempts:
            now = rests.get(row["case_id"], self.at)
            alarm = self.steps[row["step_id"]]["alarm"] and row["late_at"] and row["late_at"] <= now
            if row["state"] in LIVE and alarm:
                late.add(row["case_id"])
        for pk, row in running.items():
            if row["term_due_at"] and row["term_due_at"] <= rests.get(pk, self.at):
                late.add(pk)
        for row in self.intervals:
            if row["kind"] == "waiting" and row["until"] is None:
                waiting[row["party_kind"]].add(row["case_id"])
        for row in self.waivers:
            if row["settled_at"] is None and row["until"]:
                follow.add(row["case_id"])
        everyone = set().union(*waiting.values())
        found = {
            "Anak dalam penanganan": sum(
                s["left_on"] is None and s["case_id"] in running for s in self.stays
            ),
            "Penanganan berjalan": len(running),
            "Lewat batas waktu": len(late & set(running)),
            "Menunggu pihak lain, semuanya": len(everyone & set(running)),
            "Ditunda": sum(row["state"] == "on_hold" for row in running.values()),
            "Kelengkapan menyusul": len(follow & set(running)),
            "Lewat batas waktu tanpa menunggu pihak lain": len(late & set(running) - everyone),
        }
        for kind, words in (("police", "kepolisian"), ("health", "rumah sakit/kesehatan")):
            found[f"Menunggu {words}"] = len(waiting[kind] & set(running))
        return found

    def _inside(self, stay: dict) -> bool:
        return stay["left_on"] is None and self.cases[stay["case_id"]]["state"] in RUNNING

    def load(self) -> dict[str, int]:
        counts = defaultdict(set)
        for row in self.officers:
            if row["until"] is None and self.cases[row["case_id"]]["state"] in RUNNING:
                counts[self.names[row["user_id"]]].add(row["case_id"])
        return {name: len(cases) for name, cases in counts.items()}

    def places(self) -> dict[str, int]:
        counts = defaultdict(int)
        for stay in self.stays:
            if self._inside(stay):
                told = [w for w in self.whereabouts if w["child_id"] == stay["child_id"]]
                last = max(told, key=lambda w: (w["since"], w["id"]))["place"] if told else "Belum dicatat"
                counts[last] += 1
        return dict(counts)

    def months(self, column: str) -> dict[tuple[int, int], int]:
        counts = defaultdict(int)
        for row in self.cases.values():
            if row[column]:
                local = row[column].astimezone(self.zone)
                counts[local.year, local.month] += 1
        return dict(counts)
