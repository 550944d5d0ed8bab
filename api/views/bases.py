"""What all endpoints share."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import set_response_etag
from django.utils.functional import SimpleLazyObject, cached_property
from rest_framework import generics
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response

from api.columns import Path, columns_of, picked
from api.deprecations import Deprecation
from api.filters import StrictFilterBackend
from api.pagination import StableCursorPagination
from api.parameters import check_parameters
from api.shapes import read_columns, read_expanded
from forecasts.selectors.disputes import open_disputes

MAX_AGE = 30
NOT_KEPT = "no-store"


class PublicView(generics.GenericAPIView[Any]):
    """Read by anybody: cacheable, with an ETag, and strict about query parameters."""

    http_method_names = ["get", "head", "options"]
    filter_backends: Sequence[Any] = ()
    pagination_class: Any = None
    lookup_field = "slug"
    parameters: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    # Parameters that say how an answer is shown, and not what is in it.
    shapes: tuple[str, ...] = ("format", "fields")
    expandable: tuple[str, ...] = ()
    is_list = False
    cache_control = f"public, max-age={MAX_AGE}"
    deprecated: Deprecation | None = None
    now: datetime

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Read the clock, once, and refuse methods and parameters that nothing reads."""
        if str(request.method).lower() not in self.http_method_names:
            # Before anything that is said of parameters, forms and keys.
            raise MethodNotAllowed(str(request.method))
        self.now = timezone.now()
        super().initial(request, *args, **kwargs)
        known = self.accepted_parameters()
        check_parameters(request.query_params, known, repeated=self.repeated)
        self.expanded = read_expanded(request.query_params, self.expandable)
        self.is_picked = "fields" in request.query_params
        if self.is_picked:
            self.columns  # noqa: B018  (refuses unknown fields before anything is read)

    def accepted_parameters(self) -> list[str]:
        """The query parameters that this request may have."""
        return [*self.known_parameters(), *self.shown_parameters()]

    def known_parameters(self) -> list[str]:
        """The query parameters that the endpoint reads."""
        return list(self.parameters)

    @classmethod
    def shown_parameters(cls) -> list[str]:
        """The query parameters that say how the answer is shown."""
        return [*cls.shapes, "expand"] if cls.expandable else list(cls.shapes)

    @cached_property
    def columns(self) -> tuple[Path, ...]:
        """The fields that are asked for. Raises InvalidParametersError."""
        serializer: Any = self.serializer_class
        shown = serializer(context={"expanded": self.expanded})
        return read_columns(self.request.query_params, columns_of(shown))

    def get_serializer_context(self) -> dict[str, Any]:
        """As usual, with what is under dispute; read where a record's marks ask for it."""
        context: dict[str, Any] = super().get_serializer_context()
        return context | {
            "open_disputes": SimpleLazyObject(lambda: open_disputes(self.now)),
            "expanded": self.expanded,
        }

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Say what can be asked."""
        return HttpResponse(status=HTTPStatus.NO_CONTENT)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Let caches keep what was found."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.deprecated is not None:
            self.deprecated.tell(response)
        if isinstance(response, Response) and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = self.cache_control
            if self.is_picked:
                response.data = self._picked(response.data)
            response.add_post_render_callback(_keep_type)
            if self.cache_control != NOT_KEPT:
                # Here and not in the middleware, so that HEAD answers as GET does.
                response.add_post_render_callback(set_response_etag)
        return response

    def _picked(self, data: Any) -> Any:
        if not self.is_list:
            return picked(data, self.columns)
        return data | {"results": [picked(row, self.columns) for row in data["results"]]}


class PublicListView(PublicView, generics.ListAPIView[Any]):
    """A list in pages, with filters and orderings from allow-lists."""

    is_list = True
    filter_backends: Sequence[Any] = (StrictFilterBackend,)
    pagination_class: Any = StableCursorPagination
    filterset_class: Any = None
    orderings: dict[str, str]
    default_ordering: str

    def paginate_queryset(self, queryset: QuerySet[Any]) -> Any:
        """One page. Names that were asked for are known where anything bears them."""
        rows = super().paginate_queryset(queryset)
        if not rows:
            self.refuse_unknown()
        return rows

    def refuse_unknown(self) -> None:
        """Raise InvalidParametersError where a filter names what there is not."""
        for backend in self.filter_backends:
            backend().refuse_unknown(self.request, self)

    def known_parameters(self) -> list[str]:
        """The page's, the order's and the filters' parameters."""
        filters = self.filterset_class.base_filters if self.filterset_class else ()
        return [*self.parameters, "limit", "cursor", "ordering", *filters]


class PublicDetailView(PublicView, generics.RetrieveAPIView[Any]):
    """One row."""


def _keep_type(response: Any) -> None:
    """Say what an empty table is; DRF says it of nothing that is empty."""
    renderer = response.accepted_renderer
    response.headers.setdefault("Content-Type", f"{renderer.media_type}; charset=utf-8")
