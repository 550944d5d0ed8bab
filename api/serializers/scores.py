"""The shape of an expert's scores, every statistic explained."""

from typing import Any

from rest_framework import serializers

from api.serializers.experts import ExpertBriefSerializer

TIERS = ("none", "raw", "interval", "provisional", "full", "ranked")


def number(text: str, **options: Any) -> serializers.FloatField:
    """A statistic: null where it is undefined, and `undefined` then says why."""
    return serializers.FloatField(allow_null=True, help_text=text, **options)


def count(text: str) -> serializers.IntegerField:
    """A number of forecasts or questions."""
    return serializers.IntegerField(min_value=0, help_text=text)


def interval(text: str, **options: Any) -> serializers.ListField:
    """A pair of bounds."""
    return serializers.ListField(
        child=serializers.FloatField(),
        min_length=2,
        max_length=2,
        allow_null=True,
        help_text=text,
        **options,
    )


class BrierSerializer(serializers.Serializer[Any]):
    """The Brier score in its half form."""

    value = number("Mean of (p - y)². 0..1, lower is better; always saying 50 % gives 0.25.")
    se = number(
        "Standard error, clustered by question family and condition; null below 2 clusters."
    )
    ci95 = interval(
        "95 % interval: the logit of the value ± t(.975, clusters - 1) · se, turned back. Null "
        "below 2 clusters, and where the value is 0 or 1 or does not vary."
    )
    best = number("Mean (p - y)² at the point of each range nearest to what happened.")
    worst = number("Mean (p - y)² at the point of each range farthest from what happened.")


class LogScoreSerializer(serializers.Serializer[Any]):
    """The logarithmic score, p clipped to [.001, .999]."""

    nats = number("Mean of -ln p(what happened). 0.001..6.9078, lower is better.")
    bits = number("The same divided by ln 2. Lower is better; always saying 50 % gives 1.")
    raw = number("The same as nats without clipping; null where a forecast of 0 or 1 was wrong.")
    n_clipped = count("How many forecasts were clipped.")
    n_certain_wrong = count("How many said 0 or 1 and were wrong.")


class SkillSerializer(serializers.Serializer[Any]):
    """The share of a reference's Brier score that the expert saves."""

    half = number(
        "1 - 4 · Brier: against always saying 50 %. Up to 1, higher is better, 0 no better."
    )
    base_rate = number(
        "1 - Brier / (ȳ(1 - ȳ)): against always saying the share of yes. Higher is better. Null "
        "where every outcome is the same."
    )
    base_rate_loo = number("The same, the share of yes taken among the other questions.")


class ScoreTestSerializer(serializers.Serializer[Any]):
    """The headline test of calibration: Rao's, of intercept 0 and slope 1, one row a cluster."""

    chi2 = number(
        "uᵀV⁻¹u, u the misses and the misses weighted by log-odds. 0 and up, lower is better."
    )
    df = serializers.IntegerField(
        allow_null=True, help_text="Degrees of freedom: 2, or 1 with one probability throughout."
    )
    p_value = number("Chance of such a chi2, or a higher one, for a calibrated expert. 0..1.")
    bias_z = number(
        "Above 0: probabilities too low; below 0: too high. Within ±2 is usual by chance."
    )
    slope_z = number("Misses along the log-odds, in standard errors. Null with one probability.")


class SpiegelhalterSerializer(serializers.Serializer[Any]):
    """Spiegelhalter's test of the Brier score against what the forecasts promise."""

    status = serializers.CharField(help_text="ok, no_data or zero_variance.")
    z = number("Σ(y - p)(1 - 2p) / √Σ(1 - 2p)²p(1 - p). Above 0: worse than promised.")
    p_value = number("Two-sided. 0..1.")


class EceSerializer(serializers.Serializer[Any]):
    """The expected calibration error on ten bins. Never without its floor."""

    value = number("Σ n_k/n · |mean probability - share of yes|. 0..1, lower is better.")
    floor = number("What a perfectly calibrated expert would get by chance.")


class MurphySerializer(serializers.Serializer[Any]):
    """Murphy's decomposition: Brier = reliability - resolution + uncertainty, exactly."""

    reliability_term = number("1/n Σ n_k(p_k - ȳ_k)² over the distinct p. 0..1, lower is better.")
    resolution_term = number("1/n Σ n_k(ȳ_k - ȳ)². 0..uncertainty, higher is better.")
    uncertainty_term = number("ȳ(1 - ȳ): how hard the questions are. 0..0.25.")
    reliability_floor = number("The reliability that a perfectly calibrated expert gets by chance.")


class CurveStepSerializer(serializers.Serializer[Any]):
    """One step of the calibration curve."""

    x_min = serializers.FloatField(help_text="The lowest probability on the step.")
    x_max = serializers.FloatField(help_text="The highest probability on the step.")
    n = count("Forecasts on the step.")
    cep = serializers.FloatField(help_text="The share of them that came true.")


class BandPointSerializer(serializers.Serializer[Any]):
    """The band at one probability."""

    x = serializers.FloatField()
    lower = serializers.FloatField()
    upper = serializers.FloatField()


