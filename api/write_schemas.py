"""What the OpenAPI document says of writing."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
)

from api.inputs import KEY_HEADER
from api.schemas import problems
from forecasts.models import Scope
from forecasts.models.api_keys import MAX_IDEMPOTENCY_KEY

ViewT = TypeVar("ViewT", bound=type)
DRY_RUN = OpenApiParameter(
    "dry_run",
    bool,
    description="`true`: everything is checked and answered as it would be, and nothing is stored.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    KEY_HEADER,
    {"type": "string", "minLength": 1, "maxLength": MAX_IDEMPOTENCY_KEY},
    OpenApiParameter.HEADER,
    description="Any text of your own, such as a UUID. The same request with the same key within "
    "24 hours is not done again but answered as the first time, with the header "
    "`Idempotent-Replayed: true`. Refusals are not kept.",
)
LOCATION = OpenApiParameter(
    "Location",
    str,
    OpenApiParameter.HEADER,
    response=[201],
    description="Where the row can be read, where one object was sent and rows have addresses.",
)
REPLAYED = OpenApiParameter(
    "Idempotent-Replayed",
    str,
    OpenApiParameter.HEADER,
    response=[201, 202],
    description="`true` where this is the answer of an earlier request.",
)
ERRORS = (400, 401, 403, 405, 406, 409, 413, 415, 422, 429)


def written(
    scope: Scope,
    summary: str,
    given: Any,
    answer: Any,
    *,
    example: dict[str, Any],
    description: str,
    tags: list[str] | None = None,
    status: int = 201,
    most: int = 1_000,
    errors: Iterable[int] = (),
) -> Callable[[ViewT], ViewT]:
    """Describe a view's POST: what it takes, what it answers, every error that it can give."""
    body = PolymorphicProxySerializer(
        component_name=given.__name__.removesuffix("Input") + "Body",
        serializers=[given, given(many=True)],
        resource_type_field_name=None,
        many=False,
    )
    text = (
        f"{description} Takes one object, or a list of up to {most:,}: all of them are recorded "
        "or none, and a refusal names everything that is wrong with any row. A list is one "
        "request to the limit."
    )
    security: Any = [{"key": [str(scope)]}]
    name = summary.rsplit(maxsplit=1)[-1].removesuffix("s")
    return extend_schema(
        methods=["POST"],
        tags=tags,
        summary=summary,
        description=text,
        request={"application/json": body},
        parameters=[DRY_RUN, IDEMPOTENCY_KEY, REPLAYED, *([LOCATION] if status == 201 else [])],
        responses={
            status: OpenApiResponse(answer, "Recorded." if status == 201 else "Taken."),
            200: OpenApiResponse(answer, "A dry run: what would have been answered."),
            **problems(*ERRORS, *errors),
        },
        auth=security,
        examples=[
            OpenApiExample(f"One {name}", example, request_only=True),
            OpenApiExample("A list", [example], request_only=True),
        ],
    )


def close_inputs(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say of what is written that it has no other members."""
    for name, schema in result["components"]["schemas"].items():
        if name.endswith("Input"):
            schema["additionalProperties"] = False
    return result
