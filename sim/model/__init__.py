"""What happens: claims, queues, people, payers and money, simulated."""
