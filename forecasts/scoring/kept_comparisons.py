"""Comparisons of whole questions, kept so that scoring an expert takes no look at the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.comparisons import Comparisons, comparisons
from forecasts.scoring.exposures import standing_spells
from forecasts.scoring.groups import Groups
from forecasts.scoring.standings import Standings, standing_forecasts
from forecasts.scoring.statements import NEVER, UNKNOWN, Questions, Statements

PAIR = np.dtype([("expert", "<i8"), ("relative", "<f8"), ("peer", "<f8")])
# Codes of experts are below 2³².
_EXPERT_BITS = 32


class KeptQuestion(NamedTuple):
    """What scoring somebody on a question needs of the others who answered it.

    opening: as in Standings. pairs: a PAIR for each comparable expert, by id, whether or not the
    ruling counts already: nothing in here depends on the time of the look.
    """

    opening: int
    pairs: bytes


NOBODY = KeptQuestion(UNKNOWN, b"")


def kept_questions(
    statements: Statements, questions: Questions, *, expert_ids: Integers
) -> list[KeptQuestion]:
    """Return what to keep of each question. statements: all that was said about them."""
    standings = standing_forecasts(statements, questions, counted_at=NEVER)
    spells = standing_spells(statements, questions, standings)
    found = comparisons(spells, statements, questions, standings)
    rows = np.flatnonzero(standings.is_comparable)
    expert, question = expert_ids[standings.expert[rows]], standings.question[rows]
    order = np.lexsort((expert, question))
    pairs = np.empty(rows.size, dtype=PAIR)
    pairs["expert"] = expert[order]
    pairs["relative"] = found.relative[rows[order]]
    pairs["peer"] = found.peer[rows[order]]
    groups = Groups.of_sorted(question[order], len(questions))
    return [
        KeptQuestion(opening, own.tobytes())
        for opening, (own,) in zip(standings.opening.tolist(), groups.split(pairs), strict=True)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class KeptComparisons:
    """Comparisons of some experts: parallel arrays, a row per pair, in rising order of keys.

    key: of expert and question. opening: one per question, UNKNOWN where nothing was kept.
    """

    key: Integers
    relative: Floats
    peer: Floats
    opening: Integers

    @classmethod
    def of(
        cls,
        kept: Sequence[KeptQuestion],
        *,
        question: Integers,
        n_questions: int,
        expert_ids: Integers,
    ) -> Self:
        """Return those of the experts. question: the code of each one kept, in rising order."""
        pairs = np.frombuffer(b"".join(one.pairs for one in kept), dtype=PAIR)
        sizes = [len(one.pairs) // PAIR.itemsize for one in kept]
        rows = np.flatnonzero(np.isin(pairs["expert"], expert_ids))
        by_id = np.argsort(expert_ids)
        expert = by_id[np.searchsorted(expert_ids, pairs["expert"][rows], sorter=by_id)]
        key = _keys(expert, np.repeat(question, sizes)[rows])
        order = np.argsort(key)
        opening = np.full(n_questions, UNKNOWN)
        opening[question] = [one.opening for one in kept]
        found = pairs[rows[order]]
        return cls(key[order], found["relative"], found["peer"], opening)

    def at(self, standings: Standings) -> Comparisons:
        """Return the comparisons of the pairs that stand; NaN where none was kept."""
        wanted = _keys(standings.expert, standings.question)
        place = np.searchsorted(self.key, wanted)
        is_kept = np.isin(wanted, self.key)
        relative, peer = np.full((2, wanted.size), np.nan)
        relative[is_kept] = self.relative[place[is_kept]]
        peer[is_kept] = self.peer[place[is_kept]]
        return Comparisons(peer=peer, relative=relative)


def _keys(expert: Integers, question: Integers) -> Integers:
    keys: Integers = (question << _EXPERT_BITS) + expert
    return keys
