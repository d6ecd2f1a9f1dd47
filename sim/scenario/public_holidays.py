"""Public holidays by country: which codes and years are known, and the days themselves."""

from __future__ import annotations

import warnings
from collections.abc import Container
from datetime import date

from sim.scenario.problems import did_you_mean

NO_HOLIDAYS = "none"
"""The country code of an office that works on all its weekdays."""


def public_holidays(country: str, first_year: int, last_year: int) -> Container[date]:
    """The public holidays of a known country, of those of the years for which they are known."""
    if country == NO_HOLIDAYS:
        return ()
    import holidays

    with warnings.catch_warnings():  # of years without movable feasts; see `why_unknown`
        warnings.simplefilter("ignore")
        known = holidays.country_holidays(country, years=range(first_year, last_year + 1))
    return frozenset(known)


def why_unknown(country: str, first_year: int, last_year: int) -> str:
    """Why the public holidays of a country and of these years are not known; empty if they are."""
    if country == NO_HOLIDAYS:
        return ""
    import holidays

    codes = holidays.list_supported_countries()
    if country not in codes:
        near = did_you_mean(country, [*codes, NO_HOLIDAYS]) if len(country) <= 4 else ""
        allowed = f'an ISO 3166 code such as US, DE or IN, or "{NO_HOLIDAYS}"'
        text = f"no country with public holidays is called {country!r}; allowed: {allowed}"
        return f"{text}; {near}" if near else text
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        entity = holidays.country_holidays(country, years=range(first_year, last_year + 1))
    first, last = entity.start_year, entity.end_year
    if first <= first_year and last_year <= last and not told:
        return ""
    known = str(told[0].message) if told else f"they are known from {first} to {last}"
    return (
        f"the run goes from {first_year} to {last_year}, and not all public holidays of {country} "
        f'in these years are known ({known}); allowed: "{NO_HOLIDAYS}", or another start'
    )
