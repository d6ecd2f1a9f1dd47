"""exp, log, powers and the normal quantile from + − × ÷ √ alone: the same bytes on every machine.

Libraries round their own functions as they like, and differently with the processor; those of IEEE
arithmetic are right to the last bit everywhere. The first half is for single numbers and is part of
the kernel's text; the second does the same steps for whole arrays (tests hold both together).

exp and log are those of FreeBSD's msun (Sun Microsystems 1993), right to within one unit in the
last place; the normal quantile is algorithm AS 241 (Wichura 1988), to about 1 part in 10^16.
"""

from __future__ import annotations

from math import floor, frexp, inf, ldexp, pi, sqrt
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Number = TypeVar("Number", float, Floats)

LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""ln 2 in two parts; the first has enough zeros at its end that whole multiples are exact."""
PER_LN2 = 1.44269504088896338700
SQRT_HALF = 0.70710678118654757
TINY = 2.0**-10
"""Up to which five terms of the series of exp are right to the last bit."""
SIXTH, TWENTY_FOURTH = 1.0 / 6.0, 1.0 / 24.0
MINUS_TINY = -TINY
NEAR_ZERO = 0.34
"""Less than half of ln 2."""
MOST_EXP, LEAST_EXP = 709.782712893384, -745.2
LEAST_UNIFORM = 2.0**-54
"""Stands for a uniform of 0, which has no normal quantile."""
CENTRAL = 0.425
"""Distance from the median up to which the normal quantile is one ratio of polynomials."""
MOST_STEPS = 500
"""Of a series or a search; far more than any needs."""
LANCZOS = (
    0.99999999999980993,
    676.5203681218851,
    -1259.1392167224028,
    771.32342877765313,
    -176.61502916214059,
    12.507343278686905,
    -0.13857109526572012,
    9.9843695780195716e-6,
    1.5056327351493116e-7,
)


def exp(x: float) -> float:
    """The exponential function."""
    if x <= TINY and x >= MINUS_TINY:  # most of what work teaches and a night makes forget
        return 1.0 + x * (1.0 + x * (0.5 + x * (SIXTH + x * TWENTY_FOURTH)))
    if -NEAR_ZERO <= x <= NEAR_ZERO:  # the same steps as below where k is 0, at half the cost
        t = x * x
        c = x - t * (
            1.66666666666666019037e-01
            + t
            * (
                -2.77777777770155933842e-03
                + t
                * (
                    6.61375632143793436117e-05
                    + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08)
                )
            )
        )
        return 1.0 + ((x * c) / (2.0 - c) + x)
    if x > MOST_EXP:
        return inf
    if x < LEAST_EXP:
        return 0.0
    k = floor(x * PER_LN2 + 0.5)
    return ldexp(exp_rest(x - k * LN2_HIGH, k * LN2_LOW), k)


def exp_rest(high: Number, low: Number) -> Number:
    """The exponential of high − low, which is at most half of ln 2 in size."""
    r = high - low
    t = r * r
    c = r - t * (
        1.66666666666666019037e-01
        + t
        * (
            -2.77777777770155933842e-03
            + t
            * (
                6.61375632143793436117e-05
                + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08)
            )
        )
    )
    return 1.0 - ((low - (r * c) / (2.0 - c)) - high)


def log(x: float) -> float:
    """Natural logarithm; minus infinity at 0."""
    if x <= 0.0:
        return -inf
    m, e = frexp(x)
    if m < SQRT_HALF:
        m *= 2.0
        e -= 1
    return log_rest(m - 1.0, float(e))


def log_rest(f: Number, e: Number) -> Number:
    """log((1 + f)·2^e) with 1 + f between √½ and √2."""
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (
        3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01)
    )
    odd = z * (
        6.666666666666735130e-01
        + w
        * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    half = 0.5 * f * f
    return e * LN2_HIGH - ((half - (s * (half + (odd + even)) + e * LN2_LOW)) - f)


def log1p(x: float) -> float:
    """log(1 + x), also where x is small."""
    u = 1.0 + x
    if u == 1.0:
        return x
    return log(u) - ((u - 1.0) - x) / u


def power(x: float, y: float) -> float:
    """X to the power of y, x not negative; errors grow with |y·log x| units in the last place."""
    if x == 1.0 or y == 0.0:
        return 1.0
    return exp(y * log(x)) if x > 0.0 else 0.0


def gamma(x: float) -> float:
    """The gamma function above 0, to about 1 part in 10^14 (Lanczos 1964, 9 terms, g = 7)."""
    series = LANCZOS[0]
    for i in range(1, len(LANCZOS)):
        series += LANCZOS[i] / (x - 1.0 + i)
    t = x + 6.5
    return sqrt(2.0 * pi) * power(t, x - 0.5) * exp(-t) * series


def lower_gamma(a: float, x: float) -> float:
    """Regularised lower incomplete gamma function P(a, x) = 1 − Q(a, x), by its series."""
    term = total = 1.0
    n = 0
    while term > total * 1e-17:
        n += 1
        term *= x / (a + n)
        total += term
    return total * exp(a * log(x) - x) / gamma(a + 1.0)


def upper_gamma(a: float, x: float) -> float:
    """Q(a, x) = 1 − P(a, x) for x > a + 1, by its continued fraction (Lentz's method)."""
    b = x + 1.0 - a
    c, d = 1e300, 1.0 / b
    product, i, step = d, 0, 0.0
    while abs(step - 1.0) > 1e-16 and i < MOST_STEPS:
        i += 1
        b += 2.0
        d = 1.0 / (b + i * (a - i) * d)
        c = b + i * (a - i) / c
        step = c * d
        product *= step
    return product * a * exp(a * log(x) - x) / gamma(a + 1.0)


def gamma_quantile(a: float, u: float) -> float:
    """The x with P(a, x) = u, for a shape `a` from 0.1 to 10.

    Newton's method in log x, on the logarithm of the smaller of P and Q so that both tails come out
    as exactly as the middle; held within a bracket that shrinks with every step.
    """
    if u <= 0.0:
        return 0.0
    low, high = (log(u) + log(gamma(a + 1.0))) / a, log(4.0 * a + 50.0)  # P(a, x) ≤ x^a / Γ(a + 1)
    upper = u > 0.5
    wanted = log(1.0 - u) if upper else log(u)
    t = low if low < log(a + 1.0) else log(a + 1.0)
    for _ in range(MOST_STEPS):
        x = exp(t)
        density = a * exp(a * t - x) / gamma(a + 1.0)  # of P in log x
        if x > a + 1.0:
            q = upper_gamma(a, x)
            p = 1.0 - q
        else:
            p = lower_gamma(a, x)
            q = 1.0 - p
        miss = wanted - log(q) if upper else log(p) - wanted
        if miss > 0.0:
            high = t
        else:
            low = t
        step = miss * (q if upper else p) / density
        t_next = t - step
        if not low < t_next < high:
            t_next = (low + high) / 2.0
        if abs(t_next - t) <= 1e-15 * max(1.0, abs(t)):
            return exp(t_next)
        t = t_next
    return exp(t)


def normal_quantile(u: float) -> float:
    """The value that a standard normal stays below with probability u."""
    q = u - 0.5
    if -CENTRAL <= q <= CENTRAL:
        return q * central_ratio(0.180625 - q * q)
    rare = u if q < 0.0 else 1.0 - u
    if rare < LEAST_UNIFORM:
        rare = LEAST_UNIFORM
    r = sqrt(-log(rare))
    x = tail_ratio(r - 1.6) if r <= 5.0 else far_ratio(r - 5.0)
    return -x if q < 0.0 else x


def central_ratio(r: Number) -> Number:
    """The quantile over its distance from the median, near the median."""
    return (
        (
            (
                (
                    (
                        (
                            (2509.0809287301226727 * r + 33430.575583588128105) * r
                            + 67265.770927008700853
                        )
                        * r
                        + 45921.953931549871457
                    )
                    * r
                    + 13731.693765509461125
                )
                * r
                + 1971.5909503065514427
            )
            * r
            + 133.14166789178437745
        )
        * r
        + 3.387132872796366608
    ) / (
        (
            (
                (
                    (
                        (
                            (5226.495278852545925 * r + 28729.085735721942674) * r
                            + 39307.89580009271061
                        )
                        * r
                        + 21213.794301586595867
                    )
                    * r
                    + 5394.1960214247511077
                )
                * r
                + 687.1870074920579083
            )
            * r
            + 42.313330701600911252
        )
        * r
        + 1.0
    )


def tail_ratio(r: Number) -> Number:
    """The quantile's size in the tails, r = √(−log of the tail) − 1.6."""
    return (
        (
            (
                (
                    (
                        (
                            (7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r
                            + 0.24178072517745061177
                        )
                        * r
                        + 1.27045825245236838258
                    )
                    * r
                    + 3.64784832476320460504
                )
                * r
                + 5.7694972214606914055
            )
            * r
            + 4.6303378461565452959
        )
        * r
        + 1.42343711074968357734
    ) / (
        (
            (
                (
                    (
                        (
                            (1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r
                            + 0.0151986665636164571966
                        )
                        * r
                        + 0.14810397642748007459
                    )
                    * r
                    + 0.68976733498510000455
                )
                * r
                + 1.6763848301838038494
            )
            * r
            + 2.05319162663775882187
        )
        * r
        + 1.0
    )


def far_ratio(r: Number) -> Number:
    """The same beyond √(−log of the tail) = 5."""
    return (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
                + 0.0012426609473880784386) * r + 0.026532189526576123093) * r
              + 0.29656057182850489123) * r + 1.7848265399172913358) * r
            + 5.4637849111641143699) * r + 6.6579046435011037772) / (
           ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r
                + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r
              + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
            + 0.59983220655588793769) * r + 1.0)  # fmt: skip


