"""Own exp, log, power, gamma and normal quantile against the C library and SciPy."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.special import gammainccinv, gammaincinv, ndtri

from sim.model import arithmetic

ROOT = Path(__file__).resolve().parents[3]
RNG = np.random.default_rng(20240101)
EXPONENTS = np.concatenate(
    [
        RNG.uniform(-744, 709, 20_000),
        RNG.normal(size=20_000),
        RNG.normal(size=20_000) / 1000,
        [2.0**-10, -(2.0**-10), math.nextafter(2.0**-10, 1), math.nextafter(-(2.0**-10), -1)],
        [0.0, 0.34, -0.34, 0.3400001, math.log(2) / 2, -math.log(2) / 2],
    ]
)
POSITIVE = np.concatenate(
    [np.exp(RNG.uniform(-700, 700, 20_000)), RNG.uniform(0.5, 2.0, 20_000), [1.0, 5e-324, 0.5]]
)
UNIFORMS = np.concatenate(
    [
        RNG.random(40_000),
        10.0 ** -RNG.uniform(1, 15, 5_000),
        1 - 10.0 ** -RNG.uniform(1, 12, 5_000),
        [0.075, 0.925, 0.5],
    ]
)


def ulps(found: np.ndarray, right: np.ndarray) -> float:
    """Largest distance in units in the last place."""
    return float(np.max(np.abs(found - right) / np.spacing(np.abs(right))))


def test_exp_is_right_to_a_unit_in_the_last_place() -> None:
    normal = EXPONENTS[EXPONENTS > -708]  # below lie numbers with fewer digits
    right = np.array([math.exp(x) for x in normal])
    assert ulps(arithmetic.exps(normal), right) <= 1.0
    assert arithmetic.exp(1000.0) == math.inf
    assert arithmetic.exp(-1000.0) == 0.0
    assert arithmetic.exp(0.0) == 1.0


def test_log_is_right_to_a_unit_in_the_last_place() -> None:
    right = np.array([math.log(x) for x in POSITIVE])
    found = arithmetic.logs(POSITIVE)
    assert ulps(found[right != 0], right[right != 0]) <= 1.0
    assert arithmetic.log(1.0) == 0.0
    assert arithmetic.log(0.0) == -math.inf


def test_log1p_keeps_small_numbers() -> None:
    small = np.concatenate([RNG.uniform(-0.999, 3, 10_000), RNG.normal(size=1000) * 1e-12])
    right = np.array([math.log1p(x) for x in small])
    assert np.max(np.abs(arithmetic.log1ps(small) / right - 1)) < 1e-15


def test_power_is_right_to_fifteen_digits() -> None:
    for x, y in zip(RNG.uniform(0.01, 5, 5_000), RNG.uniform(-4, 4, 5_000), strict=True):
        assert arithmetic.power(x, y) == pytest.approx(x**y, rel=4e-15)
    assert arithmetic.power(0.0, 0.5) == 0.0
    assert arithmetic.power(0.0, 0.0) == 1.0


def test_gamma_is_right_to_thirteen_digits() -> None:
    for x in np.linspace(1.0, 12.0, 500):
        assert arithmetic.gamma(float(x)) == pytest.approx(math.gamma(x), rel=2e-14)


def test_the_normal_quantile_is_right_to_fourteen_digits() -> None:
    right = ndtri(UNIFORMS)
    found = arithmetic.normal_quantiles(UNIFORMS)
    assert np.max(np.abs(found - right) / np.maximum(np.abs(right), 1e-2)) < 1e-13


def test_a_uniform_of_nought_has_a_quantile() -> None:
    assert -8.5 < arithmetic.normal_quantile(0.0) < -8.0
    assert 8.0 < arithmetic.normal_quantile(1.0 - 2.0**-53) < 8.5
    assert arithmetic.normal_quantile(0.5) == 0.0


PAIRS = [
    (arithmetic.exp, arithmetic.exps, EXPONENTS),
    (arithmetic.log, arithmetic.logs, POSITIVE),
    (arithmetic.log1p, arithmetic.log1ps, UNIFORMS - 0.5),
    (arithmetic.normal_quantile, arithmetic.normal_quantiles, UNIFORMS),
]


@pytest.mark.parametrize(
    ("one", "many", "numbers"), PAIRS, ids=lambda x: getattr(x, "__name__", "")
)
def test_arrays_are_worked_out_as_single_numbers_are(one, many, numbers) -> None:  # type: ignore[no-untyped-def]
    assert [one(float(x)) for x in numbers] == many(numbers).tolist()


PROGRAM = """
from tests.digests import digests
from tests.scenarios import scenario
from sim.model.simulation import run
for name in ("generalist", "five_functions_generalist"):
    print(digests(run(scenario(name, "people.learning_law=lfcm", days=90, last=20), 0, "simpy")))
"""
PROCESSORS = {
    "NumPy without its widest vectors": {"NPY_DISABLE_CPU_FEATURES": "X86_V4"},
    "a C library without fused multiplication": {
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F"
    },
}


@pytest.mark.parametrize("less", PROCESSORS.values(), ids=PROCESSORS)
def test_a_record_does_not_depend_on_the_processor(less: dict[str, str]) -> None:
    """The same bytes as on a machine that lacks some of this one's instructions."""

    def printed(more: dict[str, str]) -> str:
        environment = {**os.environ, **more}
        command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode and "CPU" in done.stderr:
            pytest.skip(f"this machine cannot do with less: {done.stderr.splitlines()[-1]}")
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert printed(less) == printed({})


@pytest.mark.parametrize("a", [0.2, 0.5, 1.0, 1 / 0.8, 1 / 0.75, 2.0, 5.0])
def test_gamma_quantile_is_right_in_the_middle_and_in_both_tails(a: float) -> None:
    uniforms = np.concatenate([UNIFORMS[::400], [1e-16, 0.5, 1 - 2.0**-53]])
    found = np.array([arithmetic.gamma_quantile(a, float(u)) for u in uniforms])
    low = gammaincinv(a, np.minimum(uniforms, 0.5))
    right = np.where(uniforms < 0.5, low, gammainccinv(a, np.minimum(1 - uniforms, 0.5)))
    assert np.max(np.abs(found / right - 1)) < 1e-12
    assert arithmetic.gamma_quantile(a, 0.0) == 0.0
