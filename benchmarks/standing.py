"""The scored forecasts in SQL: the standing one of each expert and question, where it counts."""

# The rules of forecasts/selectors/standing.py. greatest() and least() pass over NULL.
STANDING = """
SELECT DISTINCT ON (forecast.expert_id, forecast.question_id)
    forecast.expert_id, forecast.kind, ruling.answer,
    coalesce(adopted.probability, forecast.probability) AS probability,
    source.date_basis = 'inferred' AND forecast.recorded_at > ruling.known_at AS is_unproven
FROM forecasts_forecast forecast
JOIN forecasts_source source ON source.id = forecast.source_id
JOIN forecasts_question question ON question.id = forecast.question_id
JOIN forecasts_resolution ruling
    ON ruling.question_id = question.id AND ruling.superseded_at IS NULL
LEFT JOIN forecasts_adoptedrange adopted
    ON adopted.forecast_id = forecast.id AND adopted.superseded_at IS NULL
WHERE forecast.superseded_at IS NULL
    AND ruling.answer IN ('yes', 'no')
    AND question.deadline <= bench.as_of()
    AND greatest(forecast.stated_at, question.opens_at)
        < least(question.deadline, ruling.known_at)
ORDER BY forecast.expert_id, forecast.question_id, is_unproven,
    greatest(forecast.stated_at, question.opens_at) DESC, forecast.stated_at DESC,
    forecast.recorded_at DESC, forecast.id DESC
"""
SCORED = f"""
SELECT expert_id::int AS expert, (probability * 1000000)::int AS ppm,
    (answer = 'yes')::int AS outcome
FROM ({STANDING}) standing
WHERE kind = 'forecast' AND NOT is_unproven AND probability IS NOT NULL
ORDER BY 1, 2, 3
"""  # noqa: S608, from constants
