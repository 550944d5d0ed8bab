"""Classic mistakes about what counts, how sure it is and whom it is compared with."""

from tests.scoring.mistakes import MUTANTS as ABOUT_SCORES
from tests.scoring.mistakes import Mutant, mutants_in

_STANDS = "test_standings.py::test_last_statement_before_the_end_stands"
_IN_TIME = "is_in_time = counts_from < questions.end[statements.question]"

_WHAT_COUNTS = [
    *mutants_in(
        "standings",
        (
            "annulled counted as no",
            "no ruling but yes is told from no",
            "        Fate.ANNULLED: answer == Answer.ANNULLED,\n",
            "",
            (_STANDS,),
        ),
        (
            "ambiguous counted as no",
            "what cannot be told has not happened",
            "        Fate.AMBIGUOUS: answer == Answer.AMBIGUOUS,\n",
            "",
            (_STANDS,),
        ),
        (
            "open counted as no",
            "what is not ruled has not happened",
            "        Fate.OPEN: answer == Answer.OPEN,\n",
            "",
            (_STANDS,),
        ),
        (
            "updates counted as points",
            "every statement is a forecast of its own",
            "(expert[1:] != expert[:-1]) | (question[1:] != question[:-1])",
            "True",
            ("test_standings.py::test_pairs_come_in_order_and_each_once",),
        ),
        (
            "first forecast stands",
            "an update changes nothing",
            "np.maximum.reduceat(claim * n + np.arange(n), starts) % n",
            "n - 1 - np.maximum.reduceat(claim * n + np.arange(n)[::-1], starts) % n",
            (_STANDS,),
        ),
        (
            "early rulings at the ruling",
            "a question that can end early only on yes counts at once",
            "        Fate.EARLY: (deadline != NEVER) & (deadline > counted_at),\n",
            "",
            ("test_standings.py::test_ruling_before_the_deadline_counts_only_at_the_deadline",),
        ),
        (
            "in time at the deadline",
            "a statement at the end still counts",
            _IN_TIME,
            _IN_TIME.replace("<", "<="),
            (_STANDS,),
        ),
        (
            "withdrawn still stands",
            "a withdrawal displaces nothing",
            _IN_TIME,
            f"{_IN_TIME.replace('= ', '= ~statements.is_withdrawal & (')})",
            (_STANDS, "test_exposures.py::test_withdrawal_leaves_a_gap"),
        ),
        (
            "backdated rows displace",
            "what was recorded late without a proven date replaces what was said in time",
            "is_proven = ~is_late | statements.proves_its_date",
            "is_proven = np.ones_like(is_late)",
            (_STANDS,),
        ),
        (
            "known by the deadline",
            "forecasts count until the deadline, although the answer was known before",
            _IN_TIME,
            _IN_TIME.replace(".end", ".deadline"),
            (_STANDS,),
        ),
    ),
]

_TIME = [
    *mutants_in(
        "exposures",
        (
            "time average over the question's life",
            "time without a forecast counts as a perfect score",
            "brier=ratio(summed(losses * length, spells.pair, n=n), stood, where=stood > 0)",
            (
                "brier=ratio(\n"
                "            summed(losses * length, spells.pair, n=n),\n"
                "            questions.end[standings.question] - opening,\n"
                "            where=stood > 0,\n"
                "        )"
            ),
            (
                "test_exposures.py::test_late_forecast_is_exposed_only_from_its_statement",
                "test_exposures.py::test_withdrawal_leaves_a_gap",
            ),
        ),
        (
            "unweighted updates",
            "an update of the last hour weighs as much as a year",
            "length = spells.end - spells.start",
            "length = np.ones_like(spells.start)",
            ("test_exposures.py::test_update_weighs_by_the_time_it_stood",),
        ),
        (
            "realized horizon",
            "the baseline is averaged until the early yes, which is not proper",
            "questions.deadline[standings.question] - opening",
            "questions.end[standings.question] - opening",
            ("test_exposures.py::test_time_after_an_early_yes_counts_zero",),
        ),
        (
            "probability of the wrong side",
            "what was given to no counts where yes came",
            "np.where(is_yes, ppm, PPM - ppm)",
            "np.where(is_yes, PPM - ppm, ppm)",
            (
                "test_exposures.py::test_one_forecast_held_to_the_end",
                "test_comparisons.py::test_without_times_the_standing_forecasts_compare",
            ),
        ),
        (
            "unclipped peers",
            "one certain miss makes everybody's peer score infinite",
            "np.log(clip_ppm(given) / PPM)",
            "np.log(np.maximum(given, 1) / PPM)",
            ("test_comparisons.py::test_certain_miss_costs_no_more_than_the_clip",),
        ),
    ),
]

