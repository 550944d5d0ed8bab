"""Taking in the texts of articles, and having them read for forecasts."""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from forecasts import article_refusals as refusals
from forecasts.extraction import proposals as extraction
from forecasts.models import Article, ArticleReading, Proposal, Source, User
from forecasts.models.articles import MAX_SENTENCE
from forecasts.selectors.quotations import place_of
from forecasts.services.experts import record_source
from forecasts.services.roles import CODERS, require_role
from forecasts.services.saving import atomic_or_busy, lock_article, save_checked
from forecasts.texts.originals import MAX_TEXT, UnreadableTextError, readable

logger = logging.getLogger(__name__)


@atomic_or_busy()
def record_article(
    *,
    source: Source,
    original: bytes,
    media_type: str,
    author: str = "",
    by: User,
    as_of: datetime,
) -> Article:
    """Keep the text of a source, which is recorded with it if it is new.

    Raises RoleMissingError, UnreadableArticleError, EmptyArticleError, LongArticleError,
    DuplicateArticleError, ArticleThereError, OtherTextError, and what record_source raises.
    """
    require_role(by, CODERS)
    text = _text(original, media_type)
    sha256 = hashlib.sha256(original).hexdigest()
    _check_new(source, sha256)
    if not source.pk:
        source.sha256 = sha256
        record_source(source=source, by=by, as_of=as_of)
    article = Article(
        source=source,
        author=author,
        original=original,
        media_type=media_type,
        sha256=sha256,
        text=text,
        recorded_by=by,
        recorded_at=as_of,
    )
    try:
        with transaction.atomic():
            return save_checked(article)
    except IntegrityError:
        # Somebody else was quicker; if not, it is a mistake of ours.
        _check_same(sha256)
        raise


def _text(original: bytes, media_type: str) -> str:
    try:
        text = readable(original, media_type)
    except UnreadableTextError as error:
        raise refusals.UnreadableArticleError(why=str(error), field="text") from error
    if not text:
        raise refusals.EmptyArticleError(field="text")
    if len(text) > MAX_TEXT:
        raise refusals.LongArticleError(length=len(text), most=MAX_TEXT, field="text")
    return text


def _check_new(source: Source, sha256: str) -> None:
    _check_same(sha256)
    if not source.pk:
        return
    if Article.objects.filter(source=source).exists():
        raise refusals.ArticleThereError
    if source.sha256 not in ("", sha256):
        raise refusals.OtherTextError(field="text")


def _check_same(sha256: str) -> None:
    same = Article.objects.filter(sha256=sha256).select_related("source").defer("original", "text")
    if found := same.first():
        raise refusals.DuplicateArticleError(title=str(found), field="text")


def read_article(*, article: Article, as_of: datetime) -> list[ArticleReading]:
    """Have every extractor of the settings read the article that has not done so yet.

    Not in a transaction, for an extractor may take its time. Returns the new readings. Raises
    ExtractorFailedError once all were asked.
    """
    done = set(article.readings.values_list("extractor", flat=True))
    readings, failed = [], None
    for name in settings.ARTICLE_EXTRACTORS:
        if name not in done:
            try:
                found = _found(article, name)
            except refusals.ExtractorFailedError as error:
                failed = error
            else:
                readings.append(_keep(article, name, found, as_of))
    if failed:
        raise failed
    return readings


def _found(article: Article, name: str) -> list[extraction.Proposal]:
    source = article.source
    given = extraction.Article(text=article.text, author=article.author, outlet=source.outlet)
    try:
        return list(import_string(name)(given))
    except Exception as error:
        # An operator's own, and whatever is wrong with it, the article is kept.
        logger.exception("The extractor %s failed on article %s", name, article.pk)
        raise refusals.ExtractorFailedError(name=name, why=type(error).__name__) from error


@atomic_or_busy()
def _keep(
    article: Article, name: str, found: Iterable[extraction.Proposal], as_of: datetime
) -> ArticleReading:
    lock_article(article)
    if kept := article.readings.filter(extractor=name).first():
        return kept  # somebody else asked at the same time
    rows, n_refused = [], 0
    for one in found:
        if _stands(one, article.text):
            rows.append(_proposal(article, one, extractor=name, proposed_at=as_of))
        else:
            n_refused += 1
    reading = ArticleReading(
        article=article,
        extractor=name,
        n_proposed=len(rows),
        n_refused=n_refused,
        read_at=as_of,
    )
    save_checked(reading)
    # What another extractor has proposed already is proposed once.
    Proposal.objects.bulk_create(rows, ignore_conflicts=True)
    return reading


def _stands(one: extraction.Proposal, text: str) -> bool:
    """Whether the proposal is about words of the text, whoever made it."""
    return (
        0 <= one.start < one.end <= len(text)
        and one.end - one.start <= MAX_SENTENCE
        and text[one.start : one.end] == one.exact
        and one.phrase in one.exact
    )


def _proposal(article: Article, one: extraction.Proposal, **fields: object) -> Proposal:
    return Proposal(
        article=article,
        start=one.start,
        end=one.end,
        speaker=_cut(one.speaker, "speaker"),
        phrase=_cut(one.phrase, "phrase"),
        claims_yes=one.claims_yes,
        horizon=_cut(one.horizon, "horizon"),
        **fields,
    )


def _cut(words: str, column: str) -> str:
    most: int = Proposal._meta.get_field(column).max_length  # type: ignore[union-attr,assignment]
    return " ".join(words.split())[:most]


@atomic_or_busy()
def mark_passage(
    *, article: Article, quote: str, phrase: str = "", by: User, as_of: datetime
) -> Proposal:
    """Propose what the extractors did not see.

    Raises RoleMissingError, QuoteNotFoundError, LongQuoteError, DuplicateProposalError.
    """
    require_role(by, CODERS)
    if len(quote) > MAX_SENTENCE:
        raise refusals.LongQuoteError(most=MAX_SENTENCE, field="quote")
    lock_article(article)
    place = place_of(quote, article.text)
    if place is None:
        raise refusals.QuoteNotFoundError(field="quote")
    proposal = Proposal(
        article=article,
        start=place.start,
        end=place.end,
        phrase=phrase,
        proposed_by=by,
        proposed_at=as_of,
    )
    if article.proposals.filter(start=place.start, end=place.end).exists():
        raise refusals.DuplicateProposalError(field="quote")
    return save_checked(proposal)
