"""What each request costs, and whose budget pays: a key's own, or the network's."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from api.answers import answered_before
from api.keys import INVALID, WANTED, InvalidKeyError, key_of
from api.limits import Budget, Policy, count
from api.problems import NO_ANSWER, problem
from forecasts.models import ApiKey
from forecasts.networks import network_of

LIMIT_REACHED = "urn:hindcast:problem:limit-reached"
FREE = ("health/", "schema/", "docs/")
PLACE = "/api/v1/"
logger = logging.getLogger(__name__)


def metered(
    request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]
) -> HttpResponse:
    """The answer with its budget, or a refusal: the key does not work, or too many requests."""
    now = timezone.now()
    refusal, key = None, None
    try:
        key = None if request.method == "OPTIONS" else key_of(request, now)
    except InvalidKeyError as error:
        refusal = _unauthorized(request, error)
    except OperationalError:
        logger.exception("a key could not be looked up")
        return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, NO_ANSWER)
    vars(request)["api_key"] = key
    policy = _policy_of(request, key)
    cost = 0 if _is_free(request) and refusal is None else 1
    # Who has it already gets a 304 without taking and giving back.
    known = answered_before(request) if cost and refusal is None else None
    budget = count(policy, cost, now, is_given_back=known is not None)
    if budget is not None and not budget.is_granted:
        response = _too_many(request, budget)
    else:
        response = refusal or known or get_response(request)
    if cost and known is None and response.status_code == HTTPStatus.NOT_MODIFIED:
        budget = count(policy, -1, now)
    return _with_budget(response, policy, budget)


def _policy_of(request: HttpRequest, key: ApiKey | None) -> Policy:
    if key is None:
        return Policy("anonymous", settings.API_PER_MINUTE, network_of(request.META))
    return Policy("key", key.per_minute, str(key.pk))


def _is_free(request: HttpRequest) -> bool:
    return request.method == "OPTIONS" or request.path_info.removeprefix(PLACE) in FREE


def _with_budget(response: HttpResponse, policy: Policy, budget: Budget | None) -> HttpResponse:
    response.headers["RateLimit-Policy"] = policy.header()
    if budget is not None:
        response.headers["RateLimit"] = budget.header()
    return response


def _unauthorized(request: HttpRequest, error: InvalidKeyError) -> HttpResponse:
    response = problem(request, HTTPStatus.UNAUTHORIZED, f"{error.__doc__} {WANTED}")
    response.headers["WWW-Authenticate"] = INVALID
    return response


def _too_many(request: HttpRequest, budget: Budget) -> HttpResponse:
    policy, seconds = budget.policy, budget.seconds_left
    whose = "with this key" if policy.name == "key" else "from your network"
    response = problem(
        request,
        HTTPStatus.TOO_MANY_REQUESTS,
        f"That is more than {policy.most} requests a minute {whose}. Try again in {seconds} s.",
        kind=LIMIT_REACHED,
    )
    response.headers["Retry-After"] = str(seconds)
    return response
