"""Playbooks hold what holds: rule changes age them, retraining mends them, and they cost time."""

from __future__ import annotations

import pytest

from sim.model.workforce import Team
from tests.scenarios import scenario, world_of

V = "vendors.generalist"


def team_with(*overrides: str) -> Team:
    """A team on its first morning."""
    world = world_of(scenario("generalist", *overrides))
    team = world.teams[0]
    team.open_doors()
    team.take_over()
    return team


@pytest.mark.parametrize("effective", [0.0, 0.6])
def test_a_rule_change_makes_the_playbook_as_old_as_those_who_wrote_it(effective: float) -> None:
    team = team_with(
        f"{V}.conformance=1",
        f"{V}.retraining.effectiveness_share={effective}",
        f"{V}.retraining.delay_days=10",
    )
    env, before = team.roster.env, team.roster.playbook
    assert before > 0.1
    team.policy_change([], client=True, obsolete=0.9)
    assert team.roster.playbook == pytest.approx(0.1 * before)
    newcomer = team.roster.entry_client()
    assert newcomer == pytest.approx(max(0.1 * before, team.vendor.entry_knowledge.client))
    env.run(until=10.5)
    assert team.roster.playbook == pytest.approx((1 - 0.9 * (1 - effective)) * before)


def test_a_rule_change_that_spares_the_client_part_spares_the_playbook() -> None:
    team = team_with(f"{V}.conformance=1")
    before = team.roster.playbook
    team.policy_change([0, 1], client=False, obsolete=0.9)
    assert team.roster.playbook == before


def test_playbooks_take_the_time_that_is_written() -> None:
    share = {}
    for conformance in (0.0, 0.5, 1.0):
        team = team_with(
            f"{V}.conformance={conformance}",
            "people.playbook_time_share=0.04",
            *(
                f"certifications.{c}.education_hours_per_year=0"
                for c in ("none", "CPC", "CCS", "RHIT", "RN")
            ),
        )
        seniors = [a for a in team.employed if not a.pupils]
        [share[conformance]] = {round(a.productive_share, 12) for a in seniors}
    assert share[0.5] == pytest.approx(share[0.0] * 0.98)
    assert share[1.0] == pytest.approx(share[0.0] * 0.96)
