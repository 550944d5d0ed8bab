-- The load, from hashes of row numbers alone: the same rows on every machine.
-- Times lie around bench.as_of(); parameters come from benchmarks/scales.py.

-- step: functions
CREATE SCHEMA bench;
CREATE FUNCTION bench.as_of() RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '2026-07-01 00:00:00+00'::timestamptz;
CREATE FUNCTION bench.uniform(key bigint, salt bigint) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(key, salt) & 9007199254740991)::float8 / 9007199254740992;
CREATE FUNCTION bench.normal(key bigint, salt bigint) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sqrt(-2 * ln(1 - bench.uniform(key, salt))) * cos(2 * pi() * bench.uniform(key, salt + 1000));

-- step: staff, topics, experts
INSERT INTO forecasts_user (id, password, is_superuser, username, first_name, last_name, email,
    is_staff, is_active, date_joined, time_zone, prompt_hour, wants_summary)
VALUES (1, '!', false, 'coder', '', '', 'coder@example.org', true, true, bench.as_of(), 'UTC',
    8, true);
INSERT INTO forecasts_topic (id, slug, name)
SELECT n, 'topic-' || n, 'Topic ' || n FROM generate_series(1, 12) n;
INSERT INTO forecasts_expert (id, slug, name, kind, affiliation, description, links, synthetic,
    recorded_at, external_id)
SELECT n, 'expert-' || n, 'Expert ' || n, 'person', '', '', '[]', false, '2005-01-01', ''
FROM generate_series(1, %(experts)s) n;
INSERT INTO forecasts_scorecard (expert_id, touches, scores, statistics_version, keys, clusters,
    n_clusters, n_relative_clusters)
SELECT id, 1, '{}', 0, '', '', 0, 0 FROM forecasts_expert;

-- step: questions and rulings
-- The truth is the probability that the outcome is drawn with; experts see it through noise.
CREATE UNLOGGED TABLE bench.question AS
SELECT id, ln(truth / (1 - truth)) AS logit, opens, deadline, answer,
    CASE WHEN bench.uniform(id, 5) < 0.2
    THEN opens + (deadline - opens) * (0.3 + 0.7 * bench.uniform(id, 6)) ELSE deadline END AS known,
    bench.uniform(id / 4, 7) < 0.1 AS is_in_family
FROM (
    SELECT id, truth, deadline,
        least(deadline - (30 + 700 * bench.uniform(id, 3)) * interval '1 day',
            bench.as_of() - interval '30 days') AS opens,
        CASE WHEN bench.uniform(id, 4) < 0.01 THEN 'ambiguous'
            WHEN bench.uniform(id, 4) < 0.02 THEN 'annulled'
            WHEN bench.uniform(id, 9) < truth THEN 'yes' ELSE 'no' END AS answer
    FROM (
        SELECT id, 0.01 + 0.98 * bench.uniform(id, 1) AS truth,
            date_trunc('day', bench.as_of() + interval '180 days'
                - bench.uniform(id, 2) * interval '5400 days', 'UTC') AS deadline
        FROM generate_series(1, %(questions)s) id
    ) drawn
) answered;
INSERT INTO forecasts_questionfamily (id, slug, title)
SELECT DISTINCT id / 4 + 1, 'family-' || id / 4 + 1, 'Family ' || id / 4 + 1
FROM bench.question WHERE is_in_family;
INSERT INTO forecasts_question (id, slug, title, resolution_criteria, opens_at, deadline,
    family_id, depends_on_answer, required_verdicts, synthetic, recorded_at, recorded_by_id,
    n_edits, external_id)
SELECT id, 'question-' || id, 'Will number ' || id || ' happen?', 'It happens.',
    CASE WHEN bench.uniform(id, 8) < 0.8 THEN opens END, deadline,
    CASE WHEN is_in_family THEN id / 4 + 1 END, '', 1, false, opens, 1, 0,
    ''
FROM bench.question;
INSERT INTO forecasts_question_topics (question_id, topic_id)
SELECT id, 1 + mod(id, 12) FROM bench.question;
INSERT INTO forecasts_resolution (answer, basis, known_at, reason, resolved_at, question_id,
    resolved_by_id)
SELECT answer, 'verdicts', CASE WHEN answer IN ('yes', 'no') THEN known END, '',
    known + interval '1 day', id, 1
FROM bench.question WHERE known < bench.as_of() - interval '2 days' ORDER BY known;
ANALYZE bench.question;

