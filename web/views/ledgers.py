"""The ledger, explained, and the script that checks a copy of it."""

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forecasts.ledgers import verify_ledger
from forecasts.selectors.ledgers import ledger_head

SCRIPT = Path(verify_ledger.__file__).read_bytes()


def ledger_page(request: HttpRequest) -> HttpResponse:
    """What the ledger is, where it stands, and how to check it."""
    return render(request, "web/ledger.html", {"head": ledger_head()})


def ledger_script(request: HttpRequest) -> HttpResponse:
    """The script as a file to keep."""
    return HttpResponse(
        SCRIPT,
        content_type="text/x-python; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="verify_ledger.py"'},
    )
