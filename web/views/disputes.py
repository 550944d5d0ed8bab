"""Disputing a record without an account, and reading what others disputed and what was answered."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from forecasts.exceptions import LimitReachedError
from forecasts.models import Dispute
from forecasts.models.disputes import Record
from forecasts.networks import network_of
from forecasts.selectors.disputes import listed_disputes, punctuality
from forecasts.services.disputes import ACKNOWLEDGED_WITHIN, DECIDED_WITHIN
from mail.disputes import (
    MOST_CODES_A_DAY,
    confirm_contact,
    receive_dispute,
    send_code_again,
)
from mail.models import DisputeContact
from web.code_forms import CodeForm
from web.dispute_forms import DisputeForm
from web.dispute_rows import dispute_rows
from web.private_pages import later, private
from web.records import record_of, related, shown

PER_PAGE = 25
WRONG_CODE = (
    "This code does not fit, or it has run out, or was tried too often. The dispute itself is "
    "received all the same."
)
ANOTHER = (
    "You have sent this form already, with another text. What you have written now is still here: "
    "press the button once more to send it as another dispute."
)
STATUSES = {"": "All", "open": "Open", "decided": "Decided"}


def disputes_page(request: HttpRequest) -> HttpResponse:
    """Disputes that are open or decided, and how long they took."""
    now = timezone.now()
    chosen = request.GET.get("status", "")
    rows = listed_disputes().public().order_by("-received_at", "-pk")
    if chosen in {"open", "decided"}:
        rows = rows.filter(decided_at__isnull=chosen == "open")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": dispute_rows(page.object_list),
        "choices": STATUSES.items(),
        "chosen": chosen if chosen in STATUSES else "",
        "punctuality": punctuality(now),
        "acknowledged_within": ACKNOWLEDGED_WITHIN,
        "decided_within": DECIDED_WITHIN,
    }
    return render(request, "web/disputes.html", context)


def dispute_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One dispute with its answer; one that nobody has acknowledged is not there."""
    dispute = get_object_or_404(listed_disputes().public(), pk=pk)
    (row,) = dispute_rows([dispute])
    return render(request, "web/dispute.html", {"row": row})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dispute_form_page(request: HttpRequest, kind: str = "", key: str = "") -> HttpResponse:
    """The form, for the record of the address, or for one that is named in it."""
    record = record_of(kind, key) if kind else None
    now = timezone.now()
    if request.method != "POST":
        # A visitor of a page or of the API brings its address along.
        start = {"address": request.GET.get("record", "")[:2000]}
        return _form(request, DisputeForm(record=record, as_of=now, initial=start))
    form = DisputeForm(request.POST, record=record, as_of=now)
    if not form.is_valid() or form.record is None or form.nonce is None:
        return _form(request, form)
    return _received(request, form, form.record, form.nonce, now)


def _received(
    request: HttpRequest, form: DisputeForm, record: Record, nonce: UUID, now: datetime
) -> HttpResponse:
    try:
        dispute = receive_dispute(
            record=record,
            **form.said(),
            email=form.cleaned_data["email"],
            nonce=nonce,
            network=network_of(request.META),
            as_of=now,
        )
    except LimitReachedError as error:
        return _limited(request, form, error, now)
    except ValidationError as error:
        form.add_error(None, error)
        return _form(request, form)
    if (dispute.text, dispute.record) != (form.instance.text, record):
        form.renew()
        form.add_error(None, ANOTHER)
        return _form(request, form)
    return redirect("web:dispute-received", dispute.nonce)


def _limited(
    request: HttpRequest, form: DisputeForm, error: LimitReachedError, now: datetime
) -> HttpResponse:
    form.add_error(None, f"{error} What you typed is still here; nothing was sent.")
    return later(_form(request, form, status=HTTPStatus.TOO_MANY_REQUESTS), error, now)


def _form(request: HttpRequest, form: DisputeForm, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {
        "form": form,
        "record": shown(form.record) if form.record else None,
        "related": related(form.record) if form.record else [],
        "acknowledged_within": ACKNOWLEDGED_WITHIN,
        "decided_within": DECIDED_WITHIN,
    }
    return render(request, "web/dispute_form.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dispute_received_page(request: HttpRequest, nonce: UUID) -> HttpResponse:
    """What comes next, for whoever has just sent the form; the code is entered here."""
    dispute = get_object_or_404(Dispute, nonce=nonce)
    is_again = request.POST.get("action") == "again"
    if is_again:
        send_code_again(dispute=dispute, as_of=timezone.now())
    form = CodeForm(None if is_again else request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if confirm_contact(dispute=dispute, code=code, as_of=timezone.now()):
            return private(HttpResponseRedirect(request.path))
        form.add_error("code", WRONG_CODE)
    contact = DisputeContact.objects.filter(dispute=dispute, erased_at=None).first()
    context: dict[str, Any] = {
        "dispute": dispute,
        "form": form,
        "has_contact": contact is not None,
        "is_confirmed": contact is not None and contact.confirmed_at is not None,
        "is_again": is_again,
        "most_codes": MOST_CODES_A_DAY,
    }
    # Without a referrer a browser hides the origin of its forms, too, and they would be refused.
    response = render(request, "web/dispute_received.html", context)
    return private(response, referrer="same-origin")
