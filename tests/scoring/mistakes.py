"""Classic mistakes in scoring, each a small patch of the code, with tests that should notice it."""

from typing import NamedTuple


class Mutant(NamedTuple):
    """One mistake: in the module, `old` becomes `new`.

    tests: file::test in this folder; at least one of them has to fail by a comparison.
    """

    name: str
    mistake: str
    module: str
    old: str
    new: str
    tests: tuple[str, ...]


def mutants_in(module: str, *mutants: tuple[str, str, str, str, tuple[str, ...]]) -> list[Mutant]:
    return [
        Mutant(name, mistake, f"forecasts.scoring.{module}", old, new, tests)
        for name, mistake, old, new, tests in mutants
    ]


_BINS = mutants_in(
    "bins",
    (
        "float bins",
        "int(p / 0.1) puts .3, .6 and .7 a bin too low",
        "ppm // (PPM // N_BINS), N_BINS - 1",
        "(ppm / PPM / 0.1).astype(np.int64), N_BINS - 1",
        ("test_bins.py::test_bin_is_closed_below_and_open_above",),
    ),
    (
        "digitized bins",
        "np.digitize on np.linspace, whose bounds are not tenths",
        "ppm // (PPM // N_BINS), N_BINS - 1",
        "np.digitize(ppm / PPM, np.linspace(0, 1, 11)) - 1, N_BINS - 1",
        ("test_bins.py::test_bin_is_closed_below_and_open_above",),
    ),
    (
        "right-closed bins",
        "a bound belongs to the bin below it",
        "ppm // (PPM // N_BINS), N_BINS - 1",
        "np.maximum(ppm - 1, 0) // (PPM // N_BINS), N_BINS - 1",
        ("test_bins.py::test_bin_is_closed_below_and_open_above",),
    ),
    (
        "eleventh bin",
        "certainty falls into a bin of its own",
        "np.minimum(ppm // (PPM // N_BINS), N_BINS - 1)",
        "ppm // (PPM // N_BINS)",
        ("test_bins.py::test_last_bin_is_closed",),
    ),
    (
        "bin centers",
        "a bin stands at its center, not at the mean of its forecasts",
        '"mean_probability": said / PPM / n',
        '"mean_probability": np.where(n > 0, lower / N_BINS + 0.05, np.nan)',
        ("test_bins.py::test_bin_stands_at_the_mean_of_its_forecasts",),
    ),
)

