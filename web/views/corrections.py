"""The page of corrections."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forecasts.selectors.corrections import Correction, corrections, n_corrections

PER_PAGE = 50


class CorrectionList:
    """All corrections, read a slice at a time."""

    def __len__(self) -> int:
        return n_corrections()

    def __getitem__(self, part: slice) -> list[Correction]:
        return corrections(limit=part.stop)[part]


def corrections_page(request: HttpRequest) -> HttpResponse:
    """What had been public and was wrong, the newest first."""
    rows: Any = CorrectionList()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "web/corrections.html", {"page": page})
