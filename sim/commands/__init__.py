"""The commands: one function each from the parsed options to an exit code, and its options."""
