"""A local page for planners who write no YAML; it simulates nothing, and calls the commands."""
