"""Where in articles quotes stand, and what was proposed in them and left out, as tables."""

from datetime import datetime

from django.db.models import FilteredRelation, Q, QuerySet

from forecasts.exports.fields import flag, moment, text, whole
from forecasts.exports.records import RECORDED, TO_FORECAST, TO_SOURCE
from forecasts.exports.tables import read_table
from forecasts.models import Proposal, Quotation


def _proposals(as_of: datetime) -> QuerySet[Proposal]:
    """With the decision in force."""
    in_force = FilteredRelation("decisions", condition=Q(decisions__superseded_at=None))
    return Proposal.objects.annotate(standing=in_force)


QUOTATIONS = read_table(
    "quotations",
    "Where in the texts of their sources quotes stand, as W3C text selectors",
    lambda _: Quotation.objects.all(),
    whole("id", "Number of the quotation."),
    text("article_sha256", "SHA-256 of the text as it was handed in."),
    whole("forecast", "Number of the forecast, if it is one's.", to=TO_FORECAST),
    whole("statement", "Number of the statement that cannot be scored, if it is one's."),
    whole("start", "Characters of the text before the quote."),
    whole("end", "Characters up to its end."),
    text("exact", "The quote, with its line breaks."),
    text("prefix", "The words before it."),
    text("suffix", "The words behind it."),
    moment("recorded_at", RECORDED),
)
PROPOSALS = read_table(
    "proposals",
    "Sentences of articles that were proposed as forecasts, and what coders made of them",
    _proposals,
    whole("id", "Number of the proposal."),
    whole("source", "Number of the source.", "article__source", TO_SOURCE),
    text("extractor", "What proposed it; empty: a coder by hand."),
    whole("start", "Characters of the text before the sentence."),
    whole("end", "Characters up to its end."),
    text("speaker", "Who is proposed to have said it."),
    text("phrase", "The words that are proposed to carry the likelihood."),
    flag("claims_yes", "Whether they speak for what the sentence describes."),
    text("horizon", "By when, in the words of the text."),
    text(
        "decision",
        "recorded, unscorable, rejected (no forecast) or accepted (to be recorded); empty: open.",
        "standing__kind",
    ),
    whole("forecast", "Number of the forecast it became.", "standing__forecast", TO_FORECAST),
    whole("statement", "Number of the statement that cannot be scored.", "standing__statement"),
    moment("proposed_at", "When it was proposed."),
)
