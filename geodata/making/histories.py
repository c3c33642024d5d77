"""Histories (处置经过): what was done about each hazard, step by step, until it was closed or referred."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from atlas.accounts import check
from atlas.ledger import CLOSED, MOVES, REGISTERED, REPORTED

from .duties import SECTORS, Post, cadre_of, clerk_of, post_for
from .findings import Finding

YEAR_END = date(2021, 12, 31)
DUE_DAYS = {"general": 15, "major": 30}
LETTER_DAYS = 14
RETURNING_SHARE = 0.025
LATE_SHARE = 0.26

Event = dict[str, Any]


@dataclass
class Chronicle:
    """The history of one hazard as it grows; the day and the state never run backwards."""

    finding: Finding
    post: Post
    cadre: str
    day: date
    events: list[Event] = field(default_factory=list)
    state: str = ""

    @property
    def level(self) -> str:
        """Return the hazard's level."""
        return "major" if self.finding.fate == "major" else "general"

    def later(self, days: int) -> None:
        """Let days pass, though not beyond the year."""
        self.day = min(self.day + timedelta(days=days), YEAR_END)

    def open(self, action: str, state: str, who: tuple[str, str], patch: Mapping[str, Any]) -> None:
        """Write the first event, which creates the hazard."""
        self._write(action, who, "", {"state": state, **patch})
        self.state = state

    def step(self, action: str, who: tuple[str, str], patch: Mapping[str, Any], reason: str = "") -> None:
        """Write one move; raises ValueError where the state machine has no such step."""
        move = MOVES[action]
        if self.state not in move.starts or (move.needs_reason and not reason):
            raise ValueError(f"{action} from {self.state}")
        self._write(action, who, reason, {"state": move.end, **patch})
        self.state = move.end

    def _write(self, action: str, who: tuple[str, str], reason: str, patch: Mapping[str, Any]) -> None:
        check(who[1], action)
        told = {name: value.isoformat() if isinstance(value, date) else value for name, value in patch.items()}
        event = {"action": action, "on": self.day.isoformat(), "by": who[0], "role": who[1], "reason": reason}
        self.events.append({**event, "patch": told})