# --- whole arrays ---------------------------------------------------------------------------------


def exps(x: Floats) -> Floats:
    """`exp` of each number."""
    x = np.clip(x, LEAST_EXP, MOST_EXP)
    k = np.floor(x * PER_LN2 + 0.5)
    found: Floats = np.ldexp(exp_rest(x - k * LN2_HIGH, k * LN2_LOW), k.astype(np.int32))
    tiny = np.nonzero(np.abs(x) <= TINY)
    x = x[tiny]
    found[tiny] = 1.0 + x * (1.0 + x * (0.5 + x * (SIXTH + x * TWENTY_FOURTH)))
    return found


def logs(x: Floats) -> Floats:
    """`log` of each number, all above 0."""
    m, e = np.frexp(x)
    small = m < SQRT_HALF
    return log_rest(np.where(small, 2.0 * m, m) - 1.0, np.where(small, e - 1.0, e))


def log1ps(x: Floats) -> Floats:
    """`log1p` of each number, all above −1."""
    u = 1.0 + x
    return np.where(u == 1.0, x, logs(u) - ((u - 1.0) - x) / u)


def normal_quantiles(u: Floats) -> Floats:
    """`normal_quantile` of each number."""
    q = u - 0.5
    x = q * central_ratio(0.180625 - q * q)
    outer = np.nonzero(np.abs(q) > CENTRAL)
    q = q[outer]
    rare = np.maximum(np.where(q < 0.0, u[outer], 1.0 - u[outer]), LEAST_UNIFORM)
    r = np.sqrt(-logs(rare))
    size = tail_ratio(r - 1.6)
    far = r > 5.0
    if far.any():
        size[far] = far_ratio(r[far] - 5.0)
    x[outer] = np.where(q < 0.0, -size, size)
    return x
