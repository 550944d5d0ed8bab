"""The version of the formulas."""

# Raised when a formula changes, so that what was computed before is computed anew.
STATISTICS_VERSION = 2
