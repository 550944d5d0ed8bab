"""Errors as problem details (RFC 9457): what went wrong, where, and what would be right."""

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework.exceptions import APIException, ParseError
from rest_framework.exceptions import ValidationError as BodyError

from api.pointers import pointed
from api.request_ids import current_request_id

CONTENT_TYPE = "application/problem+json"
INVALID_PARAMETERS = "urn:hindcast:problem:invalid-parameters"
INVALID_BODY = "urn:hindcast:problem:invalid-body"
REFUSED = "urn:hindcast:problem:refused"
# `errors` has them all.
MOST_TOLD = 10
NO_ANSWER = "The database gave no answer in time. Ask for less, or later."
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a request, and the nearest right one.

    It lies in a query parameter, or in the body where the JSON pointer shows. code: the rule.
    """

    parameter: str | None
    detail: str
    suggestion: str | None = None
    pointer: str | None = None
    code: str | None = None


class InvalidParametersError(APIException):
    """Query parameters that are unknown or hold what they cannot."""

    status_code = HTTPStatus.BAD_REQUEST
    default_detail = "The query has parameters that cannot be used."

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


class InvalidBodyError(APIException):
    """A body that cannot be used."""

    status_code = HTTPStatus.BAD_REQUEST
    default_detail = "The body cannot be used."

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


class RefusedError(APIException):
    """A write that the rules do not allow."""

    def __init__(
        self, status: HTTPStatus, *faults: Fault, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__()
        self.status_code = status
        self.faults = faults
        self.headers = headers or {}


class MovedError(APIException):
    """What was asked for is found at another address now, perhaps not for ever."""

    status_code = HTTPStatus.FOUND

    def __init__(self, address: str, detail: str) -> None:
        super().__init__(detail)
        self.headers = {"Location": address}


def nearest(given: str, known: Iterable[str]) -> str | None:
    """The known word most like the given one, if any is like it."""
    found = get_close_matches(given[:100].lower(), list(known), n=1, cutoff=0.5)
    return found[0] if found else None


def problem(
    request: HttpRequest,
    status: int,
    detail: str,
    *,
    kind: str = "about:blank",
    title: str = "",
    **members: Any,
) -> HttpResponse:
    """A response that says what is wrong."""
    body = {
        "type": kind,
        "title": title or HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "instance": request.path,
        **({"request_id": current_request_id()} if current_request_id() else {}),
        **members,
    }
    return HttpResponse(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        status=status,
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": "no-store"},
    )


def invalid_parameters(request: HttpRequest, faults: Iterable[Fault]) -> HttpResponse:
    """A response that names every parameter that cannot be used."""
    return _faulty(request, faults, kind=INVALID_PARAMETERS, title="Invalid query parameters")


def invalid_body(request: HttpRequest, faults: Iterable[Fault]) -> HttpResponse:
    """A response that points at everything in the body that cannot be used."""
    return _faulty(request, faults, kind=INVALID_BODY, title="Invalid body")


def refused(request: HttpRequest, error: RefusedError) -> HttpResponse:
    """A response that says which rules refuse what."""
    texts = {"kind": REFUSED, "title": "Refused by a rule"}
    return _faulty(request, error.faults, status=error.status_code, **texts)


def _faulty(
    request: HttpRequest,
    faults: Iterable[Fault],
    *,
    status: int = HTTPStatus.BAD_REQUEST,
    **texts: str,
) -> HttpResponse:
    errors = [
        {name: value for name, value in asdict(fault).items() if value is not None}
        for fault in faults
    ]
    detail = " ".join(error["detail"] for error in errors[:MOST_TOLD])
    if len(errors) > MOST_TOLD:
        detail += f" And {len(errors) - MOST_TOLD:,} more."
    return problem(request, status, detail, **texts, errors=errors)


def problem_response(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """Turn whatever a view raised into a problem; what nobody foresaw is logged and told."""
    request = context["request"]._request  # noqa: SLF001  (DRF has no public name for it)
    match error:
        case InvalidParametersError():
            return invalid_parameters(request, error.faults)
        case InvalidBodyError() | BodyError() | ParseError():
            return invalid_body(request, _faults_of(error))
        case RefusedError():
            response = refused(request, error)
        case APIException():
            response = problem(request, error.status_code, str(error.detail))
        case Http404():
            response = problem(
                request, HTTPStatus.NOT_FOUND, _said(error, "There is nothing here.")
            )
        case PermissionDenied():
            response = problem(request, HTTPStatus.FORBIDDEN, "This is not yours to see.")
        case SuspiciousOperation():
            response = problem(request, HTTPStatus.BAD_REQUEST, "The request cannot be read.")
        case OperationalError():
            logger.error("%s got no answer", type(context["view"]).__name__, exc_info=error)
            response = problem(request, HTTPStatus.SERVICE_UNAVAILABLE, NO_ANSWER)
        case _:
            logger.error("%s failed", type(context["view"]).__name__, exc_info=error)
            response = _unforeseen(request, context["view"])
    for name, value in _headers_of(error).items():
        response.headers[name] = value
    return response


def _faults_of(error: APIException) -> Iterable[Fault]:
    if isinstance(error, InvalidBodyError):
        return error.faults
    return [Fault(None, said, pointer=at) for at, said in pointed(error.detail)]


def _headers_of(error: Exception) -> dict[str, str]:
    """Those that the error brings; DRF hangs on it what a 401 asks for."""
    challenge = getattr(error, "auth_header", None)
    asked = {"WWW-Authenticate": challenge} if challenge else {}
    return asked | getattr(error, "headers", {})


def _said(error: Exception, otherwise: str) -> str:
    said = error.args[0] if error.args else None
    return said if isinstance(said, str) else otherwise


def _unforeseen(request: HttpRequest, view: Any) -> HttpResponse:
    got_request_exception.send(sender=type(view), request=request)
    return problem(
        request, HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here; it has been logged."
    )
