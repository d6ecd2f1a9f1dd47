"""Speed of the model, as a ratio to bare SimPy measured in the same run."""
