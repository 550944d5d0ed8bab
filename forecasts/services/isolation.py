"""Computing many results at once, where one that fails does not keep the others."""

import logging
from collections.abc import Callable
from typing import TypeVar

ResultT = TypeVar("ResultT")

logger = logging.getLogger(__name__)


def computed_apart(
    ids: list[int], compute: Callable[[list[int]], dict[int, ResultT]], *, failure: str
) -> dict[int, ResultT]:
    """Results by id; one that cannot be computed is left out and logged. failure: with a %s."""
    if not ids:
        return {}
    try:
        return compute(ids)
    except Exception:
        if len(ids) == 1:
            logger.exception(failure, ids[0])
            return {}
    half = len(ids) // 2
    first, second = ids[:half], ids[half:]
    return computed_apart(first, compute, failure=failure) | computed_apart(
        second, compute, failure=failure
    )
