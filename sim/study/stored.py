"""A finished study read back from its folder, as it was when its tables were written."""

import json
import shlex
from pathlib import Path
from typing import Any, NoReturn

from sim.study import StudyError
from sim.study.replicate import Failure, StudyResult
from sim.study.store import LEDGER, Ledger, code_hash, content_hash, decode, under
from sim.study.tables import MANIFEST, SCENARIOS


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a finished study.

    Raises
    ------
    StudyError
        If there is none, or it is not one.
    """
    for name in (MANIFEST, LEDGER):
        if not (folder / name).is_file():
            _refuse(
                f"{folder} holds no finished study (no {name}); name the folder of `run` or "
                "`compare`"
            )
    manifest = _json(folder / MANIFEST)
    needed = {"command", "seed", "scenarios", "replications", "model_code_sha256"}
    if not isinstance(manifest, dict) or not needed <= manifest.keys():
        _refuse(f"{folder / MANIFEST} is not a manifest of a study")
    return manifest


def read_study(folder: Path) -> StudyResult:
    """The result of a finished study, from its ledger, manifest and scenarios.

    Raises
    ------
    StudyError
        If the folder holds no finished study, if a part of it was changed or lost, or if the
        model's code is another one by now; the text names the command to run again.
    """
    manifest = read_manifest(folder)
    again = f"run it again: {shlex.join(manifest['command'])}"
    code = code_hash()
    if manifest["model_code_sha256"] != code:
        _refuse(f"{folder}: the model has changed since this study was run; {again}")
    if not (folder / SCENARIOS).is_file():
        _refuse(f"{folder}: {SCENARIOS}, which `run` and `compare` write, is missing; {again}")
    told = manifest.get("reported", [said["name"] for said in manifest["scenarios"]])
    kept = [said for said in manifest["scenarios"] if said["name"] in told]
    kept.sort(key=lambda said: told.index(said["name"]))
    hashes = {said["name"]: said["sha256"] for said in kept}
    scenarios = _json(folder / SCENARIOS)
    ensemble = str(manifest.get("ensemble_sha256", ""))
    own = {said["name"]: said["plugins"] for said in kept if "plugins" in said}
    if {n: content_hash(under(c, ensemble, own.get(n))) for n, c in scenarios.items()} != hashes:
        _refuse(f"{folder}: {SCENARIOS} is not what was simulated; {again}")
    with Ledger(folder, code) as ledger:
        found = {name: ledger.done(key, manifest["replications"]) for name, key in hashes.items()}
    for said in kept:
        if len(found[said["name"]]) < said["replications_done"]:
            _refuse(
                f"{folder}: replications of {said['name']!r} are missing from {LEDGER}; {again}"
            )
    outcomes = {n: {r: decode(data) for r, data in by.items()} for n, by in found.items()}
    return StudyResult(
        names=tuple(hashes),
        outcomes=outcomes,
        seed=manifest["seed"],
        failures=tuple(
            Failure(f["scenario"], f["replication"], f["seed"], f["error"])
            for f in manifest["failures"]
        ),
        stopped_because=manifest["stopped_because"],
        replications=manifest["replications"],
        reused=sum(map(len, outcomes.values())),
        scenario_hashes=hashes,
        code_hash=code,
        scenarios=scenarios,
        ensemble=ensemble,
        plugins=own,
    )


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        _refuse(f"{path}: cannot be read: {error}")


def _refuse(message: str) -> NoReturn:
    raise StudyError(message, exit_code=2)
