"""The kernel's text as C: what is translated means the same; what C does not have is refused."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path
from types import FunctionType
from typing import cast

import pytest

from sim.model.codes import heading
from sim.model.compiled.c_types import NotTranslatableError
from sim.model.compiled.translate import Unit

LIMITS = (3, 5, 8)


@heading
class Sign:
    """A list of codes for these tests."""

    MINUS, PLUS = -1, 1


def steps(n: int, x: float) -> float:
    """Loops, branches, widening and several assignments at once."""
    a, b = 1, 2.5
    total = 0
    for i in range(1, n):
        if i % 3 == 0:
            continue
        if i > 40:
            break
        total += i // 2
        a, b = a + 1, b - a
    while total > 10:
        total = total - 7
    total *= x
    return total + a * b + (x if 0.0 < x < 1.0 else -x)


def limits(i: int) -> int:
    """A table of the module, its length, and codes."""
    return LIMITS[i] + len(LIMITS) + Sign.PLUS + Sign.MINUS * i


def rounding(x: float) -> int:
    """Python's rounding: halves go to the even neighbour."""
    return round(x) * 1000 + int(x) + max(1, 2) + (1 if not x or x > 2.0 else 0)


def twice(x: int) -> int:
    """Called by number."""
    return 2 * x


def square(x: int) -> int:
    """Called by number, too."""
    return x * x


CHOICES = (twice, square)


def chosen(i: int, x: int) -> int:
    """One of some functions, by number."""
    return CHOICES[i](x)


def as_c(function: object, tmp_path: Path) -> ctypes._CFuncPtr:
    """A function compiled, to be called with what it takes."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler here")
    f = cast(FunctionType, function)
    head = """#include <stdint.h>
#include <math.h>
static int64_t max_whole(int64_t a, int64_t b) { return b > a ? b : a; }
static int64_t round_half_even(double x) { return (int64_t)rint(x); }
"""
    text = head + Unit([f]).text().replace(f" k_{f.__name__}(", f" exported_{f.__name__}(").replace(
        f"static {'double' if f is steps else 'int64_t'} exported_",
        f"{'double' if f is steps else 'int64_t'} exported_",
    )
    source, library = tmp_path / "text.c", tmp_path / "text.so"
    source.write_text(text)
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-ffp-contract=off", str(source), "-o", str(library), "-lm"],
        check=True,
    )
    made = getattr(ctypes.CDLL(str(library)), f"exported_{f.__name__}")
    kinds = {"int": ctypes.c_int64, "float": ctypes.c_double}
    names = [str(f.__annotations__[p]) for p in f.__code__.co_varnames[: f.__code__.co_argcount]]
    made.argtypes = [kinds[name] for name in names]
    made.restype = kinds[str(f.__annotations__["return"])]
    return made


def test_statements_mean_the_same(tmp_path: Path) -> None:
    compiled = as_c(steps, tmp_path)
    for n in (0, 1, 5, 30, 100):
        for x in (0.3, 1.0, -2.5, 7.0):
            assert compiled(n, x) == steps(n, x), (n, x)


def test_tables_and_codes_mean_the_same(tmp_path: Path) -> None:
    compiled = as_c(limits, tmp_path)
    assert [compiled(i) for i in range(3)] == [limits(i) for i in range(3)]


def test_rounding_means_the_same(tmp_path: Path) -> None:
    compiled = as_c(rounding, tmp_path)
    for x in (0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 0.0, 1e6 + 0.5):
        assert compiled(x) == rounding(x), x


def test_functions_are_chosen_by_number(tmp_path: Path) -> None:
    compiled = as_c(chosen, tmp_path)
    assert [compiled(i, 7) for i in range(2)] == [14, 49]


def sets(x: float) -> float:
    """A container that C does not have."""
    return x + len({x})


def powers(x: float) -> float:
    """`**`, which the two languages round differently."""
    return x**2


def truth_as_number(x: float) -> int:
    """A truth that is counted with."""
    return (x > 1.0) + 1


def names(x: float) -> float:
    """Arguments by name."""
    return steps(n=1, x=x)


def unknown(x: float) -> float:
    """A function that is none of the kernel's."""
    return abs(x)


def narrowed(x: float) -> int:
    """A number with a fraction where a whole one is wanted."""
    return twice(x)  # type: ignore[arg-type]


def exceptions(x: float) -> float:
    """Errors, which C does not raise."""
    try:
        return 1.0 / x
    except ZeroDivisionError:
        return 0.0


@pytest.mark.parametrize(
    "function",
    [sets, powers, truth_as_number, names, unknown, narrowed, exceptions],
    ids=lambda f: f.__name__,
)
def test_what_c_does_not_have_is_refused_with_its_place(function: FunctionType) -> None:
    with pytest.raises(NotTranslatableError, match=r"test_translate\.py:\d+: "):
        Unit([function])


def test_the_place_is_that_of_the_statement() -> None:
    first = exceptions.__code__.co_firstlineno
    with pytest.raises(NotTranslatableError, match=rf"test_translate\.py:{first + 2}: Try"):
        Unit([exceptions])