class CorpSerializer(serializers.Serializer[Any]):
    """CORP: Brier = miscalibration - discrimination + uncertainty, from isotonic regression.

    Dimitriadis, Gneiting and Jordan 2021, PNAS 118(8).
    """

    mcb = number(
        "Miscalibration: Brier minus the Brier of the recalibrated forecasts. 0..1, lower is "
        "better; never read it without mcb_floor."
    )
    dsc = number("Discrimination: what telling the questions apart gains. Higher is better.")
    unc = number("Uncertainty: the Brier of always saying the share of yes. 0..0.25.")
    curve = CurveStepSerializer(many=True, allow_null=True, help_text="The calibration curve.")
    mcb_floor = number(
        "The mean mcb of a perfectly calibrated expert over 1,000 draws.", required=False
    )
    band = BandPointSerializer(
        many=True,
        allow_null=True,
        required=False,
        help_text="Where the curve of a calibrated expert lies in 90 % of 1,000 draws, point by "
        "point; null below 10 forecasts.",
    )


class RecalibrationSerializer(serializers.Serializer[Any]):
    """The line that would put the log-odds right: logit P(y) = intercept + slope · logit p."""

    status = serializers.CharField(
        help_text="ok, no_data, one_class, constant_forecast or separated."
    )
    intercept = number("Calibrated at 0.")
    slope = number("Calibrated at 1; below 1 is overconfident, above 1 underconfident.")
    intercept_se = number("Standard error, clustered.")
    slope_se = number("Standard error, clustered.")
    citl = number("Calibration in the large: the intercept with slope 1. Above 0: too low.")
    citl_se = number("Standard error, clustered.")


class BinSerializer(serializers.Serializer[Any]):
    """One tenth of the probabilities; empty ones stay, with n = 0."""

    lower = serializers.FloatField(help_text="Included.")
    upper = serializers.FloatField(help_text="Not included, but for 1.")
    n = count("Forecasts in it.")
    n_yes = count("Those of them that came true.")
    mean_probability = number("Their mean probability: where to plot them.")
    observed_frequency = number("n_yes / n.")
    wilson95 = interval("95 % Wilson interval of the frequency, one forecast per cluster.")


class ValueSerializer(serializers.Serializer[Any]):
    """One of the probabilities that the expert used."""

    probability = serializers.FloatField()
    n = count("Forecasts of exactly that probability.")
    n_yes = count("Those of them that came true.")
    wilson95 = interval("95 % Wilson interval of the frequency, one forecast per cluster.")


class ScoresSerializer(serializers.Serializer[Any]):
    """An expert's statistics. Probabilities are of yes, in 0..1; y is 1 for yes, 0 for no."""

    expert = ExpertBriefSerializer()
    synthetic = serializers.BooleanField()
    as_of = serializers.DateTimeField(
        allow_null=True,
        help_text="The instant that the numbers describe; null where nothing was ever said.",
    )
    computed_at = serializers.DateTimeField(
        allow_null=True, help_text="When they were computed; null where nothing was ever said."
    )
    stale = serializers.BooleanField(help_text="Whether something has changed since.")
    statistics_version = serializers.IntegerField(help_text="Raised when a formula changes.")
    n = count("Scored forecasts: one per question, ruled yes or no, deadline past.")
    n_clusters = count("Clusters of questions among them: families and conditions count once.")
    n_early = count("Ruled before the deadline: counted from the deadline on.")
    n_ambiguous = count("Left out: the answer cannot be told.")
    n_annulled = count("Left out: the question was annulled.")
    n_withdrawn = count("Left out: withdrawn by the expert.")
    n_inferred = count(
        "Scored forecasts whose number was inferred from words by two coders or more."
    )
    n_coded_after_known = count("Scored forecasts recorded after the answer, with a proven date.")
    n_date_unproven = count("Left out: recorded after the answer, without a proven date.")
    tier = serializers.ChoiceField(
        choices=TIERS,
        help_text="How much the number of clusters supports: none 0, raw 1 to 4, interval 5 to 9, "
        "provisional 10 to 29, full 30 to 99, ranked from 100.",
    )
    base_rate = number("ȳ: the share of yes. 0..1.")
    mean_probability = number("p̄: the mean probability. 0..1.")
    bias = number("p̄ - ȳ. Above 0: said yes too readily. 0 is best.")
    brier = BrierSerializer()
    log_score = LogScoreSerializer()
    skill = SkillSerializer()
    score_test = ScoreTestSerializer()
    spiegelhalter = SpiegelhalterSerializer(required=False)
    ece = EceSerializer(required=False)
    murphy = MurphySerializer()
    corp = CorpSerializer()
    recalibration = RecalibrationSerializer(required=False)
    auc = number(
        "Chance that a yes got a higher probability than a no, ties half. 0..1, higher is better.",
        required=False,
    )
    extreme_share = number(
        "Share of p outside [.05, .95]. Above .6, intervals promise too much below about 100.",
        required=False,
    )
    bins = BinSerializer(many=True, help_text="What was said beside what came, in ten bins.")
    values = ValueSerializer(
        many=True,
        allow_null=True,
        required=False,
        help_text="The exact table; null with more than 25 distinct probabilities.",
    )
    undefined = serializers.DictField(
        child=serializers.CharField(),
        help_text="Why a statistic is null though there are scored forecasts, by its dotted name.",
    )
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What to keep in mind when reading the numbers."
    )
