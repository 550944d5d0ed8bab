"""The shape of statistics of calibration."""

from typing import Any

from rest_framework import serializers

from api.serializers.fields import NO_FORECASTS, ONE_CLASS, count, interval, number, share

ANY_STATUS = "unless status is ok"
WILSON = (
    "95 % Wilson interval of the share of yes, one forecast per cluster. Within 0..1; calibrated "
    "where it holds {}."
)


class ScoreTestSerializer(serializers.Serializer[Any]):
    """The headline test of calibration: Rao's, of intercept 0 and slope 1 in log-odds.

    One forecast per cluster: fewest conditions, then latest deadline. Nothing is fitted.
    """

    chi2 = number(
        "uᵀV⁻¹u, u = (Σ(y - p), Σ(y - p)x), V its variance were every p true, x the log-odds of "
        "p. 0 and up, lower is better.",
        min_value=0,
    )
    df = serializers.IntegerField(
        allow_null=True,
        min_value=1,
        max_value=2,
        help_text="Degrees of freedom: 2, or 1 with one probability throughout. "
        f"Null {NO_FORECASTS}.",
    )
    p_value = share(
        "Chance of such a chi2, or a higher one, for a calibrated expert. 0..1, small is evidence "
        "against calibration, large no proof of it."
    )
    bias_z = number(
        "Σ(y - p) in standard errors. Above 0: probabilities too low; below 0: too high; within "
        "±2 is usual by chance."
    )
    slope_z = number(
        "Σ(y - p)x in standard errors. Below 0: too bold; above 0: too timid; within ±2 is usual "
        "by chance.",
        "with n = 0, and with one probability throughout",
    )


class SpiegelhalterSerializer(serializers.Serializer[Any]):
    """Spiegelhalter's test of the Brier score against what the forecasts promise.

    One forecast per cluster. Blind to a plain lean toward yes or no.
    """

    status = serializers.CharField(
        help_text="ok, no_data (n = 0), or zero_variance (every p is 0, 0.5 or 1)."
    )
    z = number(
        "Σ(y - p)(1 - 2p) / √Σ(1 - 2p)²p(1 - p). Above 0: Brier worse than promised, too bold; "
        "below 0: better, too timid; within ±2 is usual by chance.",
        ANY_STATUS,
    )
    p_value = share("Two-sided. 0..1, small is evidence against calibration.", ANY_STATUS)


class SequentialSerializer(serializers.Serializer[Any]):
    """A test of calibration that stays honest however often one looks.

    A bet against the expert, one forecast per cluster in order of deadline, as the mean over 35
    ways of being wrong (intercepts -1..1, slopes 0.25..3 in log-odds).
    """

    e_value = number(
        "What the bet has made of 1 by now: mean of Π (q/p)^y ((1 - q)/(1 - p))^(1 - y), q what "
        "each way of being wrong makes of p, p clipped. 1/35..1e300, lower is better; 1 is "
        "expected of a calibrated expert.",
        min_value=0,
    )
    alarm = serializers.BooleanField(
        allow_null=True,
        help_text="Whether the bet stood at 20 or more after any cluster. A calibrated expert is "
        "ever alarmed about with a chance of at most 5 %, if clusters are independent given the "
        "forecasts and none is ruled late because of its answer. It stays, even if the bet falls "
        f"again. Null {NO_FORECASTS}.",
    )


class EceSerializer(serializers.Serializer[Any]):
    """The expected calibration error on ten bins. Never without its floor."""

    value = share(
        "Σ n_k/n · |mean probability - share of yes| over the bins. 0..1, lower is better; only "
        "what is above the floor means anything."
    )
    floor = share(
        "What a perfectly calibrated expert with these forecasts would get by chance, on "
        "average, computed exactly. 0..1."
    )


class MurphySerializer(serializers.Serializer[Any]):
    """Murphy's decomposition: Brier = reliability - resolution + uncertainty, exactly."""

    reliability_term = share(
        "1/n Σ n_k(p_k - ȳ_k)² over the distinct p. 0..1, lower is better; only what is above the "
        "floor means anything."
    )
    resolution_term = number("1/n Σ n_k(ȳ_k - ȳ)². 0..uncertainty, higher is better.")
    uncertainty_term = number(
        "ȳ(1 - ȳ): how hard the questions are. 0..0.25.", min_value=0, max_value=0.25
    )
    reliability_floor = share(
        "1/n Σ p(1 - p) within each p: the reliability that a perfectly calibrated expert gets by "
        "chance. 0..1."
    )