_CALIBRATION = [
    *mutants_in(
        "calibration_errors",
        (
            "bins that cancel",
            "ECE adds the bins' errors with their signs",
            "total = np.abs(excess).reshape(n_experts, N_BINS).sum(axis=1)",
            "total = np.abs(excess.reshape(n_experts, N_BINS).sum(axis=1))",
            ("test_calibration_errors.py::test_error_and_floor_of_worked_cases",),
        ),
        (
            "cluster-blind ECE floor",
            "nested questions get a coin each",
            "records.groups.split(records.ppm, records.clusters.code)",
            "records.groups.split(records.ppm, np.arange(records.ppm.size))",
            (
                "test_calibration_errors.py::test_floor_of_clusters_is_what_draws_of_clusters_average",
                "test_calibration_errors.py::test_duplicates_within_a_cluster_leave_error_and_floor",
            ),
        ),
    ),
    *mutants_in(
        "corp",
        (
            "untied PAV",
            "equal probabilities are not pooled first, so that no comes before yes among them",
            "steps = isotonic_steps(pairs.pool)",
            (
                "steps = isotonic_steps(\n"
                "        Pool(pairs.ppm, np.ones_like(pairs.ppm), pairs.outcome, pairs.groups)\n"
                "    )"
            ),
            (
                "test_corp.py::test_curve_and_parts_of_worked_cases",
                "test_corp.py::test_curve_and_parts_match_scikit_learn",
            ),
        ),
        (
            "unweighted PAV",
            "a probability said once weighs as much as one said a hundred times",
            "pool.frequency[rows] + lift, weights=pool.n[rows]",
            "pool.frequency[rows] + lift, weights=np.ones_like(pool.n[rows])",
            ("test_corp.py::test_curve_and_parts_of_worked_cases",),
        ),
    ),
    *mutants_in(
        "consistency_bands",
        (
            "draws that touch",
            "the isotonic fit runs on from one draw into the next",
            "lift = 2.0 * np.nonzero(is_drawn)[0]",
            "lift = 0.0 * np.nonzero(is_drawn)[0]",
            ("test_consistency_bands.py::test_band_and_floor_match_scikit_learn_draw_by_draw",),
        ),
    ),
    *mutants_in(
        "resamples",
        (
            "cluster-blind draws",
            "nested questions are drawn independently",
            "np.repeat(draw, size), np.repeat(uniform, size)",
            "np.repeat(draw, size), rng.integers(PPM, size=row.size)",
            ("test_consistency_bands.py::test_draws_take_whole_clusters_and_one_uniform_for_each",),
        ),
    ),
    *mutants_in(
        "decompositions",
        (
            "unweighted Murphy",
            "every distinct probability weighs the same",
            '"reliability_term": pool.groups.sum(pool.n * (p - frequency) ** 2) / n',
            '"reliability_term": pool.groups.sum((p - frequency) ** 2) / pool.groups.n',
            (
                "test_decompositions.py::test_terms_are_taken_on_the_distinct_probabilities",
                "test_decompositions.py::test_terms_add_up_to_the_brier_score",
            ),
        ),
    ),
    *mutants_in(
        "discrimination",
        (
            "AUC without half ties",
            "a tie is lost",
            "twice_below = 2 * pool.groups.before(n_no) + n_no",
            "twice_below = 2 * pool.groups.before(n_no)",
            (
                "test_discrimination.py::test_area_is_the_share_of_contests_won",
                "test_discrimination.py::test_area_matches_scikit_learn",
            ),
        ),
        (
            "AUC with won ties",
            "a tie is won",
            "twice_below = 2 * pool.groups.before(n_no) + n_no",
            "twice_below = 2 * pool.groups.before(n_no) + 2 * n_no",
            ("test_discrimination.py::test_area_is_the_share_of_contests_won",),
        ),
    ),
]

_TESTS = [
    *mutants_in(
        "calibration_tests",
        (
            "wrong Spiegelhalter",
            "the variance lacks (1 - 2p)²",
            "groups.sum(pool.n * lean**2 * p * (1.0 - p))",
            "groups.sum(pool.n * p * (1.0 - p))",
            (
                (
                    "test_calibration_tests.py"
                    "::test_spiegelhalter_compares_the_brier_score_with_its_promise"
                ),
            ),
        ),
        (
            "reversed Spiegelhalter",
            "the sign: overconfidence looks like modesty",
            "groups.sum((pool.n_yes - pool.n * p) * lean)",
            "groups.sum((pool.n * p - pool.n_yes) * lean)",
            (
                (
                    "test_calibration_tests.py"
                    "::test_spiegelhalter_compares_the_brier_score_with_its_promise"
                ),
            ),
        ),
        (
            "two tests added up",
            "the score test takes bias and slope for independent",
            "away = x - np.repeat(groups.sum(v * x) / groups.sum(v), groups.n)",
            "away = x",
            ("test_calibration_tests.py::test_score_test_matches_the_score_test_of_statsmodels",),
        ),
        (
            "two degrees always",
            "one probability throughout is tested on two degrees of freedom",
            "2 - constant.astype(np.int64)",
            "2 - 0 * constant.astype(np.int64)",
            ("test_calibration_tests.py::test_one_probability_throughout_is_tested_on_one_degree",),
        ),
    ),
    *mutants_in(
        "sequential_tests",
        (
            "alarm taken back",
            "the evidence counts only at the end",
            '"alarm": bool(highest >= np.log(ALARM))',
            '"alarm": bool(last >= np.log(ALARM))',
            ("test_sequential_tests.py::test_alarm_is_not_taken_back",),
        ),
        (
            "best of the rivals",
            "the evidence is that of the best rival, not the mean of all",
            "best + np.log(np.exp(gains - best[:, None]).mean(axis=1))",
            "best",
            ("test_sequential_tests.py::test_evidence_is_the_product_of_its_definition",),
        ),
    ),
    *mutants_in(
        "recalibrations",
        (
            "cluster-blind slope",
            "the errors of intercept and slope know no clusters",
            "np.diag(back @ variance @ back.T) * design_effect",
            "np.diag(back @ variance @ back.T) * np.ones_like(design_effect)",
            (
                "test_recalibrations.py::test_clusters_widen_the_errors_by_their_design_effect",
                "test_recalibrations.py::test_duplicates_within_a_cluster_change_nothing",
            ),
        ),
        (
            "plain IRLS",
            "no step is halved, and hard data diverge",
            "found = found + _halved(step, design, outcome, start=found)",
            "found = found + np.clip(step, -50, 50)",
            ("test_recalibrations.py::test_hard_data_reach_the_maximum",),
        ),
    ),
]

