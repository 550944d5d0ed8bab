"""What can go wrong in a form beyond the rules of the domain."""

from forecasts.exceptions import RuleBrokenError


class StaleFormError(RuleBrokenError):
    """This question was changed while the form was open. What you typed is still here: read
    the question again, then save once more."""

    code = "stale_form"
