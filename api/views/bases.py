"""What all endpoints share."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import set_response_etag
from django.utils.functional import SimpleLazyObject
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from api.deprecations import Deprecation
from api.filters import StrictFilterBackend
from api.pagination import StableCursorPagination
from api.parameters import check_parameters
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
    cache_control = f"public, max-age={MAX_AGE}"
    deprecated: Deprecation | None = None
    now: datetime

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Read the clock, once, and refuse parameters that nothing reads."""
        self.now = timezone.now()
        super().initial(request, *args, **kwargs)
        check_parameters(request.query_params, self.known_parameters(), repeated=self.repeated)

    def known_parameters(self) -> list[str]:
        """The query parameters that the endpoint reads."""
        return list(self.parameters)

    def get_serializer_context(self) -> dict[str, Any]:
        """As usual, with what is under dispute; read where a record's marks ask for it."""
        context: dict[str, Any] = super().get_serializer_context()
        return context | {"open_disputes": SimpleLazyObject(lambda: open_disputes(self.now))}

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
            if self.cache_control != NOT_KEPT:
                # Here and not in the middleware, so that HEAD answers as GET does.
                response.add_post_render_callback(set_response_etag)
        return response


class PublicListView(PublicView, generics.ListAPIView[Any]):
    """A list in pages, with filters and orderings from allow-lists."""

    filter_backends: Sequence[Any] = (StrictFilterBackend,)
    pagination_class: Any = StableCursorPagination
    filterset_class: Any = None
    orderings: dict[str, str]
    default_ordering: str

    def known_parameters(self) -> list[str]:
        """The page's, the order's and the filters' parameters."""
        filters = self.filterset_class.base_filters if self.filterset_class else ()
        return [*self.parameters, "limit", "cursor", "ordering", *filters]


class PublicDetailView(PublicView, generics.RetrieveAPIView[Any]):
    """One row."""
