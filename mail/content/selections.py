"""What one selection gets of the news of a week."""

from dataclasses import replace
from typing import Protocol, TypeVar

from mail.content.digests import DigestContent, SelectionFilter, Slugs


class Tagged(Protocol):
    """Says what it is about."""

    @property
    def topics(self) -> Slugs: ...

    @property
    def experts(self) -> Slugs: ...


Item = TypeVar("Item", bound=Tagged)


def news_for(content: DigestContent, selection: SelectionFilter | None) -> DigestContent:
    """The news on any of the topics, or of any of the experts; all of it for None."""
    if selection is None:
        return content
    return replace(
        content,
        resolved=_chosen(content.resolved, selection),
        movers=_chosen(content.movers, selection),
        corrections=_chosen(content.corrections, selection),
        disputes=_chosen(content.disputes, selection),
        coming_due=_chosen(content.coming_due, selection),
        new_forecasts=_chosen(content.new_forecasts, selection),
    )


def is_chosen(item: Tagged, selection: SelectionFilter | None) -> bool:
    """Whether the item is news for the selection."""
    return selection is None or not (
        selection.topics.isdisjoint(item.topics) and selection.experts.isdisjoint(item.experts)
    )


def _chosen(items: tuple[Item, ...], selection: SelectionFilter) -> tuple[Item, ...]:
    return tuple(item for item in items if is_chosen(item, selection))
