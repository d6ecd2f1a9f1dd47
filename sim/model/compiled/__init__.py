"""The compiled engine: the kernel's text as C, driven in step with SimPy."""
