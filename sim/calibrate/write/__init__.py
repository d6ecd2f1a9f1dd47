"""Writing: the files of a calibration, all of them or none."""
