"""The addresses of the site, and the two that the others are held against."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class ConstantView(APIView):
    """The least that Django REST Framework does."""

    def get(self, request: Request) -> Any:
        return Response({"status": "ok"})


urlpatterns = [
    path("bench/empty/", empty),
    path("api/v1/bench/constant/", ConstantView.as_view()),
    path("", include("config.urls")),
]
