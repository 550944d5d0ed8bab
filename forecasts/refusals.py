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


class DuplicateFamilyError(RuleBrokenError):
    """There is a family of this name already: choose it, or take another name. If you have just
    sent this form, its questions are recorded."""

    code = "duplicate_family"


class DuplicateExternalIdError(RuleBrokenError):
    """Another row has this external_id already; it names one row for ever."""

    code = "duplicate_external_id"


class DuplicateExpertError(RuleBrokenError):
    """There is an expert of this name already; a slug names one for ever."""

    code = "duplicate_expert"


class DuplicateStatementError(RuleBrokenError):
    """These words of the source are recorded already."""

    code = "duplicate_statement"


class SpeakerUnclearError(RuleBrokenError):
    """Name an expert or whom it is attributed to, not both."""

    code = "speaker_unclear"


class ConditionIncompleteError(RuleBrokenError):
    """A condition is a question and the answer it needs."""

    code = "condition_incomplete"


class IdempotencyKeyReusedError(RuleBrokenError):
    """This Idempotency-Key was used within 24 hours for another request; take a new one."""

    code = "idempotency_key_reused"


class NotEmptyError(RuleBrokenError):
    """Only an empty database can be restored into: this one holds records already."""

    code = "not_empty"


class DraftGoneError(RuleBrokenError):
    """This file was imported or discarded already; upload it again to see what is new in it."""

    code = "draft_gone"


class DraftChangedError(RuleBrokenError):
    """This is not the file that you looked at; upload it again."""

    code = "draft_changed"


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


class MergedExpertError(RuleBrokenError):
    """{expert} was merged into {into}: take {into}."""

    code = "merged_expert"


class SameExpertError(RuleBrokenError):
    """Choose another expert: nobody can be merged into themselves."""

    code = "same_expert"


class MergeUndoneError(RuleBrokenError):
    """This merge is undone already."""

    code = "merge_undone"
