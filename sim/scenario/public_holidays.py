"""Public holidays by country and state: which codes and years are known, and the days."""

from __future__ import annotations

import warnings
from collections.abc import Container
from datetime import date

from sim.scenario.problems import did_you_mean

NO_HOLIDAYS = "none"
"""The country code of an office that works on all its weekdays."""


def public_holidays(
    country: str, first_year: int, last_year: int, state: str | None = None
) -> Container[date]:
    """The public holidays of a known country, of those of the years for which they are known.

    With a known `state`, those that only it keeps are among them.
    """
    if country == NO_HOLIDAYS:
        return ()
    import holidays

    with warnings.catch_warnings():  # of years without movable feasts; see `why_unknown`
        warnings.simplefilter("ignore")
        years = range(first_year, last_year + 1)
        known = holidays.country_holidays(country, subdiv=state, years=years)
    return frozenset(known)


def why_no_state(country: str, state: str) -> str:
    """Why a known country has no public holidays of such a state; empty if it has."""
    if country == NO_HOLIDAYS:
        return f'a state needs a country with public holidays, not "{NO_HOLIDAYS}"'
    import holidays

    codes = holidays.list_supported_countries()[country]
    if state in codes:
        return ""
    if not codes:
        return f"no states of {country} with holidays of their own are known; leave it out"
    near = did_you_mean(state, codes)
    text = f"no state of {country} is called {state!r}; allowed: {', '.join(codes)}"
    return f"{text}; {near}" if near else text


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
