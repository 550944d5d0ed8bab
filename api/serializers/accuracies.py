"""The shape of scores of accuracy, and of what they are compared with."""

from typing import Any

from rest_framework import serializers

from api.serializers.fields import FEW_CLUSTERS, ONE_CLASS, count, interval, number, share

NONE_SHARED = "with n = 0, and where no question is shared"
NO_POPULATION = "with n = 0, and where fewer than 2 experts of the population have 2 clusters"
NOBODY = "where fewer than 2 experts have 2 clusters"
NO_TIMES = "with n = 0, and where no question has times"
BEST, WORST = "nearest to", "farthest from"


class BrierSerializer(serializers.Serializer[Any]):
    """The Brier score in its half form; other sites use twice this."""

    value = share("Mean of (p - y)². 0..1, lower is better; always saying 50 % gives 0.25.")
    se = number(
        "Standard error: √(G/(G - 1) · Σ over clusters of (sum of the deviations in it)²) / n. "
        "0 and up, lower is surer.",
        FEW_CLUSTERS,
        min_value=0,
    )
    ci95 = interval(
        "95 % interval, the logit of the value ± t(.975, G - 1) · se / (value(1 - value)), turned "
        "back. Within 0..1.",
        f"{FEW_CLUSTERS}, and where every cluster scored the same",
    )
    best = share(
        f"Mean (p - y)² at the point of each range {BEST} what happened: what the wording "
        "allows at best. Equal to value for stated numbers."
    )
    worst = share(
        f"Mean (p - y)² at the point of each range {WORST} what happened: what the "
        "wording allows at worst. Equal to value for stated numbers."
    )


class LogScoreSerializer(serializers.Serializer[Any]):
    """The logarithmic score, p clipped to [.001, .999]."""

    nats = number(
        "Mean of -ln p(what happened). 0.001..6.9078, lower is better; always saying "
        "50 % gives 0.6931.",
        min_value=0,
    )
    bits = number(
        "nats / ln 2. 0.0014..9.9658, lower is better; always saying 50 % gives 1.", min_value=0
    )
    raw = number(
        "The same as nats without clipping. 0 and up, lower is better.",
        "with n = 0, and where a forecast of 0 or 1 was wrong, which makes it infinite",
        min_value=0,
    )
    n_clipped = count("How many forecasts lay outside [.001, .999] and were clipped.")
    n_certain_wrong = count("How many said 0 or 1 and were wrong. 0 is best.")


class SkillSerializer(serializers.Serializer[Any]):
    """The Brier score beside that of a reference, and of others on the same questions."""

    half = number(
        "1 - 4 · Brier: the share of the score of always saying 50 % that the expert saves. "
        "-3..1, higher is better, 0 no better."
    )
    base_rate = number(
        "1 - Brier / (ȳ(1 - ȳ)): the share of the score of always saying the share of yes that "
        "the expert saves. Up to 1, higher is better, 0 no better.",
        ONE_CLASS,
    )
    base_rate_loo = number(
        "1 - Brier / (ȳ(1 - ȳ)(n/(n - 1))²): the same, the share of yes taken among the other "
        "questions, without a look at the answer. Up to 1, higher is better, 0 no better.",
        ONE_CLASS,
    )
    relative = number(
        "Mean over shared questions of the expert's (p - y)² minus the mean of the others' "
        "(p - y)², averaged over the time at which the expert and at least one other stood. "
        "-1..1, negative is better, 0 as good as the others.",
        NONE_SHARED,
        min_value=-1,
        max_value=1,
    )
    relative_se = number(
        "Standard error of relative, clustered as that of Brier. 0 and up, lower is surer.",
        f"{FEW_CLUSTERS} of shared questions",
        min_value=0,
    )
    n_relative = count("Shared questions: scored, and another expert stood at the same time.")
    n_relative_clusters = count("Clusters of questions among them.")


class TimeSerializer(serializers.Serializer[Any]):
    """Scores over the time that forecasts stood: means over questions of averages over time."""

    brier = share(
        "(p - y)² averaged over the time a forecast of the expert stood, then over questions. "
        "0..1, lower is better.",
        NO_TIMES,
    )
    coverage = share(
        "The share of the time from opening to end in which a forecast stood. 0..1, neither good "
        "nor bad.",
        NO_TIMES,
    )
    log_score = number(
        "-ln p(what happened), p clipped, averaged as brier. 0.001..6.9078 nats, lower is better.",
        NO_TIMES,
        min_value=0,
    )
    baseline = number(
        "100(1 + log₂ p(what happened)), p clipped, integrated over the time from opening to "
        "deadline as scheduled: 0 while nothing stood and after an early answer. -896.6..99.9, "
        "higher is better, 0 as good as always saying 50 %.",
        NO_TIMES,
    )
    peer = number(
        "100(ln p(what happened) - mean of the others' ln p), p clipped, integrated over the time "
        "from opening to deadline as scheduled: 0 while the expert or everybody else said "
        "nothing. -691..691, higher is better, 0 as good as the others.",
        NO_TIMES,
    )


class ShrunkSerializer(serializers.Serializer[Any]):
    """Scores drawn toward the mean of all experts, the more so the less is known of each.

    μ + B(m - μ), B = τ²/(τ² + s²/G): m the raw score, G its clusters, and μ, τ², s² from
    `population`.
    """

    brier = number(
        "brier.value, drawn toward the population's mean. Lower is better.", NO_POPULATION
    )
    relative = number(
        "skill.relative, drawn toward the population's mean. Negative is better. Orders the "
        "leaderboard by accuracy.",
        f"{NO_POPULATION} of shared questions, or no question is shared",
    )
    reliability = share(
        "B of brier: the share of the raw score that is the expert's own and not luck. 0..1, "
        "higher tells more.",
        NO_POPULATION,
    )
    relative_reliability = share(
        "B of relative, which rests on the shared questions alone. 0..1, higher tells more.",
        f"{NO_POPULATION} of shared questions, or no question is shared",
    )


class SpreadSerializer(serializers.Serializer[Any]):
    """How one score is spread over the experts (DerSimonian and Laird 1986)."""

    n_experts = serializers.IntegerField(
        allow_null=True,
        min_value=0,
        help_text=f"Experts who have the score. Null {NOBODY}.",
    )
    mean = number("μ: the mean of the experts' scores, weighted by how sure each is.", NOBODY)
    variance = number(
        "τ²: the variance between the true scores of experts. 0 and up; 0 where chance explains "
        "all differences.",
        NOBODY,
        min_value=0,
    )
    within = number(
        "s²: the variance of one cluster of one expert around that expert's mean, pooled over "
        "all. 0 and up.",
        NOBODY,
        min_value=0,
    )


class PopulationSerializer(serializers.Serializer[Any]):
    """The experts that `shrunk` compares with: real ones with real, invented with invented."""

    brier = SpreadSerializer()
    relative = SpreadSerializer()
