"""What is said: names made safe to print, labels of KPIs, numbers with the digits they have earned.

Terminal, charts and pages all take their words from here, so that they agree to the last digit.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

LABELS = {
    "denials.initial_rate": "Initial denial rate",
    "denials.final_rate": "Final denial rate",
    "denials.initial_usd_rate": "Initial denial rate, by value",
    "denials.initial_with_rfi_usd_rate": "Denied or asked, by value",
    "claims.first_pass_payment_rate": "First-pass payment rate",
    "claims.clean_claim_rate": "Clean-claim rate",
    "claims.rfi_rate": "Records requested",
    "claims.count": "Claims",
    "people.producing": "People at work",
    "people.plan": "People planned",
    "money.net_revenue_realisation": "Net revenue realised",
    "money.net_value_usd": "Net value",
    "money.tco": "Total cost of ownership",
    "money.fees_usd": "Vendor fees",
    "money.hospital_usd": "Hospital labour",
    "money.one_off_usd": "One-off costs",
    "money.breach_expected_usd": "Expected breach cost",
    "money.days_in_ar": "Days in A/R",
    "money.dnfb_days": "Days not final billed (DNFB)",
    "money.ar_over_90_share": "A/R older than 90 days",
    "money.cost_to_collect": "Cost to collect",
    "money.left_work_usd": "Work left behind",
    "money.care_saved_usd": "Care saved by lost visits",
    "denials.first_answer_rate": "Denied at first answer",
    "denials.initial_with_duplicates_rate": "Initial denial rate with duplicates",
    "denials.write_off_rate": "Denial write-offs",
    "appeals.won_rate": "Appeals won",
    "claims.untouched_rate": "Claims never touched",
    "people.turnover_cost_usd_per_year": "Cost of turnover per year",
    "people.turnover_cost_usd_per_leaver": "Cost of turnover per leaver",
    "denials.overturned_rate": "Denials overturned",
    "vendor.margin_usd": "Vendor's margin per year",
    "vendor.margin_share": "Vendor's margin over fees",
    "audit.takeback": "Taken back by audits",
    "cdi_gap": "Documentation (CDI) gap",
    "final_denial": "Final denials",
    "given_up": "Given up",
    "not_worked": "Denials not worked",
    "over_coding": "Over-coding (gain)",
    "records_request": "Records not sent",
    "short_pay": "Short payment",
    "takeback": "Audit takebacks",
    "timely_filing": "Filed too late",
    "under_coding": "Under-coding",
    "cdi_query": "CDI queries",
    "coding_inpatient": "Inpatient coding",
    "coding_outpatient": "Outpatient coding",
    "denials_clinical": "Clinical denials",
    "denials_technical": "Technical denials",
    "follow_up": "Follow-up",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMES = re.compile(r"[^\W\d][\w ,:]*")
"""Identifiers, such as several names of scenarios; a dotted path is none."""
_JOINERS = "\u200c\u200d"  # they shape Persian words and emoji; every other format mark may go
_MONEY = ((1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e5, 1e3, "K"))  # from, divided by, suffix
MOST_DIGITS = 2
"""Decimals that a row may have so that its differences agree."""


def plain(text: str, limit: int = 40) -> str:
    """A name from the user as one printable line of at most ``limit`` characters.

    An identifier reads as words: `in_house` is "in house". Control and direction marks go, a long
    name loses its middle (variants of one scenario differ at the end), and a right-to-left name is
    isolated so that it cannot reorder the sentence around it.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(
            " " if unicodedata.category(c) in ("Cc", "Cs") or ord(c) & 0xFFFE == 0xFFFE else c
            for c in text
            if unicodedata.category(c) != "Cf" or c in _JOINERS
        )
    if _NAMES.fullmatch(text):
        text = text.replace("_", " ")
    shown = " ".join(text.split()) or "(no name)"
    if len(shown) > limit:
        tail = limit // 3
        shown = f"{shown[: limit - tail - 1].rstrip()}…{shown[-tail:].lstrip()}"
    return f"\u2068{shown}\u2069" if right_to_left(shown) else shown


def spelt(text: str, known: Callable[[str], bool]) -> str:
    """A text with every letter that is not `known` spelt by its name, or else by its number.

    A rocket becomes [rocket], a syllable of Hangul its sound, a Chinese sign U+65B9.
    """
    return "".join(
        c if c.isascii() or not c.isprintable() or known(c) else _spelling(c) for c in text
    )


