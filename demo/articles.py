"""The real part of the demo: what was said in one article, as its first coder recorded it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from demo.records import end_of, records
from forecasts.models import Expert, Forecast, Question, QuestionFamily, Source, Topic, User
from forecasts.services.codings import record_coding
from forecasts.services.experts import record_source
from forecasts.services.forecasts import record_forecast
from forecasts.services.questions import record_question
from forecasts.services.saving import save_checked
from forecasts.services.statements import record_unscorable_statement

REQUIRED_VERDICTS = 2  # people are named


def record_article(*, coder: User, as_of: datetime) -> None:
    """Record the article with its experts, questions, forecasts and what cannot be scored."""
    experts = {row["slug"]: save_checked(Expert(**row)) for row in records("experts")}
    sources = _record_sources(coder, as_of)
    questions = _record_questions(coder, as_of)
    for row in records("forecasts"):
        source = sources[row["source"]]
        forecast = Forecast(
            expert=experts[row["expert"]],
            question=questions[row["question"]],
            source=source,
            basis=Forecast.Basis.INFERRED,
            stated_at=source.published_at,
            quote=row["quote"],
            phrase=row["phrase"],
            claims_yes=row["claims_yes"],
        )
        record_forecast(forecast=forecast, by=coder, as_of=as_of)
        _record_first_coding(forecast, row, coder, as_of)
    _record_statements(experts, sources, coder, as_of)


def _record_sources(coder: User, as_of: datetime) -> dict[str, Source]:
    sources = {row.pop("key"): Source(**row) for row in records("sources")}
    for source in sources.values():
        record_source(source=source, by=coder, as_of=as_of)
    return sources


def _record_questions(coder: User, as_of: datetime) -> dict[str, Question]:
    topics = {row["slug"]: save_checked(Topic(**row)) for row in records("topics")}
    families = {row["slug"]: save_checked(QuestionFamily(**row)) for row in records("families")}
    questions: dict[str, Question] = {}
    for row in records("questions"):
        questions[row["slug"]] = record_question(
            question=_question(row, families, questions),
            topics=[topics[slug] for slug in row["topics"]],
            by=coder,
            as_of=as_of,
        )
    return questions


def _question(
    row: Mapping[str, Any],
    families: Mapping[str, QuestionFamily],
    earlier: Mapping[str, Question],
) -> Question:
    return Question(
        slug=row["slug"],
        title=row["title"],
        resolution_criteria=row["criteria"].strip(),
        deadline=end_of(row["deadline"]),
        family=families[row["family"]] if "family" in row else None,
        depends_on=earlier[row["depends_on"]] if "depends_on" in row else None,
        depends_on_answer=row.get("depends_on_answer", ""),
        required_verdicts=REQUIRED_VERDICTS,
    )


def _record_first_coding(
    forecast: Forecast, row: Mapping[str, Any], coder: User, as_of: datetime
) -> None:
    record_coding(
        forecast=forecast,
        coder=coder,
        low=Decimal(row["low"]),
        mid=Decimal(row["mid"]),
        high=Decimal(row["high"]),
        note=row["note"],
        as_of=as_of,
    )


def _record_statements(
    experts: Mapping[str, Expert], sources: Mapping[str, Source], coder: User, as_of: datetime
) -> None:
    for row in records("statements"):
        record_unscorable_statement(
            source=sources[row["source"]],
            quote=row["quote"],
            reason=row["reason"],
            note=row["note"],
            expert=experts[row["expert"]] if "expert" in row else None,
            attributed_to=row.get("attributed_to", ""),
            by=coder,
            as_of=as_of,
        )
