"""Extracts with a known truth, as a hospital or a vendor would hold them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, lgamma
from pathlib import Path

import numpy as np

from sim.calibrate.read.event_log import Log
from sim.cli import main

AS_OF = date(2025, 6, 30)
NAMES = ("Kowalczyk", "Oyelaran", "Zhao")
"""Looked for in every byte of what a calibration writes."""
Spell = tuple[date, date | None]


def scale_days(rate: float, shape: float) -> float:
    """Weibull scale of tenure whose mean is one over the rate."""
    return float(365.25 / rate / exp(lgamma(1 + 1 / shape)))


def staff(
    seats: int = 70, rate: float = 0.4, shape: float = 0.8, days: int = 365, seed: int = 1
) -> list[Spell]:
    """Spells of the people of some seats, each filled again at once, who were there in a window."""
    rng = np.random.default_rng(seed)
    scale, start = scale_days(rate, shape), AS_OF - timedelta(days=days)
    found: list[Spell] = []
    for _ in range(seats):
        day = -9000.0 - rng.uniform(0, 900)
        while day < days:
            end = day + scale * rng.weibull(shape)
            if end > 0:
                left = start + timedelta(days=int(end)) if end < days else None
                found.append((start + timedelta(days=int(np.floor(day))), left))
            day = end
    return found


def us(day: date | None) -> str:
    """A day as American tables write it."""
    return day.strftime("%m/%d/%Y") if day else ""


def people_rows(
    spells: Sequence[Spell], written: Callable[[date | None], str] = us
) -> list[list[str]]:
    """A table of people with names, and a certification for every fourth."""
    head = ["Employee ID", "Last Name", "Birth Date", "Hire Date", "Term Date", "Credential"]
    return [
        head,
        *(
            [
                f"KX-{i:05}",
                NAMES[i % 3],
                "1961-02-03",
                written(hired),
                written(left),
                "CPC" if i % 4 == 0 else "",
            ]
            for i, (hired, left) in enumerate(spells)
        ),
    ]


def write_csv(path: Path, rows: Iterable[Sequence[object]], **form: str) -> Path:
    """Rows as a text file."""
    encoding = form.pop("encoding", "utf-8")
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, **form).writerows(rows)  # type: ignore[arg-type]
    return path


def calibrated(folder: Path, *words: str | Path, base: str = "article/generalist.yaml") -> int:
    """Exit code of a calibration into the folder `out` of another."""
    out = ["--base", base, "--as-of", AS_OF.isoformat(), "--out", str(folder / "out")]
    return main(["calibrate", *map(str, words), *out])


def work_log(
    seed: int = 1,
    veterans: int = 40,
    newcomers: int = 30,
    a_day: float = 3.0,
    slowdown: float = 0.8,
    rate: float = 0.8,
    selection: float = 0.0,
    days: int = 365,
) -> Log:
    """A year of sittings; newcomers come over its first seven months, learn, and may leave.

    With `selection` the slow are the likelier to leave: hazard × exp(selection · effect / 0.3).
    """
    rng = np.random.default_rng(seed)
    people = veterans + newcomers
    effect = rng.normal(0, 0.3, people)
    first = np.where(np.arange(people) < veterans, 0.0, rng.uniform(35, 210, people))
    stay = rng.exponential(500 * np.exp(-selection * effect / 0.3))
    last = np.minimum(first + stay + 5, days)
    items = rng.poisson(a_day * (last - first) * 5 / 7)
    person = np.repeat(np.arange(people), items)
    day = np.floor(first[person] + rng.random(len(person)) * (last - first)[person])
    day -= np.maximum(day % 7 - 4, 0)  # the log begins on a Monday; nobody works at weekends
    day = np.maximum(day, np.ceil(first[person]))
    activity = rng.integers(0, 4, len(person))
    months = np.where(person < veterans, np.inf, (day - first[person]) / 30.4375)
    with np.errstate(invalid="ignore"):
        curve = np.log1p(slowdown * np.exp(-rate * months))
    logs = 1.0 + 0.4 * activity + effect[person] + curve + rng.normal(0, 1.0, len(person))
    start = (day + 19_000 - 19_000 % 7 + 4 + rng.random(len(person)) / 3) * 86_400
    start = np.floor(start)
    end = start + np.maximum(np.round(np.exp(logs) * 60), 1)
    names = ["coding_inpatient", "coding_outpatient", "edits", "follow_up"]
    number = np.arange(len(person))
    return Log(number, activity, person, start, end, names, True)


@dataclass(frozen=True)
class PlantedPayer:
    """What a payer of planted claim files does."""

    name: str
    filing: str
    part: float
    denied: float
    silent: float
    reply: tuple[float, float, float]


PLANTED = (
    PlantedPayer("MEDICARE", "MA", 0.3, 0.06, 0.01, (14, 15, 16)),
    PlantedPayer("BIG HEALTH PLAN", "CI", 0.5, 0.12, 0.03, (14, 21, 45)),
    PlantedPayer("STATE MEDICAID", "MC", 0.2, 0.10, 0.02, (16, 24, 34)),
)
PLANTED_MIX = {"27": 0.4, "16": 0.1, "197": 0.2, "50": 0.3}
"""Reasons of the denials: REG, DATA, AUTH, DOC."""
PLANTED_RECOVERY = 0.7


def claim_files(n: int = 20_000, seed: int = 1, days: int = 420) -> tuple[str, str]:
    """An 837 and an 835 of so many claims, with patients whose names must never come out."""
    rng = np.random.default_rng(seed)
    start = AS_OF - timedelta(days=days)
    sent: list[str] = []
    paid: dict[tuple[int, str], list[str]] = {}
    for i in range(n):
        payer = PLANTED[int(rng.choice(3, p=[p.part for p in PLANTED]))]
        served = start + timedelta(days=int(rng.integers(0, days)))
        begun = served + timedelta(days=5)
        charge = round(float(rng.lognormal(6.7, 0.8)), 2)
        sent.append(_sent(i, payer, served, begun, charge, "1"))
        if rng.random() < payer.silent:
            continue
        answered = begun + timedelta(days=round(float(rng.triangular(*payer.reply))))
        denied = rng.random() < payer.denied
        reason = str(rng.choice(list(PLANTED_MIX), p=list(PLANTED_MIX.values())))
        _pay(paid, i, payer, answered, charge, 0.0 if denied else charge * 0.4, reason)
        if denied:
            again = answered + timedelta(days=int(rng.integers(5, 20)))
            decided = again + timedelta(days=int(rng.integers(20, 70)))
            if again <= AS_OF:
                sent.append(_sent(i, payer, served, again, charge, "7"))
            won = rng.random() < PLANTED_RECOVERY
            _pay(paid, i, payer, decided, charge, charge * 0.4 if won else 0.0, reason)
    isa = (
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *250630*1200*^*00501*"
    )
    head = f"{isa}000000001*0*P*:~GS*HC*A*B*20250630*1200*1*X*005010X223A2~"
    answers = "".join(
        f"ST*835*{k:04}~BPR*I*1*C*ACH************{AS_OF - timedelta(days=ago):%Y%m%d}~"
        f"N1*PR*{name}~" + "".join(lines) + f"SE*{4 + 3 * len(lines)}*{k:04}~"
        for k, ((ago, name), lines) in enumerate(sorted(paid.items()))
        if ago >= 0
    )
    return head + "".join(sent), head.replace("HC*A", "HP*A") + answers


def _sent(i: int, payer: PlantedPayer, served: date, sent: date, charge: float, kind: str) -> str:
    return (
        f"ST*837*{i:06}~BHT*0019*00*{i}*{sent:%Y%m%d}*1200*CH~HL*1**22*0~SBR*P*18*******"
        f"{payer.filing}~NM1*IL*1*{NAMES[i % 3]}*JAN****MI*KX-{i:05}~DMG*D8*19610203*F~"
        f"NM1*PR*2*{payer.name}*****PI*1~CLM*KX-{i:05}*{charge}***13:A:{kind}*Y*A*Y*Y~"
        f"DTP*434*RD8*{served:%Y%m%d}-{served:%Y%m%d}~HI*ABK:J069~SE*11*{i:06}~"
    )


def _pay(
    paid: dict[tuple[int, str], list[str]],
    i: int,
    payer: PlantedPayer,
    day: date,
    charge: float,
    money: float,
    reason: str,
) -> None:
    """Add an answer to the 835 of its day and payer."""
    status = 1 if money else 4
    rest = charge - money
    code = f"CO*45*{rest:.2f}" if money else f"CO*{reason}*{rest:.2f}"
    paid.setdefault(((AS_OF - day).days, payer.name), []).append(
        f"CLP*KX-{i:05}*{status}*{charge}*{money:.2f}**{payer.filing}*9{i}*13*1~CAS*{code}~"
        f"NM1*QC*1*{NAMES[i % 3]}*JAN****MI*KX-{i:05}~"
    )


WORKED_RISE = (0.95, 120.0, 1.5)
"""Most, halfway amount and steepness by which planted denials are worked."""


def denial_rows(n: int = 6000, seed: int = 1, days: int = 500) -> list[list[str]]:
    """A work list: the large are worked more, 0.6 of those worked are recovered in the end."""
    rng = np.random.default_rng(seed)
    most, halfway, steepness = WORKED_RISE
    rows = [
        [
            "Account No",
            "Payer",
            "CARC",
            "Denial Date",
            "Denied Amount",
            "Date Worked",
            "Closed",
            "Recovered Amount",
        ]
    ]
    for i in range(n):
        denied = AS_OF - timedelta(days=int(rng.integers(1, days)))
        amount = float(rng.lognormal(6, 1.4))
        worked = rng.random() < most / (1 + (halfway / amount) ** steepness)
        start, closed = (denied + timedelta(days=int(d)) for d in rng.integers((2, 30), (20, 110)))
        won = worked and rng.random() < 0.6
        done = worked and closed <= AS_OF
        rows.append(
            [
                f"KX-{i:05}",
                NAMES[i % 3],
                "CO-197" if i % 2 else "CO-27",
                denied.isoformat(),
                f"${amount:,.2f}",
                start.isoformat() if worked and start <= AS_OF else "",
                closed.isoformat() if done else "",
                f"{amount:.2f}" if done and won else "0",
            ]
        )
    return rows


MINUTES = {"Code OP": 5.0, "Edits": 7.0, "Follow-up": 11.0}
"""Minutes of an item of planted productivity sheets, by the name of its queue there."""


def productivity_rows(people: int = 20, days: int = 30, seed: int = 1) -> list[list[str]]:
    """Items and hours by person, day and queue; hours are those of the whole day."""
    rng = np.random.default_rng(seed)
    rows = [["User", "Work Date", "Work Queue", "Items", "Productive Hours"]]
    pace = rng.lognormal(0, 0.2, people)
    pace /= pace.mean()
    for p in range(people):
        for d in range(days):
            day = AS_OF - timedelta(days=d)
            shares = rng.dirichlet([0.7, 0.7, 0.7])
            items = [
                int(s * 400 / (m * pace[p])) for s, m in zip(shares, MINUTES.values(), strict=True)
            ]
            spent = sum(i * m for i, m in zip(items, MINUTES.values(), strict=True)) * pace[p]
            hours = f"{spent * rng.lognormal(0, 0.05) / 60:.2f}"
            rows += [
                [f"{NAMES[p % 3]} {p}", day.isoformat(), queue, str(count), hours]
                for queue, count in zip(MINUTES, items, strict=True)
            ]
    return rows


def audit_rows(people: int = 60, seed: int = 1) -> list[list[str]]:
    """Audits of coders whose knowledge rises from 0.2 at 0.3 a month, and which way they err."""
    rng = np.random.default_rng(seed)
    rows = [
        [
            "Coder ID",
            "Credential",
            "Hire Date",
            "Audit Date",
            "Codes Reviewed",
            "Codes Correct",
            "Impact USD",
        ]
    ]
    for p in range(people):
        hired = AS_OF - timedelta(days=int(rng.integers(60, 900)))
        floor, ceiling = (0.74, 0.975) if p % 2 else (0.60, 0.885)
        for _ in range(12):
            months = float(rng.uniform(0, (AS_OF - hired).days / 30.4375))
            settled = 0.3 / 0.32
            knows = settled - (settled - 0.2) * np.exp(-0.32 * months)
            right = int(rng.binomial(40, floor + (ceiling - floor) * knows))
            impact = "" if right == 40 else "120.50" if rng.random() < 0.7 else "(80.00)"
            day = hired + timedelta(days=int(months * 30.4375))
            rows.append(
                [
                    f"KX-{p}",
                    "CPC" if p % 2 else "None",
                    hired.isoformat(),
                    day.isoformat(),
                    "40",
                    str(right),
                    impact,
                ]
            )
    return rows