def _spelling(letter: str) -> str:
    name, kind = unicodedata.name(letter, ""), unicodedata.category(letter)
    if kind in ("Mn", "Me", "Cf"):
        return ""
    if kind.startswith("S") and name:
        return f"[{name.lower()}]"
    if kind[0] in "LM" and name and "IDEOGRAPH" not in name:
        return name.rpartition(" ")[2].lower()
    return f"U+{ord(letter):04X}"


def apart(names: Sequence[str], limit: int = 44) -> dict[str, str]:
    """Each name as `plain` shows it, numbered where two would look the same."""
    shown: dict[str, str] = {}
    for name in names:
        text, number = plain(name, limit), 2
        while text in shown.values():
            text, number = f"{plain(name, limit)} ({number})", number + 1
        shown[name] = text
    return shown


def right_to_left(text: str) -> bool:
    """Whether a text holds letters that are written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)


def label(kpi: str) -> str:
    """What people call a KPI, a queue or a loss: 'claims.rejection_rate' is 'Rejection rate'."""
    if kpi in LABELS:
        return LABELS[kpi]
    if kpi.startswith(("money.loss_usd.", "money.leakage.")):
        return label(kpi.rsplit(".", 1)[1])
    family, _, rest = kpi.partition(".")
    words, _, member = (rest or family).removesuffix("_usd").partition(".")
    of = f", {inside(label(member))}" if member else ""
    return sentence(words.replace("_", " ") + of)


def month_name(day: str) -> str:
    """A month in words: 'Jul 2025' of '2025-07-01' or '2025-07'."""
    at = date.fromisoformat(f"{day}-01" if len(day) == 7 else day)
    return f"{MONTHS[at.month - 1]} {at.year}"


_BOUND = re.compile(r"(?<=\d) (?=%|pts\b)")


def bound(text: str) -> str:
    """A text in which no line ends between a number and its unit."""
    return _BOUND.sub("\u00a0", text)


def inside(text: str) -> str:
    """A label inside a sentence: its first letter small, unless it begins with an acronym."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def brief(value: object) -> str:
    """A cell of a table: a number, also one that was read back, with four digits; text as it is."""
    if value == "":
        return ""
    if isinstance(value, str) and not value.isdigit():
        try:
            value = float(value)
        except ValueError:
            return plain(str(value), 120)
    if not isinstance(value, float):
        return plain(str(value), 80)
    if not math.isfinite(value) or value == 0:
        return "0" if value == 0 else "–"
    digits = 3 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):,.{max(digits, 0)}f}".replace("-", "−")


def sentence(text: str) -> str:
    """A text that begins with a capital letter, also where it begins with a name."""
    return text[:1].upper() + text[1:]


def contrast(values: Mapping[str, float], said: Mapping[str, str], what: str) -> str:
    """One sentence on the values of scenarios, baseline first: what is ``said``, then ``what``."""
    names = {name: plain(name) for name in values}
    base, *others = values
    if not others:
        return sentence(f"{names[base]}: {said[base]} {what}")
    if len(others) == 1:
        [own] = others
        if said[own] == said[base]:
            return sentence(f"{said[base]} {what} for both {names[base]} and {names[own]}")
        return sentence(f"{names[own]}: {said[own]} {what}, against {said[base]} for {names[base]}")
    low, *_, high = sorted(values, key=lambda name: values[name])
    return f"From {said[low]} ({names[low]}) to {said[high]} ({names[high]}) {what}"


