"""Loads the oracle that warns about its own imports, where warnings are errors."""

import warnings

with warnings.catch_warnings():
    # statsmodels 0.14 uses parts of pandas that pandas 3 calls deprecated.
    warnings.simplefilter("ignore")
    import statsmodels.api  # noqa: F401  (loaded here once, so that tests import it in silence)
