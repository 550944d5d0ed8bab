"""Keys: who a request acts for, and what it may write."""

import logging
from datetime import datetime
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from forecasts.exceptions import BusyError
from forecasts.models import ApiKey, Scope, User
from forecasts.selectors.api_keys import find_api_key
from forecasts.services.api_keys import note_use

CHALLENGE = 'Bearer realm="Hindcast"'
INVALID = f'{CHALLENGE}, error="invalid_token"'
NEEDED = "Writing needs a key. Send it as “Authorization: Bearer hc_…”."
WANTED = "Send a key as “Authorization: Bearer hc_…”, or for reading no such header at all."
logger = logging.getLogger(__name__)


class InvalidKeyError(Exception):
    """This key does not work: it is wrong, has expired or was revoked, or its user has left."""


class MalformedKeyError(InvalidKeyError):
    """The header Authorization holds no key."""


def key_of(request: HttpRequest, as_of: datetime) -> ApiKey | None:
    """The key that a request carries, and None where it carries none.

    Raises InvalidKeyError: who sends a key that does not work has to learn it, reading too.
    """
    header = request.META.get("HTTP_AUTHORIZATION")
    if header is None:
        return None
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise MalformedKeyError
    key = find_api_key(token=token.strip(), as_of=as_of)
    if key is None:
        raise InvalidKeyError
    _note(key, as_of)
    return key


def _note(key: ApiKey, as_of: datetime) -> None:
    try:
        note_use(api_key=key, as_of=as_of)
    except (BusyError, DatabaseError) as error:
        # Reading goes on where nothing can be written.
        logger.warning("the use of key %s was not noted (%s)", key.prefix, type(error).__name__)


class KeyAuthentication(BaseAuthentication):
    """Lets a request act for the user of its key, which the middleware has found.

    `request.user` is that user, whose roles decide, and `request.auth` the key.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """The user and the key, if there is one."""
        key: ApiKey | None = getattr(request._request, "api_key", None)  # noqa: SLF001  (DRF has no public name for it)
        return None if key is None else (key.user, key)

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return CHALLENGE


class ScopeMissingError(PermissionDenied):
    """A key that may not do this."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(f"This key lacks the scope “{scope}” ({scope.label.lower()}).")
        self.headers = {
            "WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope", scope="{scope}"'
        }


class ScopePermission(BasePermission):
    """Everybody reads; a key with the scope writes."""

    scope: Scope

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or raise NotAuthenticated or ScopeMissingError."""
        if request.method in SAFE_METHODS:
            return True
        if self.scope not in key_behind(request).scopes:
            raise ScopeMissingError(self.scope)
        return True


def needs_scope(scope: Scope) -> type[ScopePermission]:
    """A permission for views that write: their key needs the scope."""
    return type(f"Needs{scope.name.title()}", (ScopePermission,), {"scope": scope})


def key_behind(request: Request) -> ApiKey:
    """The key of a request that was let write."""
    key = request.auth
    if not isinstance(key, ApiKey):
        raise NotAuthenticated(NEEDED)
    return key


class KeySchema(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # as shipped
    """How the OpenAPI document describes keys."""

    target_class = "api.keys.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A key. Reading needs none; with one, more requests a minute.",
        }