@dataclass(frozen=True, slots=True)
class Form:
    """How the numbers of one row are written: all in one unit, with the same decimals.

    `after` stands behind a value, `apart` behind a difference: shares are in per cent, what lies
    between two of them is in points.
    """

    divisor: float
    before: str
    after: str
    apart: str
    digits: int

    def rounded(self, value: float) -> float:
        """What is printed of a value, as a number in the unit of the row."""
        return round(value / self.divisor, self.digits) + 0.0

    def apart_of(self, base: float, own: float) -> float:
        """How far the printed values lie apart, in the unit of the values."""
        return (self.rounded(own) - self.rounded(base)) * self.divisor

    def text(self, value: float, *, gap: bool = False, bare: bool = False) -> str:
        """A value with its unit; a `gap` has a sign, a `bare` number no unit."""
        if not math.isfinite(value):
            return "n/a"
        shown = self.rounded(value)
        sign = "−" if shown < 0 else "+" if gap and shown > 0 else ""
        text = f"{abs(shown):,.{max(self.digits, 0)}f}"
        if bare:
            return sign + text
        return f"{sign}{self.before}{text}{self.apart if gap else self.after}"

    def ends(self, low: float, high: float, *, gap: bool = False) -> str:
        """An interval in the unit of the row, such as '−9.6 to −8.2'; empty where it has no end."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return ""
        return " to ".join(self.text(end, gap=gap, bare=True) for end in (low, high))


def number(value: float, unit: str, se: float = math.nan, like: float = 0.0) -> str:
    """A value with its unit, rounded to the first digit of its standard error.

    Shares become per cent and dollars $K, M or B. Digits behind that of the standard error are
    noise and are not printed (Song & Schmeiser 2009; Wieland & Nelson 2009), nor more than one or
    two decimals. Without a standard error (one replication, or an exact value) about three digits
    are shown. `like` is a larger value beside it, whose unit (K, M) is used; without a standard
    error, to its thousandth.
    """
    form = _form([value, like], unit, difference=False)
    size = abs(value) / form.divisor
    if like and not math.isfinite(se) and math.isfinite(value):
        digits = 3 - math.floor(math.log10(like / form.divisor))
    else:
        digits = _decimals(size, se / form.divisor, unit, difference=False)
    return replace(form, digits=digits).text(value)


def interval(
    value: float, low: float, high: float, unit: str, *, difference: bool = False
) -> tuple[str, str]:
    """A mean or difference, and its 95 % interval: '−8.9 pts' and '−9.6 to −8.2'.

    The interval is in the unit of the value, rounded like it, and empty where it is not defined.
    """
    form = _form([value, low, high], unit, difference=difference)
    se = (high - low) / 4  # a 95 % interval is about four standard errors wide
    digits = _decimals(abs(value) / form.divisor, se / form.divisor, unit, difference=difference)
    form = replace(form, digits=digits)
    return form.text(value, gap=difference), form.ends(low, high, gap=difference)


def row_form(unit: str, values: Sequence[float], gaps: Sequence[float], se: float) -> Form:
    """The form of a row of values, the baseline first, and of their differences from it.

    Rounded to the first digit of `se`, or to one more where the printed differences are then those
    of the printed values.
    """
    known = [value for value in (*values, *gaps) if math.isfinite(value)]
    form = _form(known or [0.0], unit, difference=False)
    size = max((abs(value) for value in known), default=0.0) / form.divisor
    least = 1 if form.divisor > 1 else 0
    first = max(_decimals(size, se / form.divisor, unit, difference=True), least)
    for digits in range(first, max(first, min(first + 1, MOST_DIGITS)) + 1):
        wider = replace(form, digits=digits)
        if all(_agree(wider, values[0], *pair) for pair in zip(values[1:], gaps, strict=True)):
            return wider
    return replace(form, digits=first)


def _agree(form: Form, base: float, own: float, gap: float) -> bool:
    """Whether the printed difference is that of the printed values."""
    if not all(map(math.isfinite, (base, own, gap))):
        return True
    return form.text(form.apart_of(base, own), gap=True) == form.text(gap, gap=True)


def _form(values: Sequence[float], unit: str, *, difference: bool) -> Form:
    """Divisor and unit of numbers of this size; the digits are to be chosen."""
    largest = max(map(abs, filter(math.isfinite, values)), default=0.0)
    if unit == "share":
        return Form(0.01, "", " %", " pts", 0)
    if unit == "1/year":
        return Form(0.01, "", " % a year", " pts a year", 0)
    if unit in ("USD", "USD/year"):
        per = unit.replace("/", " a ")[3:]
        divisor, suffix = next(((d, s) for least, d, s in _MONEY if largest >= least), (1.0, ""))
        return Form(divisor, "$", suffix + per, suffix + per, 0)
    after = "" if unit in ("", "-") else f" {unit.replace('/', ' per ')}"
    return Form(1.0, "", after, after, 0)


def _decimals(size: float, se: float, unit: str, difference: bool) -> int:
    """Decimal places worth printing; negative where even whole units are noise."""
    most = 2 if difference or size < (1 if unit in ("share", "1/year") else 10) else 1
    if math.isfinite(se) and se > 1e-9 * size:  # less is how sums are rounded
        return min(-math.floor(math.log10(se)), most)
    return min(max(2 - math.floor(math.log10(size)), 0), most) if 0 < size < math.inf else 0