class Office:
    """Handles findings the way the town's stations, leaders and villages do."""

    def __init__(self, posts: Sequence[Post], names: Mapping[str, str], phrases: Mapping[str, Any], seed: int) -> None:
        self._posts = posts
        self._names = names
        self._phrases = phrases
        self._chance = random.Random(seed)
        self._departments = {code: departments.split("、") for code, *_, departments in SECTORS}

    def handle(self, finding: Finding) -> Chronicle:
        """Return the whole history of a finding."""
        post = post_for(self._posts, finding.sector, finding.village_code)
        cadre = cadre_of(finding.village_code, sorted(self._names))
        case = Chronicle(finding, post, cadre, finding.found_on)
        self._enter(case)
        if finding.fate in ("referred", "replied", "returned"):
            self._through_the_county(case)
        elif case.level == "general" and self._chance.random() < 0.36:
            self._on_the_spot(case)
        else:
            self._through_the_village(case)
        may_return = case.state == CLOSED and finding.fate == "" and finding.found_on.month <= 9
        if may_return and self._chance.random() < RETURNING_SHARE:
            self._again(case)
        return case

    def _enter(self, case: Chronicle) -> None:
        finding, post = case.finding, case.post
        duty = {"station": post.station, "station_person": post.station_person, "leader": post.leader}
        own = {"jurisdiction": "county" if self._is_of_the_county(finding) else "town", **duty}
        if finding.source in ("grid_report", "complaint") or finding.found_by:
            finder = finding.found_by or f"演示网格员{self._chance.randint(1, 24):02d}"
            case.open("report", REPORTED, (finder, "monitor"), self._facts(case, finder) | duty)
            case.later(self._chance.choice((0, 0, 1, 1, 2)))
            case.step("verify", (post.station_person, "station"), {"level": case.level, **own})
        elif finding.source == "assigned_from_above":
            case.open("register", REGISTERED, ("演示安监员01", "office"), self._facts(case, "演示安监员01") | own)
        else:
            finder = self._chance.choice((post.station_person, clerk_of(post.station)))
            case.open("register", REGISTERED, (finder, "station"), self._facts(case, finder) | own)

    def _facts(self, case: Chronicle, finder: str) -> dict[str, Any]:
        finding = case.finding
        source, accuracy_m = self._chance.choice((("gps", 5.0), ("gps", 8.0), ("gps", 12.0), ("map_click", 20.0)))
        lon, lat = finding.spot.lon_lat
        return {
            "lon": lon, "lat": lat, "village_code": finding.village_code, "sector": finding.sector,
            "level": case.level, "description": finding.words[0], "address": finding.spot.address,
            "unit_name": finding.spot.unit_name, "basis": finding.issue.basis, "found_on": finding.found_on,
            "source": finding.source, "inspection_id": finding.inspection_id, "found_by": finder,
            "coord_source": source, "coord_accuracy_m": accuracy_m,
        }  # fmt: skip

    def _is_of_the_county(self, finding: Finding) -> bool:
        return bool(finding.issue.beyond) and "由县" in finding.issue.beyond

    def _on_the_spot(self, case: Chronicle) -> None:
        clerk = (clerk_of(case.post.station), "station")
        patch = self._duty(case) | {
            "measures": case.finding.words[1], "result": case.finding.words[2], "due_on": case.day,
            "due_on_original": case.day, "fixed_on": case.day,
        }  # fmt: skip
        case.step("fix_on_spot", clerk, patch)
        self._pass(case)

    def _through_the_village(self, case: Chronicle) -> None:
        self._assign(case)
        if case.level == "general" and self._chance.random() < 0.04:
            case.later(1)
            case.step("return", self._village(case), {}, self._say("return"))
            self._assign(case)
        case.later(self._chance.choice((0, 1, 1, 2)))
        case.step("accept", self._village(case), {})
        self._rectify(case)
        self._pass(case)

    def _assign(self, case: Chronicle) -> None:
        case.later(self._chance.choice((0, 0, 1, 1, 2, 3)))
        who = (case.post.leader, "leader") if case.level == "major" else (case.post.station_person, "station")
        due = min(case.day + timedelta(days=DUE_DAYS[case.level]), YEAR_END)
        patch = self._duty(case) | {
            "notice_no": "", "measures": self._measures(case), "due_on": due, "due_on_original": due,
        }  # fmt: skip
        low, high = case.finding.issue.fund_wan
        if high:
            patch["fund_wan"] = round(self._chance.uniform(low, high), 2)
        if case.level == "major":
            patch |= {"plan": self._say("plan"), "supervise_level": self._chance.choice((1, 2))}
        case.step("assign", who, patch)

    def _rectify(self, case: Chronicle) -> None:
        """Do the work: mostly in time, sometimes late, sometimes not well enough at first."""
        due = self._due(case)
        left = max((due - case.day).days, 1)
        is_late = due < date(2021, 12, 8) and self._chance.random() < LATE_SHARE
        case.later(left + self._chance.randint(3, 24) if is_late else self._chance.randint((left + 1) // 3, left))
        self._submit(case)
        if case.day < date(2021, 12, 12) and self._chance.random() < 0.09:
            case.later(self._chance.randint(1, 3))
            due = case.day + timedelta(days=7)
            opinion = self._say("fail")
            patch = {"reviewed_on": case.day, "review_opinion": opinion, "due_on": due, "fixed_on": None}
            case.step("review_fail", self._reviewer(case), patch | {"reviewer": self._reviewer(case)[0]}, opinion)
            case.later(self._chance.randint(2, 7))
            self._submit(case)

    def _submit(self, case: Chronicle) -> None:
        case.step("submit", self._village(case), {"result": self._result(case), "fixed_on": case.day})

    def _pass(self, case: Chronicle) -> None:
        case.later(self._chance.choice((0, 1, 1, 2, 3)))
        reviewer = self._reviewer(case)
        patch = {
            "reviewer": reviewer[0], "reviewed_on": case.day, "review_opinion": self._say("pass"),
            "closed_on": case.day, "approved_by": reviewer[0],
        }  # fmt: skip
        case.step("review_pass", reviewer, patch)

    def _again(self, case: Chronicle) -> None:
        """The hazard comes back (反弹) and is rectified once more."""
        case.later(self._chance.randint(20, 55))
        reason = self._say("reopen")
        patch = {"reopen_count": 1, "due_on": case.day + timedelta(days=10), "fixed_on": None, "closed_on": None}
        case.step("reopen", (case.post.station_person, "station"), patch, reason)
        case.later(self._chance.randint(3, 12))
        self._submit(case)
        self._pass(case)

    def _through_the_county(self, case: Chronicle) -> None:
        if case.finding.fate == "referred" and self._chance.random() < 0.4:
            self._assign(case)
            if self._chance.random() < 0.4:
                case.later(1)
                case.step("accept", self._village(case), {})
        case.later(self._chance.randint(1, 4))
        department = case.finding.issue.department or self._chance.choice(self._departments[case.finding.sector])
        patch = {
            "jurisdiction": "county", "ref_no": "", "ref_to": department, "ref_sent_on": case.day,
            "ref_due_on": case.day + timedelta(days=LETTER_DAYS), "plan": self._say("interim"),
            "measures": case.finding.words[1], "note": case.finding.issue.beyond,
        }  # fmt: skip
        case.step("refer", (case.post.leader, "leader"), patch)
        if case.finding.fate != "referred":
            self._answered(case)

    def _answered(self, case: Chronicle) -> None:
        received = case.day + timedelta(days=self._chance.randint(1, 3))
        case.later(self._chance.randint(9, 30))
        reply = {"ref_received_on": received, "ref_replied_on": case.day}
        head = (case.post.station_person, "station")
        if case.finding.fate == "returned":
            answer = self._say("not_theirs")
            case.step("referral_returned", head, reply | {"ref_reply": answer, "jurisdiction": "town"}, answer)
            self._through_the_village(case)
            return
        result = {"ref_reply": self._say("done_by_county"), "result": self._say("county_result"), "fixed_on": case.day}
        clerk = (clerk_of(case.post.station), "station")
        case.step("referral_done", clerk, reply | result)
        self._pass(case)

    def _duty(self, case: Chronicle) -> dict[str, Any]:
        name = self._names[case.finding.village_code]
        seat = f"{name[:-2]}社区居委会" if name.endswith("社区") else f"{name}委会"
        unit = case.finding.spot.unit_name
        return {"duty_unit": unit or seat, "duty_person": case.cadre}

    def _measures(self, case: Chronicle) -> str:
        """Return what the town itself can do: for a county hazard, keep people safe."""
        return self._say("interim") if case.finding.issue.beyond else case.finding.words[1]

    def _result(self, case: Chronicle) -> str:
        return self._say("town_result") if case.finding.issue.beyond else case.finding.words[2]

    def _village(self, case: Chronicle) -> tuple[str, str]:
        return case.cadre, "monitor"

    def _reviewer(self, case: Chronicle) -> tuple[str, str]:
        return (case.post.leader, "leader") if case.level == "major" else (case.post.station_person, "station")

    def _due(self, case: Chronicle) -> date:
        due = next(event["patch"]["due_on"] for event in reversed(case.events) if "due_on" in event["patch"])
        return date.fromisoformat(due)

    def _say(self, occasion: str) -> str:
        return str(self._chance.choice(self._phrases[occasion]))


def number_letters(cases: Sequence[Chronicle]) -> None:
    """Number the rectification notices and the letters to the county in the order they were sent."""
    for action, name, form in (
        ("assign", "notice_no", "思安改〔2021〕{}号（演示）"),
        ("refer", "ref_no", "思府函〔2021〕{}号（演示）"),
    ):
        sent = [event for case in cases for event in case.events if event["action"] == action]
        for number, event in enumerate(sorted(sent, key=lambda event: event["on"]), start=1):
            event["patch"][name] = form.format(number)