_OTHERS = [
    *mutants_in(
        "comparisons",
        (
            "peer without N/(N - 1)",
            "the expert is one of those they are compared with",
            "is_shared, others = n > 1, np.maximum(n - 1, 1)",
            "is_shared, others = n > 1, np.maximum(n, 1)",
            ("test_comparisons.py::test_peer_is_the_distance_to_the_geometric_mean",),
        ),
        (
            "peer over the realized horizon",
            "the peer score is averaged until the early yes",
            "horizon = questions.deadline - standings.opening",
            "horizon = questions.end - standings.opening",
            ("test_comparisons.py::test_time_after_an_early_yes_gains_nothing",),
        ),
        (
            "compared with oneself",
            "without times too the mean of the others holds the expert",
            "excess = others * loss - (total[question] - loss)",
            "others = others + 1\n    excess = others * loss - total[question]",
            ("test_comparisons.py::test_without_times_the_standing_forecasts_compare",),
        ),
    ),
    *mutants_in(
        "paired_comparisons",
        (
            "cluster-blind comparison",
            "nested questions are independent where two experts are compared",
            "sums = np.bincount(code, weights=away)",
            "sums = away",
            ("test_paired_comparisons.py::test_difference_takes_a_cluster_as_one_observation",),
        ),
        (
            "one-sided comparison",
            "half of the p-value",
            '"p_value": 2.0 * beyond',
            '"p_value": beyond',
            (
                (
                    "test_paired_comparisons.py"
                    "::test_separate_questions_are_compared_as_by_the_paired_t_test_of_scipy"
                ),
            ),
        ),
    ),
    *mutants_in(
        "places",
        (
            "ranked by the score alone",
            "whoever scores better is better, however little is known",
            "needed = normal_quantile(0.95) * np.sqrt(own_variance + variance)",
            "needed = 0.0 * np.sqrt(own_variance + variance)",
            ("test_places.py::test_place_counts_the_significantly_better",),
        ),
    ),
]

_HOW_SURE = [
    *mutants_in(
        "intervals",
        (
            "cluster-blind errors",
            "every forecast is independent of every other",
            (
                "    sums = np.bincount(clusters.code, weights=deviations, minlength="
                "clusters.first.size)\n"
                "    squares = _sorted_within(np.square(sums, dtype=np.float64), clusters.groups)\n"
                "    total = clusters.groups.n\n"
                "    variance = total / (total - 1) * clusters.groups.sum(squares)"
            ),
            (
                "    squares, total = np.square(deviations), groups.n\n"
                "    variance = total / (total - 1) * groups.sum(squares)"
            ),
            (
                "test_intervals.py::test_standard_error_takes_a_cluster_as_one_observation",
                "test_intervals.py::test_standard_error_matches_the_clustered_mean_of_statsmodels",
            ),
        ),
        (
            "errors without G/(G - 1)",
            "the mean is taken for known",
            "variance = total / (total - 1) * clusters",
            "variance = clusters",
            ("test_intervals.py::test_standard_error_takes_a_cluster_as_one_observation",),
        ),
        (
            "clusters of one size",
            "the sum over clusters is divided by G², not by n²",
            "/ groups.n.astype(float) ** 2",
            "/ total.astype(float) ** 2",
            ("test_intervals.py::test_standard_error_takes_a_cluster_as_one_observation",),
        ),
        (
            "normal quantile",
            "1.96 for five clusters too",
            "student_quantiles(0.975, df=n_clusters - 1) *",
            "normal_quantile(0.975) *",
            ("test_intervals.py::test_interval_of_the_mean_is_symmetric_in_log_odds",),
        ),
        (
            "error off the log-odds scale",
            "the interval is built on log-odds from the plain standard error",
            "error.values / (mean * (1.0 - mean))",
            "error.values",
            ("test_intervals.py::test_interval_of_the_mean_is_symmetric_in_log_odds",),
        ),
        (
            "Wald for Wilson",
            "three of three is certain",
            "reach = z * np.sqrt(n_yes * (n - n_yes) / n + z * z / 4)",
            "reach = z * np.sqrt(n_yes * (n - n_yes) / n)",
            ("test_intervals.py::test_wilson_interval_matches_statsmodels",),
        ),
    ),
    *mutants_in(
        "frequencies",
        (
            "cluster-blind Wilson",
            "nested questions narrow the interval of their bin",
            "rows = one_per_cluster_within(number, clusters)",
            "rows = np.arange(number.size)",
            ("test_bins.py::test_wilson_interval_counts_a_cluster_once_within_a_bin",),
        ),
    ),
    *mutants_in(
        "track_records",
        (
            "unthinned tests",
            "tests take every forecast of a cluster for a trial of its own",
            "rows = np.sort(self.clusters.first)",
            "rows = np.arange(self.ppm.size)",
            ("test_summaries.py::test_nested_horizons_are_one_cluster",),
        ),
        (
            "earliest deadline speaks",
            "thinning keeps the horizon that was easiest",
            "(self.n_conditions, -self.deadline, self.question)",
            "(self.n_conditions, self.deadline, self.question)",
            ("test_track_records.py::test_one_forecast_speaks_for_a_cluster",),
        ),
        (
            "conditions ignored",
            "a forecast that hangs on others may speak for its cluster",
            "(self.n_conditions, -self.deadline, self.question)",
            "(-self.deadline, self.question)",
            ("test_track_records.py::test_one_forecast_speaks_for_a_cluster",),
        ),
    ),
]

MUTANTS: list[Mutant] = [*ABOUT_SCORES, *_WHAT_COUNTS, *_TIME, *_OTHERS, *_HOW_SURE]
