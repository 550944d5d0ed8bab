"""The service itself: what there is, how it is, how it is described."""

from functools import cache
from http import HTTPStatus
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from api.health import read_health
from api.problems import CONTENT_TYPE, problem
from api.schemas import MEANINGS, documented
from api.serializers.health import HealthProblemSerializer, HealthSerializer
from api.views.bases import NOT_KEPT, PublicView

INDEX = (
    "experts",
    "forecasts",
    "questions",
    "sources",
    "topics",
    "lexicons",
    "leaderboard",
    "compare",
    "unscorable-statements",
    "ledger",
    "ledger-head",
    "reviewing",
    "coding",
    "statistics",
    "corrections",
    "disputes",
    "exports",
    "health",
    "schema",
    "docs",
)


class IndexSerializer(serializers.Serializer[Any]):
    """The endpoints."""

    name = serializers.CharField()
    description = serializers.CharField()
    endpoints = serializers.DictField(child=serializers.URLField())


@documented("service", "What there is")
class IndexView(PublicView):
    """The endpoints, by name."""

    serializer_class = IndexSerializer
    renderer_classes = [JSONRenderer]
    shapes = ()

    def get(self, request: Request) -> Response:
        """The endpoints."""
        return Response(
            {
                "name": settings.SPECTACULAR_SETTINGS["TITLE"],
                "description": settings.SPECTACULAR_SETTINGS["DESCRIPTION"],
                "endpoints": {name: reverse(f"api:{name}", request=request) for name in INDEX},
            }
        )


@extend_schema(
    responses={
        200: HealthSerializer,
        (503, CONTENT_TYPE): OpenApiResponse(HealthProblemSerializer, MEANINGS[503]),
    },
    tags=["service"],
    summary="Whether everything runs",
)
class HealthView(PublicView):
    """How long ago the scheduled jobs ran, and what waits; 503 where that is too long."""

    serializer_class = HealthSerializer
    renderer_classes = [JSONRenderer]
    shapes = ()
    cache_control = NOT_KEPT

    def get(self, request: Request) -> HttpResponse:
        """The health of the service."""
        health = read_health(self.now)
        if not health.reasons:
            return Response(health.members())
        detail = " ".join(health.reasons)
        return problem(
            request._request,  # noqa: SLF001  (DRF has no public name for it)
            HTTPStatus.SERVICE_UNAVAILABLE,
            detail,
            **health.members(),
        )


class TextRenderer(BaseRenderer):
    """Sends what is written already."""

    charset: str | None = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        """The same bytes."""
        text: bytes = data
        return text


class JsonText(TextRenderer):
    """JSON that was written before."""

    media_type = OpenApiJsonRenderer2.media_type
    format = OpenApiJsonRenderer2.format


class YamlText(TextRenderer):
    """YAML that was written before."""

    media_type = OpenApiYamlRenderer.media_type
    format = OpenApiYamlRenderer.format
    charset = OpenApiYamlRenderer.charset


@cache
def described(form: str) -> bytes:
    """The OpenAPI document: of code and settings alone, so that each process makes it once."""
    generator: Any = SchemaGenerator
    document = generator().get_schema(request=None, public=True)
    writer = OpenApiYamlRenderer if form == YamlText.format else OpenApiJsonRenderer2
    text: bytes = writer().render(document, renderer_context={})
    return text


@extend_schema(exclude=True)
class SchemaView(PublicView):
    """The OpenAPI document, as JSON or, asked for so, as YAML."""

    renderer_classes = [JsonText, YamlText]
    shapes = ()

    def get(self, request: Request) -> Response:
        """The document."""
        form: str = request.accepted_renderer.format
        title = settings.SPECTACULAR_SETTINGS["TITLE"]
        headers = {"Content-Disposition": f'inline; filename="{title}.{form}"'}
        return Response(described(form), headers=headers)


@method_decorator(csp_update({"style-src": settings.DOCS_STYLE_SOURCES}), name="dispatch")
class DocsView(TemplateView):
    """A page to try the API, made of files that are served from here."""

    template_name = "api/docs.html"
