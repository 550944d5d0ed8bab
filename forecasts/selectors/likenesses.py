"""Experts who may be the one that a name stands for, and questions that may ask the same."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F
from django.db.models.functions import Coalesce

from forecasts.models import Expert, ExpertAlias, ExpertRename, Question
from forecasts.similarity.names import nearest
from forecasts.similarity.titles import nearest_titles

LONGEST_NAME = 200
LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Likeness:
    """An expert whose name, alias or former name resembles what was asked for.

    score: from 0 to 100; 100 where only case, accents, titles or the order of words differ.
    """

    expert: Expert
    name: str
    score: float


def experts_like(name: str, *, synthetic: bool | None = None, limit: int = 5) -> list[Likeness]:
    """Experts with a name like this one, the nearest first. synthetic: only such ones, or others.

    A text that no name can be resembles nobody.
    """
    return experts_like_each([name], synthetic=synthetic, limit=limit)[name]


def experts_like_each(
    names: Iterable[str], *, synthetic: bool | None = None, limit: int = 5
) -> dict[str, list[Likeness]]:
    """The same for several names, with the experts read once."""
    asked = dict.fromkeys(names)
    known = _known_names(synthetic)
    texts = [text for _, text in known]
    found = {
        name: _best([(*known[place], score) for place, score in nearest(name, texts)], limit)
        if len(name) <= LONGEST_NAME
        else {}
        for name in asked
    }
    experts = Expert.objects.in_bulk({pk for best in found.values() for pk in best})
    return {
        name: [Likeness(experts[pk], *best) for pk, best in rows.items() if pk in experts]
        for name, rows in found.items()
    }


def _best(rows: list[tuple[int, str, float]], limit: int) -> dict[int, tuple[str, float]]:
    """The nearest name of each expert; rows come with the nearest first."""
    best: dict[int, tuple[str, float]] = {}
    for pk, text, score in rows:
        best.setdefault(pk, (text, score))
    return dict(list(best.items())[:limit])


def _known_names(synthetic: bool | None) -> list[tuple[int, str]]:  # noqa: FBT001, three answers
    """Every name of every expert with the expert's id: present, other, and former ones.

    Those of an expert who was merged are names of the other.
    """
    own = Expert.objects.order_by().annotate(who=Coalesce("merged_into", "pk"), text=F("name"))
    survivor = Coalesce("expert__merged_into", "expert")
    others = ExpertAlias.objects.order_by().annotate(who=survivor, text=F("name"))
    former = ExpertRename.objects.order_by().annotate(who=survivor, text=F("before"))
    if synthetic is not None:
        own = own.filter(synthetic=synthetic)
        others = others.filter(expert__synthetic=synthetic)
        former = former.filter(expert__synthetic=synthetic)
    rows = [query.values_list("who", "text") for query in (own, others, former)]
    return list(rows[0].union(*rows[1:]).order_by("who", "text"))


@dataclass(frozen=True, slots=True)
class Twin:
    """A question that may ask the same as a title. How it was resolved is not read."""

    question: Question
    score: float


def questions_like(
    title: str, *, synthetic: bool = False, but: int | None = None, limit: int = 5
) -> list[Twin]:
    """Questions with a title like this one, the nearest first, whatever dates they name.

    but: the id of a question that is not meant. All titles are read: that is as fast as having
    the database look for words that they share.
    """
    if len(title) > LONGEST_TITLE:
        return []
    rows = Question.objects.filter(synthetic=synthetic).order_by().values_list("pk", "title")
    titles = [row for row in rows if row[0] != but]
    near = nearest_titles(title, [text for _, text in titles])[:limit]
    brief = Question.objects.only("pk", "slug", "title", "deadline", "synthetic", "family")
    found = brief.select_related("family").in_bulk([titles[place][0] for place, _ in near])
    return [Twin(found[titles[p][0]], score) for p, score in near if titles[p][0] in found]
