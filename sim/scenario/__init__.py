"""What the user writes: scenario files, their meaning, and what can be wrong with them."""

from sim.scenario.problems import Problem, ScenarioError

__all__ = ["Problem", "ScenarioError"]
