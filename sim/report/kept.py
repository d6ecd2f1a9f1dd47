"""What is kept of a finished answer in its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

from sim.record.kpi import Kpi
from sim.record.kpis import kpi
from sim.report.answer import Answer, parse
from sim.report.assumptions import Assumption, assumptions, confidence_summary
from sim.report.brand import Brand
from sim.report.style import Look, looks
from sim.study import StudyError
from sim.study.checks import files as check_files
from sim.study.results import Figure, read_rows
from sim.study.stored import read_manifest
from sim.study.tables import ANSWER, RESULTS, SCENARIOS


@dataclass(frozen=True)
class Kept:
    """An answer with what lies beside it: the table of results, the scenarios, the manifest."""

    answer: Answer
    folder: Path
    brand: Brand
    manifest: Mapping[str, Any]
    scenarios: Mapping[str, Mapping[str, Any]]
    template: Path | None = None

    @cached_property
    def looks(self) -> dict[str, Look]:
        """The look of each scenario, the same in every chart."""
        return looks(list(self.answer.scenarios), self.brand.colours)

    @cached_property
    def rows(self) -> list[Figure]:
        """The one table of results."""
        path = self.folder / RESULTS
        return read_rows(path.read_text("utf-8")) if path.is_file() else []

    @cached_property
    def months(self) -> dict[str, dict[str, dict[str, Figure]]]:
        """What the whole hospital had by month, by KPI, and by scenario."""
        found: dict[str, dict[str, dict[str, Figure]]] = {}
        for row in self.rows:
            if not (row.spans or row.part):
                found.setdefault(row.period, {}).setdefault(row.kpi, {})[row.scenario] = row
        return dict(sorted(found.items()))

    @cached_property
    def kpis(self) -> list[Kpi]:
        """Definition of every KPI of the study."""
        names = dict.fromkeys(row.kpi for row in self.rows if row.spans)
        found = []
        for name in names:
            try:
                found.append(kpi(name))
            except KeyError:  # not a KPI: denied dollars by payer
                continue
        return found

    @cached_property
    def assumptions(self) -> list[Assumption]:
        """Every value of the scenarios."""
        return assumptions(self.scenarios)

    @property
    def differing(self) -> list[Assumption]:
        """The values in which the scenarios differ; those that only some have come last."""
        found = [each for each in self.assumptions if each.differs]
        return sorted(found, key=lambda each: not each.contrasts)

    @property
    def confidence(self) -> str:
        """How much of the study rests on what is not known."""
        return confidence_summary(self.assumptions)

    @cached_property
    def checks(self) -> list[tuple[str, str, str]]:
        """Verification on this very study, and of its files."""
        own = check_files(self.folder, self.manifest)
        return [*self.answer.checks, (own.what, own.found, own.verdict)]

    @property
    def manifest_text(self) -> str:
        """The manifest as it stands in its file."""
        return json.dumps(self.manifest, indent=2, ensure_ascii=False)


def read(folder: Path, brand: Brand, template: Path | None = None) -> Kept:
    """What lies in the folder of a finished answer.

    Raises
    ------
    StudyError
        If there is none, or it was changed since.
    """
    manifest = read_manifest(folder)
    path = folder / ANSWER
    if not path.is_file():
        _refuse(f"{folder} holds no answer ({ANSWER}); run its command again there")
    text = path.read_text("utf-8")
    if sha256(text.encode()).hexdigest() != manifest.get("outputs_sha256", {}).get(ANSWER):
        _refuse(f"{path} is not what the study wrote; run its command again there")
    try:
        answer = parse(text)
        scenarios = json.loads((folder / SCENARIOS).read_text("utf-8"))
    except (OSError, ValueError) as error:
        _refuse(f"{folder}: cannot be read: {str(error).splitlines()[0]}")
    told = {name: scenarios[name] for name in answer.scenarios if name in scenarios}
    return Kept(answer, folder, brand, manifest, told, template)


def _refuse(message: str) -> NoReturn:
    raise StudyError(message, exit_code=2)
