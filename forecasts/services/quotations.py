"""Keeping where in an article recorded quotes stand."""

from collections.abc import Sequence

from forecasts.models import Article, Forecast, Quotation, UnscorableStatement
from forecasts.selectors.quotations import Place, place_of
from forecasts.services.ledgers import enter

Said = Forecast | UnscorableStatement


def keep_quotations(
    *, rows: Sequence[Forecast] | Sequence[UnscorableStatement], near: int = 0
) -> None:
    """Look newly recorded quotes up in the articles of their sources, and keep where they stand.

    near: of several places, the one nearest to this position counts. What the article does not say
    word for word, and what has none, gets no place.
    """
    sources = {row.source_id for row in rows}
    articles = Article.objects.filter(source__in=sources).defer("original")
    by_source = {article.source_id: article for article in articles}
    found = [
        _quotation(row, place, article)
        for row in rows
        if (article := by_source.get(row.source_id))
        and (place := place_of(row.quote, article.text, near=near))
    ]
    if not found:
        return
    Quotation.objects.bulk_create(found)
    enter(kind="quotation", ids=[quotation.pk for quotation in found])


def _quotation(row: Said, place: Place, article: Article) -> Quotation:
    column = "forecast" if isinstance(row, Forecast) else "statement"
    return Quotation(
        **{column: row},
        article_sha256=article.sha256,
        start=place.start,
        end=place.end,
        exact=place.exact,
        prefix=place.prefix,
        suffix=place.suffix,
        recorded_at=row.recorded_at,
    )
