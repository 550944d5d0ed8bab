"""Forms that hand what was typed to a service, and show what the service refuses."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, OperationalError, transaction

from desk.exceptions import StaleFormError
from forecasts import article_refusals as articles
from forecasts import exceptions as rules
from forecasts import refusals
from forecasts.models import User
from forecasts.services.roles import CODERS, require_role
from mail.issues.exceptions import (
    HeldAlreadyError,
    HoldChangedError,
    IssueMadeError,
    NoteChangedError,
)

ResultT = TypeVar("ResultT")
# Refusals that somebody else's writing brought about, not what was typed.
RACES = (
    rules.ActedSinceError,
    rules.AlreadyAnsweredError,
    rules.AlreadyCorrectedError,
    rules.AlreadyDecidedError,
    rules.AlreadyHandedOnError,
    rules.AlreadyLiftedError,
    rules.AlreadyResolvedError,
    rules.AlreadyRevokedError,
    rules.AlreadyUndoneError,
    rules.DisputeHandledError,
    rules.ImpasseError,
    refusals.LeadNeededError,
    refusals.MergeUndoneError,
    refusals.LexiconReplacedError,
    rules.NoImpasseError,
    rules.NotResolvedError,
    rules.NotSnoozedError,
    rules.NothingOpenError,
    rules.NothingToAskError,
    rules.OtherVerdictError,
    articles.DecidedMeanwhileError,
    articles.RecordedAlreadyError,
    articles.ReopenedMeanwhileError,
    refusals.SettledAlreadyError,
    StaleFormError,
    HeldAlreadyError,
    HoldChangedError,
    IssueMadeError,
    NoteChangedError,
    rules.BusyError,
)


class ServiceForm(forms.BaseForm):
    """Runs a service; its refusals become errors of the fields they name."""

    aliases: ClassVar[dict[str, str]] = {}
    lost_race = False

    def submit(self, service: Callable[[], ResultT]) -> ResultT | None:
        """What the service returns, or None with the reason among the errors."""
        try:
            # A savepoint, for the admin keeps a transaction open around its forms.
            with transaction.atomic():
                return service()
        except rules.RuleBrokenError as error:
            self._refuse(error)
        except ValidationError as error:
            self._place(error)
        except IntegrityError:
            self._explain()
        except OperationalError:
            self._refuse(rules.BusyError())
        return None

    def _explain(self) -> None:
        """Say which constraint of the database was broken, if it was not a race."""
        self._refuse(rules.BusyError())

    def _refuse(self, error: rules.RuleBrokenError) -> None:
        self.lost_race = isinstance(error, RACES)
        self._place(ValidationError({error.field or NON_FIELD_ERRORS: [str(error)]}))

    def _place(self, error: ValidationError) -> None:
        by_field = error.update_error_dict({})
        for name, errors in by_field.items():
            field = self.aliases.get(name, name)
            self.add_error(field if field in self.fields else None, errors)


class ServiceModelForm(ServiceForm, forms.ModelForm[Any]):
    """A form of the admin whose row is stored by a service, and not by the form.

    The service runs at the end of the validation, so that its refusals are errors like others.
    """

    user: User

    def _post_clean(self) -> None:
        # The service completes the row and says more clearly than a constraint what is wrong.
        vars(self.instance)["validate_constraints"] = lambda **_: None
        super()._post_clean()  # type: ignore[misc]
        del vars(self.instance)["validate_constraints"]
        if not self.errors:
            self.submit(self.perform)

    def perform(self) -> object:
        """Call the service."""
        raise NotImplementedError

    def _explain(self) -> None:
        try:
            self.instance.validate_constraints()
        except ValidationError as error:
            self._place(error)
        else:
            super()._explain()

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002, Django's signature
        """Nothing is left to do."""
        vars(self)["save_m2m"] = lambda: None
        return self.instance


class EditorForm(ServiceForm, forms.ModelForm[Any]):
    """A form for rows without a service of their own; an editorial role is needed all the same."""

    user: User

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        self.submit(lambda: require_role(self.user, CODERS))


class CheckedForm(forms.BaseForm):
    """A form that can be checked without being saved; what was typed is shown again."""

    is_only_checked = False

    def is_valid(self) -> bool:
        """Never where it was only to be checked."""
        return super().is_valid() and not self.is_only_checked
