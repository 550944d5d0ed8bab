"""Endpoints for tests, such as no version has: one that is written to, one that goes."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

import config.urls
from api.deprecations import Deprecation
from api.keys import key_behind, needs_scope
from api.views.bases import PublicView
from forecasts.models import Scope

DEPRECATION = Deprecation(
    since=datetime(2026, 1, 1, tzinfo=UTC),
    sunset=datetime(2026, 7, 3, 12, tzinfo=UTC),
    link="https://hindcast.test/changes",
)


class RowSerializer(serializers.Serializer[Any]):
    """What can be sent."""

    quote = serializers.CharField(max_length=10)
    links = serializers.ListField(child=serializers.URLField(), required=False)


class Rows(PublicView):
    """Takes rows, and says who sent them with what."""

    http_method_names = ["get", "head", "options", "post"]
    permission_classes = [needs_scope(Scope.FORECASTS)]

    def get(self, request: Request) -> Response:
        return Response({"user": str(request.user)})

    def post(self, request: Request) -> Response:
        rows = RowSerializer(data=request.data, many=True)
        rows.is_valid(raise_exception=True)
        return Response({"user": request.user.get_username(), "key": key_behind(request).name})


class Old(PublicView):
    """Goes."""

    deprecated = DEPRECATION

    def get(self, request: Request) -> Response:
        return Response({}, headers={"Link": '</api/v1/old/?cursor=2>; rel="next"'})


def fail(request: HttpRequest) -> HttpResponse:
    """What Django itself answers with."""
    raise RuntimeError("the secret detail")


urlpatterns = [
    path("api/v1/rows/", Rows.as_view()),
    path("api/v1/old/", Old.as_view()),
    path("api/v1/fails/", fail),
    *config.urls.urlpatterns,
]
