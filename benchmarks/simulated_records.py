"""A forecast with all that it needs, by somebody who may then not answer the question."""

from datetime import datetime, timedelta
from decimal import Decimal

from forecasts.models import Expert, Forecast, Question, Source, User
from forecasts.services.experts import record_source
from forecasts.services.forecasts import record_forecast


def record_coded_forecast(question: Question, *, by: User, as_of: datetime) -> Forecast:
    """Record that some expert has said something about the question."""
    stated_at = as_of - timedelta(days=1)
    expert, _ = Expert.objects.get_or_create(slug="expert", defaults={"name": "Expert"})
    source = Source(
        outlet="The Paper",
        title=question.title,
        published_at=stated_at,
        date_basis=Source.DateBasis.PRINTED,
    )
    forecast = Forecast(
        expert=expert,
        question=question,
        source=record_source(source=source, by=by, as_of=as_of),
        quote="It will.",
        phrase="will",
        probability=Decimal("0.7"),
        basis=Forecast.Basis.STATED,
        stated_at=stated_at,
    )
    return record_forecast(forecast=forecast, by=by, as_of=as_of)
