"""What happens: claims, agents, queues, payers and money, day by day."""

AUTO, COMPILED, SIMPY = "auto", "compiled", "simpy"
ENGINES = (AUTO, COMPILED, SIMPY)
"""Engines that a run can be asked for, by name (`sim.model.engines`)."""
