"""The rules that a reader can break. Each class's docstring is its message."""

from forecasts.exceptions import RuleBrokenError


class ChoicesChangedError(RuleBrokenError):
    """These choices were changed meanwhile, perhaps in another window. Nothing was saved yet, and
    what you chose is still in the form: save once more to put it in place of what is there."""

    code = "choices_changed"


class NothingLeftError(RuleBrokenError):
    """Nothing would be left to send. Keep the digest or the corrections, or stop all mail."""

    code = "nothing_left"


class TooManyChosenError(RuleBrokenError):
    """At most {most} topics and experts can be chosen; take everything instead."""

    code = "too_many_chosen"


class UndoOverError(RuleBrokenError):
    """Leaving can be undone for {hours} hours. You can subscribe anew at any time."""

    code = "undo_over"
