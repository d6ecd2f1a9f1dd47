"""What an employer of agents pays besides wages, recruiting and programmes: burden and overhead."""

from __future__ import annotations

from sim.scenario.fields import Model, lever, uncertainty


class Costs(Model):
    """Costs that come with the agents; none of them is billed to the hospital."""

    burden_share: float = uncertainty(
        "Payroll taxes and benefits, over wages", "share", "assumption", ge=0, le=2, default=0.0
    )
    span_of_control: int = lever(
        "Agents for each supervisor; 0 for no supervisors", "people", "B5", ge=0, le=1000, default=0
    )
    supervisor_usd_per_hour: float = uncertainty(
        "Cost of a supervisor, burden included, for each paid hour of the agents led",
        "USD/hour",
        "assumption",
        ge=0,
        le=500,
        default=0.0,
    )
    agents_per_qa: int = lever(
        "Agents for each person of the employer's quality assurance; 0 for none",
        "people",
        "B5",
        ge=0,
        le=1000,
        default=0,
    )
    qa_usd_per_hour: float = uncertainty(
        "Cost of a person of quality assurance, burden included, for each paid hour of the agents "
        "checked",
        "USD/hour",
        "assumption",
        ge=0,
        le=500,
        default=0.0,
    )
    trainer_usd_per_class_day: float = uncertainty(
        "Cost of teaching one class for a working day; classes have at most `hiring.class_size` "
        "people where they start on set days",
        "USD/day",
        "assumption",
        ge=0,
        le=100000,
        default=0.0,
    )
    facilities_usd_per_agent_year: float = uncertainty(
        "Seat, equipment and systems of a full-time agent, from the first day of employment",
        "USD/year",
        "assumption",
        ge=0,
        le=1000000,
        default=0.0,
    )

    @property
    def overhead_usd_per_hour(self) -> float:
        """Supervisors and quality assurance for a paid hour of an agent."""
        usd = self.supervisor_usd_per_hour / self.span_of_control if self.span_of_control else 0.0
        return usd + (self.qa_usd_per_hour / self.agents_per_qa if self.agents_per_qa else 0.0)