-- step: who answers what
-- The number of questions is a prime, so that steps of any size visit each of them once.
CREATE UNLOGGED TABLE bench.size AS
SELECT expert, n, sum(n) OVER (ORDER BY expert) - n AS before,
    (bench.uniform(expert, 31) * %(questions)s)::bigint AS start,
    1 + (bench.uniform(expert, 32) * (%(questions)s - 2))::bigint AS step
FROM (
    SELECT expert, least(%(questions)s - 1, greatest(1, round(exp(
        ln(%(pairs)s::float8 / %(experts)s) - 0.5 + bench.normal(expert, 30)))))::bigint AS n
    FROM generate_series(1, %(experts)s) expert
) drawn;
CREATE UNLOGGED TABLE bench.pair AS
SELECT expert, question.id AS question, hashint8extended(expert, 34) # question.id AS key,
    1 + (before::bigint + i) / 20 AS source, logit, opens,
    least(deadline, bench.as_of() - interval '3 days') AS ends
FROM bench.size
CROSS JOIN LATERAL generate_series(0, n - 1) i
JOIN bench.question question ON question.id = 1 + mod(start + i * step, %(questions)s);
INSERT INTO forecasts_source (id, outlet, title, url, published_at, date_basis, note, sha256,
    synthetic, recorded_at, recorded_by_id, external_id)
SELECT id, 'The Paper', 'Article ' || id, '', min(opens),
    CASE WHEN bench.uniform(id, 33) < 0.05 THEN 'inferred' ELSE 'printed' END, '', '', false,
    bench.as_of(), 1, ''
FROM (SELECT source AS id, opens FROM bench.pair) pair GROUP BY id;

-- step: forecasts, in the order of their recording
-- Nine numbers in ten lie on a grid of 1 %%, the others have six decimals. OFFSET 0 has them
-- computed once.
INSERT INTO forecasts_forecast (expert_id, question_id, source_id, kind, basis, stated_at, quote,
    phrase, claims_yes, probability, low, high, recorded_at, recorded_by_id, correction_reason,
    external_id)
SELECT expert, question, source, CASE part WHEN 2 THEN 'withdrawal' ELSE 'forecast' END,
    CASE WHEN is_inferred THEN 'inferred' ELSE 'stated' END, stated, 'Number ' || question,
    CASE WHEN is_inferred THEN 'likely' ELSE '' END, true, number, number, number,
    stated + bench.uniform(key, 47) * interval '2 days', 1, '', ''
FROM (
    SELECT expert, question, source, key, part, stated, is_inferred,
        CASE WHEN part = 2 OR is_inferred THEN NULL
            WHEN bench.uniform(key, 20) < 0.9 THEN 0.01 * round(100 * p)::int
            ELSE 0.000001 * round(1000000 * p)::int END AS number
    FROM (
        SELECT *, part < 2 AND bench.uniform(key, 48 + part) < 0.05 AS is_inferred,
            opens + (ends - opens) * (part + bench.uniform(key, 60 + part)) / 3 AS stated,
            1 / (1 + exp(-logit - 0.5 * bench.normal(key, 70 + part))) AS p
        FROM bench.pair
        CROSS JOIN generate_series(0, 2) part
        WHERE part = 0 OR part = 1 AND bench.uniform(key, 41) < 0.1
            OR part = 2 AND bench.uniform(key, 42) < 0.01
        OFFSET 0
    ) drawn
    OFFSET 0
) said
ORDER BY 13;

-- step: numbers adopted from words
INSERT INTO forecasts_adoptedrange (forecast_id, low, probability, high, n_codings, adopted_at)
SELECT id, greatest(number - 0.1, 0), number, least(number + 0.1, 1), 2, recorded_at
FROM (
    SELECT forecast.id, recorded_at,
        round(20 / (1 + exp(-logit)))::numeric / 20 AS number
    FROM forecasts_forecast forecast JOIN bench.question question ON question.id = question_id
    WHERE basis = 'inferred'
) coded;

-- step: what later rows are numbered from
SELECT setval(pg_get_serial_sequence(name, 'id'), %(pairs)s * 2) FROM unnest(ARRAY[
    'forecasts_user', 'forecasts_topic', 'forecasts_expert', 'forecasts_questionfamily',
    'forecasts_question', 'forecasts_source']) name;
DROP TABLE bench.pair, bench.size;
