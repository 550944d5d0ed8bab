"""Endpoints for tests, such as no version has: one that is written to, one that goes."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.keys import needs_scope
from api.views.bases import PublicView
from forecasts.models import Scope


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
        return Response({"user": request.user.get_username(), "key": request.auth.name})


def fail(request: HttpRequest) -> HttpResponse:
    """What Django itself answers with."""
    raise RuntimeError("the secret detail")


urlpatterns = [path("api/v1/rows/", Rows.as_view()), path("api/v1/fails/", fail)]
