# A docstring, behind this line.
"""A docstring before everything."""
print(__doc__)
