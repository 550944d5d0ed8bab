"""What the OpenAPI document says beside the shapes."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiResponse, extend_schema

from api.problems import CONTENT_TYPE
from api.serializers.problems import ProblemSerializer

ViewT = TypeVar("ViewT", bound=type)
MOVED = {
    302: OpenApiResponse(description="The expert was merged into another; `Location` is there.")
}
MEANINGS = {
    400: "A query parameter is unknown or holds what it cannot; `errors` names it.",
    401: "The key that was sent does not work.",
    403: "The key lacks the scope that this needs; the problem names it.",
    409: "It is recorded already, or others were writing for too long; `errors` says which.",
    422: "A rule refuses it; `errors` points at what, with the `code` of the rule.",
    404: "There is nothing of that name.",
    405: "The address can only be read.",
    406: "This cannot be had in the form asked for.",
    412: "The file is another one than the precondition names.",
    413: "The body is too large.",
    415: "The body has to be JSON.",
    416: "The file has no such part; `Content-Range` says how long it is.",
    429: "Too many requests a minute; `Retry-After` says when there are more.",
    503: "Something behind the web server is late or gives no answer; ask for less, or later.",
}


def problems(*errors: int) -> dict[Any, Any]:
    """The errors that every request can meet with, and these."""
    return {
        (status, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, MEANINGS[status])
        for status in sorted({400, 401, 405, 406, 429, 503, *errors})
    }


def documented(
    tag: str,
    summary: str,
    *,
    answer: Any = None,
    errors: Iterable[int] = (),
    moves: bool = False,
    **more: Any,
) -> Callable[[ViewT], ViewT]:
    """Describe a view's GET: its answer, every error that it can give, and whether it moves."""
    shown = problems(*errors) | (MOVED if moves else {})

    def describe(view: ViewT) -> ViewT:
        found = answer or view.serializer_class  # type: ignore[attr-defined]
        is_list = hasattr(view, "list")
        responses = {200: found(many=True) if is_list else found, **shown}
        if view.deprecated is not None:  # type: ignore[attr-defined]
            more["deprecated"] = True
        return extend_schema(tags=[tag], summary=summary, responses=responses, **more)(view)

    return describe