_SCORES = [
    *mutants_in(
        "proper_scores",
        (
            "log clip at machine epsilon",
            "a certain miss costs 36 nats",
            "_log_losses(clip_ppm(pool.ppm), pool)",
            "_log_losses(np.clip(pool.ppm, PPM * 2.0**-52, PPM * (1 - 2.0**-52)), pool)",
            ("test_proper_scores.py::test_log_score_is_clipped_and_counted",),
        ),
        (
            "log of the wrong side",
            "the logarithm of what did not happen",
            "-xlogy(pool.n_yes, ppm / PPM) - xlogy(pool.n - pool.n_yes, 1 - ppm / PPM)",
            "-xlogy(pool.n_yes, 1 - ppm / PPM) - xlogy(pool.n - pool.n_yes, ppm / PPM)",
            ("test_proper_scores.py::test_log_score_matches_scikit_learn",),
        ),
        (
            "best and worst swapped",
            "the bounds of the wording are taken from the wrong side",
            '"best": Column(_mean(np.where(is_yes, records.high, records.low)',
            '"best": Column(_mean(np.where(is_yes, records.low, records.high)',
            (
                "test_proper_scores.py::test_bounds_of_the_wording_bound_the_score",
                "test_identities.py::test_score_lies_between_its_best_and_worst",
            ),
        ),
    ),
    *mutants_in(
        "pairs",
        (
            "full Brier form",
            "twice the half form, 0..2",
            "return self.groups.mean(squares) / PPM**2",
            "return 2 * self.groups.mean(squares) / PPM**2",
            (
                "test_proper_scores.py::test_stated_number_is_its_own_best_and_worst",
                "test_identities.py::test_corp_adds_up_and_miscalibration_is_never_negative",
            ),
        ),
    ),
    *mutants_in(
        "probabilities",
        (
            "truncated floats",
            "int(float(p) * 1,000,000) loses a part per million",
            "return int(rounded.scaleb(6, context=_EXACT))",
            "return int(float(probability) * 1_000_000)",
            ("test_probabilities.py::test_probability_becomes_exact_parts_per_million",),
        ),
    ),
    *mutants_in(
        "skills",
        (
            "half of leave-one-out",
            "the base rate of the others, but n/(n - 1) not squared",
            "others = uncertainty * (n / (n - 1)) ** 2",
            "others = uncertainty * (n / (n - 1))",
            ("test_skills.py::test_skill_is_the_share_of_the_reference_saved",),
        ),
    ),
    *mutants_in(
        "shrinkages",
        (
            "shrunk toward 0",
            "a short record is drawn to a perfect score",
            "return self.mean + reliability * (mean - self.mean), reliability",
            "return reliability * mean, reliability",
            (
                "test_shrinkages.py::test_population_worked_by_hand",
                "test_shrinkages.py::test_shrunk_mean_lies_between_the_raw_one_and_that_of_all",
            ),
        ),
        (
            "fixed-effect mean",
            "experts weigh by their clusters alone, as if all were equally good",
            "weights = _reliability(n_clusters, between=between, within=within)",
            "weights = n_clusters.astype(np.float64)",
            ("test_shrinkages.py::test_population_matches_the_meta_analysis_of_statsmodels",),
        ),
        (
            "negative variance",
            "where experts differ less than by chance, shrinking overshoots",
            "return variance if variance > _NEGLIGIBLE else 0.0",
            "return variance if abs(variance) > _NEGLIGIBLE else 0.0",
            ("test_shrinkages.py::test_experts_no_further_apart_than_by_chance_are_all_the_same",),
        ),
    ),
]

MUTANTS: list[Mutant] = [*_BINS, *_CALIBRATION, *_TESTS, *_SCORES]
