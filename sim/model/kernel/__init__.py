"""What happens to claims, agents and queues: one text that both engines run."""