class CurveStepSerializer(serializers.Serializer[Any]):
    """One step of the calibration curve."""

    x_min = serializers.FloatField(help_text="The lowest probability on the step.")
    x_max = serializers.FloatField(help_text="The highest probability on the step.")
    n = count("Forecasts on the step.")
    cep = serializers.FloatField(help_text="The share of them that came true.")


class BandPointSerializer(serializers.Serializer[Any]):
    """The band at one probability."""

    x = serializers.FloatField(help_text="The probability.")
    lower = serializers.FloatField(help_text="The 5 % point of the draws.")
    upper = serializers.FloatField(help_text="The 95 % point of the draws.")


class CorpSerializer(serializers.Serializer[Any]):
    """CORP: Brier = miscalibration - discrimination + uncertainty, from isotonic regression.

    Dimitriadis, Gneiting and Jordan 2021, PNAS 118(8).
    """

    mcb = number(
        "Miscalibration: Brier minus the Brier of the recalibrated forecasts. 0..1, lower is "
        "better; never read it without mcb_floor."
    )
    dsc = number(
        "Discrimination: uncertainty minus the Brier of the recalibrated forecasts, what telling "
        "the questions apart gains. 0..unc, higher is better."
    )
    unc = number(
        "Uncertainty: ȳ(1 - ȳ), the Brier of always saying the share of yes. 0..0.25.",
        min_value=0,
        max_value=0.25,
    )
    curve = CurveStepSerializer(
        many=True,
        allow_null=True,
        help_text="The calibration curve: the rising steps nearest to the outcomes. Calibrated on "
        f"the diagonal. Null {NO_FORECASTS}.",
    )
    mcb_floor = share(
        "The mean mcb of a perfectly calibrated expert with these forecasts over 1,000 draws, "
        "always the same for the same record. 0..1."
    )
    band = BandPointSerializer(
        many=True,
        allow_null=True,
        help_text="Where the curve of a calibrated expert lies in 90 % of the same draws, point by "
        "point. Null below 10 forecasts.",
    )


class RecalibrationSerializer(serializers.Serializer[Any]):
    """The line that would put the log-odds right: logit P(y) = intercept + slope · logit p."""

    status = serializers.CharField(
        help_text="ok, no_data, one_class (every outcome is the same), constant_forecast (one "
        "probability throughout) or separated (one probability divides every yes from every no)."
    )
    intercept = number("By maximum likelihood. Any, calibrated at 0.", ANY_STATUS)
    slope = number(
        "By maximum likelihood. Any, calibrated at 1; below 1 is too bold, above 1 too timid, "
        "below 0 worse than useless.",
        ANY_STATUS,
    )
    intercept_se = number(
        "Standard error, clustered. 0 and up.", f"{ANY_STATUS}, and below 2 clusters", min_value=0
    )
    slope_se = number(
        "Standard error, clustered. 0 and up.", f"{ANY_STATUS}, and below 2 clusters", min_value=0
    )
    citl = number(
        "Calibration in the large: the intercept with slope 1, root of Σ expit(a + x) = Σ y. Any, "
        "0 is best; above 0: probabilities too low.",
        ONE_CLASS,
    )
    citl_se = number(
        "Standard error, clustered. 0 and up.", f"{ONE_CLASS}, and below 2 clusters", min_value=0
    )


class BinSerializer(serializers.Serializer[Any]):
    """One tenth of the probabilities; empty ones stay, with n = 0."""

    lower = serializers.FloatField(help_text="Included.")
    upper = serializers.FloatField(help_text="Not included, but for 1.")
    n = count("Forecasts in it.")
    n_yes = count("Those of them that came true.")
    mean_probability = share("Their mean probability: where to plot them. 0..1.", "in an empty bin")
    observed_frequency = share("n_yes / n. 0..1.", "in an empty bin")
    wilson95 = interval(WILSON.format("mean_probability"), "in an empty bin")


class ValueSerializer(serializers.Serializer[Any]):
    """One of the probabilities that the expert used."""

    probability = serializers.FloatField(help_text="P(yes), 0..1.")
    n = count("Forecasts of exactly that probability.")
    n_yes = count("Those of them that came true.")
    wilson95 = interval(WILSON.format("probability"), "never: no row is empty")
