"""What the domain refuses, as problems that point at the rows of the body."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from api.inputs import Rows
from api.problems import Fault, RefusedError
from forecasts.exceptions import (
    BusyError,
    DuplicateForecastError,
    RoleMissingError,
    RuleBrokenError,
)
from forecasts.refusals import (
    DuplicateExternalIdError,
    DuplicateQuestionError,
    DuplicateSourceError,
    RowsRefusedError,
)

REPEATED = (
    DuplicateExternalIdError,
    DuplicateForecastError,
    DuplicateQuestionError,
    DuplicateSourceError,
)
SECONDS_TO_WAIT = "1"


@contextmanager
def refusals_told(rows: Rows) -> Iterator[None]:
    """Raise RefusedError for what services refuse inside."""
    try:
        yield
    except RoleMissingError as error:
        raise RefusedError(HTTPStatus.FORBIDDEN, _fault(error, None)) from error
    except BusyError as error:
        headers = {"Retry-After": SECONDS_TO_WAIT}
        raise RefusedError(HTTPStatus.CONFLICT, _fault(error, None), headers=headers) from error
    except RowsRefusedError as error:
        faults = [
            fault
            for number, refusal in error.refused.items()
            for fault in _faults(refusal, rows.place(number))
        ]
        is_repeated = all(isinstance(one, REPEATED) for one in error.refused.values())
        status = HTTPStatus.CONFLICT if is_repeated else HTTPStatus.UNPROCESSABLE_ENTITY
        raise RefusedError(status, *faults) from error
    except RuleBrokenError as error:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, _fault(error, None)) from error


def _faults(refusal: Exception, at: str) -> Iterator[Fault]:
    if isinstance(refusal, RuleBrokenError):
        yield _fault(refusal, at)
    elif isinstance(refusal, ValidationError):
        for name, errors in refusal.update_error_dict({}).items():
            where = at if name == NON_FIELD_ERRORS else f"{at}/{name}"
            for error in errors:
                said = " ".join(error.messages)
                yield Fault(None, said, pointer=where, code=error.code or "invalid")


def _fault(refusal: RuleBrokenError, at: str | None) -> Fault:
    where = at if at is None or refusal.field is None else f"{at}/{refusal.field}"
    return Fault(None, str(refusal), pointer=where, code=refusal.code)
