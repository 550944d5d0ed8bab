"""Why writes are refused that come in numbers or twice, and readings. As forecasts.exceptions."""

from collections.abc import Mapping

from forecasts.exceptions import RuleBrokenError


class RowsRefusedError(RuleBrokenError):
    """Not everything can be recorded, so nothing was."""

    code = "rows_refused"

    def __init__(self, refused: Mapping[int, Exception]) -> None:
        """`refused`: why, by the number of the row."""
        super().__init__()
        self.refused = refused


class DuplicateSourceError(RuleBrokenError):
    """A source with this address is recorded already."""

    code = "duplicate_source"


class DuplicateQuestionError(RuleBrokenError):
    """There is a question of this name already; a slug names one for ever."""

    code = "duplicate_question"


class ConditionIncompleteError(RuleBrokenError):
    """A condition is a question and the answer it needs."""

    code = "condition_incomplete"


class IdempotencyKeyReusedError(RuleBrokenError):
    """This Idempotency-Key was used within 24 hours for another request; take a new one."""

    code = "idempotency_key_reused"


class LexiconChangedError(RuleBrokenError):
    """Version {version} of the lexicon "{name}" was loaded before with other contents. A version
    never changes: give the file another one."""

    code = "lexicon_changed"


class LexiconReplacedError(RuleBrokenError):
    """A later version of this lexicon was loaded meanwhile. Choose from its phrases."""

    code = "lexicon_replaced"


class LeadNeededError(RuleBrokenError):
    """Two coders read these words far apart from each other, so the third reading is a lead's."""

    code = "lead_needed"


class SettledAlreadyError(RuleBrokenError):
    """Nothing is left to settle here: a third reading was given meanwhile. What you typed is still
    in the form."""

    code = "settled_already"
