"""Why articles, proposals and quotes are refused. As in forecasts.exceptions."""

from forecasts.exceptions import RuleBrokenError


class UnreadableArticleError(RuleBrokenError):
    """{why}"""

    code = "unreadable_article"


class EmptyArticleError(RuleBrokenError):
    """There is no text in it."""

    code = "empty_article"


class LongArticleError(RuleBrokenError):
    """The text has {length:,} characters, and an article may have {most:,}: hand it in in parts."""

    code = "long_article"


class DuplicateArticleError(RuleBrokenError):
    """The same text is here already: {title}"""

    code = "duplicate_article"


class ArticleThereError(RuleBrokenError):
    """This source has its text already."""

    code = "article_there"


class OtherTextError(RuleBrokenError):
    """This is not the text of which the source gives the SHA-256."""

    code = "other_text"


class ExtractorFailedError(RuleBrokenError):
    """{name} could not read the article ({why}). What others proposed is there; try it again
    later."""

    code = "extractor_failed"


class QuoteNotFoundError(RuleBrokenError):
    """The article does not say this, word for word. Shorten the quote, but change nothing in it."""

    code = "quote_not_found"


class LongQuoteError(RuleBrokenError):
    """This is longer than a sentence is: mark at most {most:,} characters."""

    code = "long_quote"


class DuplicateProposalError(RuleBrokenError):
    """This passage is proposed already."""

    code = "duplicate_proposal"


class DecidedMeanwhileError(RuleBrokenError):
    """{name} decided this meanwhile: {decision}. What you typed is still in the form."""

    code = "decided_meanwhile"


class ReopenedMeanwhileError(RuleBrokenError):
    """The decision that you saw was taken back meanwhile. What you typed is still in the form."""

    code = "reopened_meanwhile"


class RecordedAlreadyError(RuleBrokenError):
    """This proposal is recorded; what was recorded is corrected on its own page."""

    code = "recorded_already"


class SpeakerMissingError(RuleBrokenError):
    """Say who said it: an expert, or in words."""

    code = "speaker_missing"
