"""From the extracts that a user holds to a calibrated scenario.

Three kinds of modules, apart from each other: readers (a file to plain columns, identifiers hashed
on the way), fits (columns to an estimate with its interval), and what writes the results. No run
imports any of it.
"""
