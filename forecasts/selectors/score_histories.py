"""Scores at many instants, from rows that are read once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from forecasts.models import AdoptedRange, Dispute, Expert, Forecast, Resolution
from forecasts.scoring import EVERYTHING, Options, score_figures, score_parts
from forecasts.scoring.arrays import Booleans, Integers
from forecasts.scoring.populations import (
    Figures,
    PopulationFigures,
    brier_of,
    populations,
    relative_of,
)
from forecasts.scoring.reasons import Undefined
from forecasts.scoring.statements import Questions
from forecasts.selectors.clusters import clusters_of, read_links
from forecasts.selectors.codes import distinct
from forecasts.selectors.columns import Columns, microseconds, read_columns
from forecasts.selectors.disputes import Disputed, read_disputed
from forecasts.selectors.histories import (
    QuestionRows,
    asked_columns,
    questions_of,
    read_about,
    read_amendments,
    ruled_columns,
)
from forecasts.selectors.merges import RECORDED_AS, MergeHistory, merge_history
from forecasts.selectors.scores import NO_TOPICS, tally_of
from forecasts.selectors.statements import (
    Said,
    adopted_columns,
    said_columns,
    said_of,
    with_numbers,
)
from forecasts.selectors.topics import TopicRows, read_topics

# Statements times instants: beyond, what needs all experts is left out.
MOST_ROWS = 3_000_000
TOO_MANY_ROWS = "left out of a history as long as this: ask for fewer points, or scores/ as of each"


@dataclass(frozen=True, slots=True, eq=False)
class RecordedRows:
    """All rows recorded between two instants or before, each with the time of its standing."""

    said: Columns
    adopted: Columns
    asked: Columns
    ruled: Columns
    amendments: list[tuple[int, str, datetime]]
    links: Columns
    topics: TopicRows | None
    disputed: Disputed | None
    merges: MergeHistory | None

    def said_at(self, as_of: datetime, *, first: Integers) -> Said:
        """What statements_at finds. first: the experts of the first codes."""
        at = microseconds(as_of)
        said = _picked(self.said, _stands(self.said, "recorded_at", at))
        adopted = _picked(self.adopted, _stands(self.adopted, "adopted_at", at))
        merges = None if self.merges is None else self.merges.at(as_of)
        if merges is not None:
            said["expert"] = merges.applied(said["was"])
        return said_of(
            with_numbers(said, adopted),
            partial(self._questions, as_of),
            first=first,
            merges=merges,
        )

    def are_of(self, expert: Expert) -> Booleans:
        """Which statements may have counted for the expert at any of the instants."""
        everybody = {expert.pk} if self.merges is None else self.merges.ever_one(expert.pk)
        found: Booleans = np.isin(self.said["was"], list(everybody))
        return found

    def _questions(self, as_of: datetime, ids: Integers) -> Questions:
        at = microseconds(as_of)
        is_ruled = _stands(self.ruled, "resolved_at", at) & np.isin(self.ruled["question"], ids)
        rows = QuestionRows(
            asked=_picked(self.asked, np.searchsorted(self.asked["pk"], ids)),
            ruled=_picked(self.ruled, is_ruled),
            amended=[(pk, before) for pk, before, since in self.amendments if since > as_of],
        )
        links = _picked(self.links, self.links["fixed_at"] <= at)
        return questions_of(ids, rows, clusters_of(ids, links))

    def on(self, question_ids: Integers) -> "RecordedRows":
        """The same without statements on other questions."""
        said = _picked(self.said, np.isin(self.said["question"], question_ids))
        return RecordedRows(said, *(getattr(self, name) for name in RecordedRows.__slots__[1:]))


def read_rows(first: datetime, last: datetime, options: Options) -> RecordedRows:
    """The rows for any instant from first to last; the same number of queries for any span."""
    rows = Forecast.objects.filter(recorded_at__lte=last).annotate(was=RECORDED_AS)
    said = read_columns(said_columns(rows, "ends_at", "was"))
    ids = distinct(said["question"])
    adopted = AdoptedRange.objects.filter(adopted_at__lte=last)
    rulings = Resolution.objects.filter(resolved_at__lte=last)
    is_asked = options.disputed == "exclude"
    return RecordedRows(
        said=said,
        adopted=read_columns(adopted_columns(adopted, "ends_at")),
        asked=read_about(ids, asked_columns()),
        ruled=read_about(ids, ruled_columns(rulings, "resolved_at", "ends_at")),
        amendments=read_amendments(ids, since=first),
        links=read_links(last),
        topics=read_topics(ids, since=first, slug=options.topic) if options.topic else None,
        disputed=read_disputed(Dispute.objects.public()) if is_asked else None,
        merges=merge_history(),
    )


def score_history(
    expert: Expert, moments: Sequence[datetime], *, options: Options = EVERYTHING
) -> list[dict[str, Any]]:
    """Accuracy, bias and shrunk scores as of each moment, in rising order: those of scores/.

    Where there are very many rows, `shrunk` is null and says so.
    """
    rows = read_rows(moments[0], moments[-1], options)
    kinds = dict(Expert.objects.order_by("pk").values_list("pk", "synthetic"))
    if rows.said["pk"].size * len(moments) > MOST_ROWS:
        own = distinct(rows.said["question"][rows.are_of(expert)])
        kinds, rows = {expert.pk: expert.synthetic}, rows.on(own)
        return [_at(rows, expert, kinds, moment, options, is_whole=False) for moment in moments]
    return [_at(rows, expert, kinds, moment, options) for moment in moments]


def _at(
    rows: RecordedRows,
    expert: Expert,
    kinds: dict[int, bool],
    as_of: datetime,
    options: Options,
    *,
    is_whole: bool = True,
) -> dict[str, Any]:
    ids = np.array(list(kinds), dtype=np.int64)
    said = rows.said_at(as_of, first=ids)
    disputed = None if rows.disputed is None else rows.disputed.statements(said, as_of=as_of)
    topics = NO_TOPICS if rows.topics is None else rows.topics.at(said.question_ids, as_of)
    found = tally_of(
        said, topics, n_experts=ids.size, as_of=as_of, options=options, disputed=disputed
    )
    own = score_parts(found.only(np.searchsorted(ids, [expert.pk])).records)[0]
    if not is_whole:
        nothing = Undefined(TOO_MANY_ROWS)
        return PopulationFigures(nothing, nothing).complete(own)
    figures = score_figures(found.records)
    of = populations(
        np.array(list(kinds.values()), dtype=np.bool_),
        Figures.of(map(brier_of, figures)),
        Figures.of(map(relative_of, figures)),
    )
    return of[expert.synthetic].complete(own)


def _stands(rows: Columns, since: str, at: int) -> Booleans:
    stands: Booleans = (rows[since] <= at) & (at < rows["ends_at"])
    return stands


def _picked(rows: Columns, which: Booleans | Integers) -> Columns:
    return {name: column[which] for name, column in rows.items()}
