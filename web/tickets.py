"""What keeps machines from filling in the forms that anybody may send."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.forms.forms import DeclarativeFieldsMetaclass

SALT = "hindcast.dispute-form"
# Nobody reads and writes in less; programs do.
LEAST = timedelta(seconds=3)
MOST = timedelta(hours=24)
TOO_FAST = "That was very quick. Nothing is lost: please press the button once more."
TOO_OLD = "This form was open for more than a day. Nothing is lost: please press the button again."
FILLED = "Leave the field that is not meant for you empty. It is empty now: press the button again."


def new_ticket(as_of: datetime) -> str:
    """What a fresh form carries: its number, and when it was made, signed."""
    return signing.dumps([uuid4().hex, as_of.timestamp()], salt=SALT)


def read_ticket(ticket: str) -> tuple[UUID, float] | None:
    """The number of the form and when it was made; None where the ticket is not one of ours."""
    try:
        number, made_at = signing.loads(ticket, salt=SALT)
        return UUID(number), float(made_at)
    except (signing.BadSignature, ValueError, TypeError):
        return None


def replaced(data: Any, name: str, value: str) -> Any:
    """What was sent with a form, with one other value."""
    changed = data.copy()
    changed[name] = value
    return changed


class TicketedForm(forms.BaseForm, metaclass=DeclarativeFieldsMetaclass):
    """Part of a form: a field that nobody sees, and a number with the time it was made."""

    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"}),
    )
    ticket = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, as_of: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.as_of = as_of
        self.nonce: UUID | None = None
        self.initial.setdefault("ticket", new_ticket(as_of))

    def clean(self) -> dict[str, Any] | None:
        """Refuse what a machine would send; whoever is no machine loses nothing by it."""
        cleaned = super().clean()
        if self.cleaned_data.get("website"):
            self.put("website", "")
            raise ValidationError(FILLED, code="filled")
        ticket = read_ticket(self.cleaned_data.get("ticket", ""))
        age = None if ticket is None else self.as_of.timestamp() - ticket[1]
        if ticket is None or age is None or age > MOST.total_seconds():
            self.renew()
            raise ValidationError(TOO_OLD, code="too_old")
        if age < LEAST.total_seconds():
            raise ValidationError(TOO_FAST, code="too_fast")
        self.nonce = ticket[0]
        return cleaned

    def renew(self) -> None:
        """Make it another form, with what was typed."""
        self.put("ticket", new_ticket(self.as_of))

    def put(self, name: str, value: str) -> None:
        """Show another value than was sent."""
        self.data = replaced(self.data, name, value)
