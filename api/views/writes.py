"""What all endpoints share that are written to with a key."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from api.inputs import (
    MOST_ROWS,
    Rows,
    RowsParser,
    fingerprint,
    read_dry_run,
    read_idempotency_key,
    read_rows,
)
from api.refusals import refusals_told
from api.views.bases import NOT_KEPT, PublicView
from forecasts.models import User
from forecasts.services.kept_answers import Answer, rehearse, write_once, write_plainly
from forecasts.services.ledgers import appended_last

WRITTEN = "POST"


class WrittenView(PublicView):
    """Takes one object or a list of them, all or nothing."""

    http_method_names = ["get", "head", "options", "post"]
    parser_classes = [RowsParser]
    input_class: Any
    most_rows = MOST_ROWS
    made_status = 201

    def accepted_parameters(self) -> list[str]:
        """Those of reading, or of writing."""
        is_written = self.request.method == WRITTEN
        return ["dry_run"] if is_written else super().accepted_parameters()

    def get_renderers(self) -> list[Any]:
        """What was written is told in JSON."""
        is_written = self.request.method == WRITTEN
        return [JSONRenderer()] if is_written else super().get_renderers()

    def post(self, request: Request, **_: Any) -> HttpResponse:
        """Record what the body holds."""
        rows = self._read(request)
        with refusals_told(rows):
            answer = self._answered(request, rows)
        headers = {"Cache-Control": NOT_KEPT}
        if answer.is_replayed:
            headers["Idempotent-Replayed"] = "true"
        if answer.status == self.made_status and not rows.is_list:
            headers |= self._located(json.loads(answer.body))
        return HttpResponse(
            answer.body, status=answer.status, content_type="application/json", headers=headers
        )

    def record(self, rows: Sequence[dict[str, Any]], *, by: User, as_of: datetime) -> Any:
        """Call the service. Returns what `told` needs."""
        raise NotImplementedError

    def told(self, made: Any) -> dict[str, Any]:
        """What is answered."""
        raise NotImplementedError

    def address_of(self, row: dict[str, Any]) -> str | None:
        """Where the row of an answer can be read, if it has a place of its own."""
        return None

    def _read(self, request: Request) -> Rows:
        self.is_dry_run = read_dry_run(request.query_params)
        self.idempotency_key = read_idempotency_key(request._request)  # noqa: SLF001  (no public name)
        return read_rows(request.data, self.input_class, self.most_rows)

    def _answered(self, request: Request, rows: Rows) -> Answer:
        # Permissions have seen to it that there is a key.
        key: Any = request.auth

        def write() -> Answer:
            # Nobody has to wait for the ledger while the answer is made.
            with appended_last():
                made = self.record(rows.values, by=key.user, as_of=self.now)
                body = JSONRenderer().render({"dry_run": self.is_dry_run, **self.told(made)})
            return Answer(200 if self.is_dry_run else self.made_status, body.decode())

        if self.is_dry_run:
            return rehearse(write=write)
        if self.idempotency_key is None:
            return write_plainly(write=write)
        return write_once(
            api_key=key,
            idempotency_key=self.idempotency_key,
            fingerprint=fingerprint(request._request, request.data),  # noqa: SLF001  (as above)
            write=write,
            as_of=self.now,
        )

    def _located(self, body: dict[str, Any]) -> dict[str, str]:
        address = self.address_of(body["results"][0]) if "results" in body else None
        return {} if address is None else {"Location": address}


def in_order(rows: Iterable[Any], made: Sequence[Any]) -> list[Any]:
    """The rows, as read anew, in the order in which they were made."""
    by_id = {row.pk: row for row in rows}
    return [by_id[row.pk] for row in made]
