"""The form that anybody can dispute a record with, and what keeps machines from filling it in."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from forecasts.models import Dispute
from forecasts.models.disputes import Record
from mail.models.subscribers import validate_address
from web.records import record_at

SALT = "hindcast.dispute-form"
# Nobody reads and writes in less; programs do.
LEAST = timedelta(seconds=3)
MOST = timedelta(hours=24)
TOO_FAST = "That was very quick. Nothing is lost: please press the button once more."
TOO_OLD = "This form was open for more than a day. Nothing is lost: please press the button again."
FILLED = "Leave the field that is not meant for you empty. It is empty now: press the button again."
NO_RECORD = (
    "There is no record at this address. Give that of an expert's or a question's page here, or "
    "of the same in the API."
)


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


class DisputeForm(forms.ModelForm[Dispute]):
    """What somebody says against a record, and who they are, if they want to say."""

    field_order = ("address", "text", "speaks_as", "name", "link", "email")

    address = forms.CharField(
        label="Address of the record",
        max_length=2000,
        help_text="Of an expert's or a question's page here, or of the same in the API.",
    )
    # The column limits what it stores; a browser sends two characters for each line break.
    text = forms.CharField(
        label="What is wrong, and what would be right?",
        widget=forms.Textarea({"rows": 8, "maxlength": 4000}),
        help_text="Shown in public, as you write it, once a lead has acknowledged it. At most "
        "4,000 characters.",
    )
    speaks_as = forms.ChoiceField(
        label="You are",
        required=False,
        choices=[*Dispute.SpeaksAs.choices, ("", "I would rather not say")],
        widget=forms.RadioSelect,
    )
    link = forms.URLField(
        label="A link that shows it",
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text="Optional; shown in public.",
        widget=forms.URLInput({"placeholder": "https://"}),
    )
    email = forms.EmailField(
        label="E-mail",
        required=False,
        max_length=254,
        validators=[validate_address],
        help_text="Optional, never public. We send it a code; once you have entered that, you get "
        "a mail when the dispute is acknowledged and when it is decided. Erased 30 days after the "
        "decision.",
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"}),
    )
    ticket = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Dispute
        fields = ("text", "name", "speaks_as", "link")
        labels: ClassVar = {"name": "Your name"}
        help_texts: ClassVar = {
            "name": "Optional; shown in public. It is not checked, and the page says so."
        }
        widgets: ClassVar = {"name": forms.TextInput({"autocomplete": "name"})}

    def __init__(
        self, *args: Any, record: Record | None = None, as_of: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.record, self.as_of = record, as_of
        self.nonce: UUID | None = None
        if record is not None:
            del self.fields["address"]
        self.initial.setdefault("ticket", new_ticket(as_of))

    def clean_address(self) -> str:
        """The address; its record is kept."""
        address: str = self.cleaned_data["address"]
        self.record = record_at(address)
        if self.record is None:
            raise ValidationError(NO_RECORD, code="no_record")
        return address

    def clean(self) -> dict[str, Any] | None:
        """Refuse what a machine would send; whoever is no machine loses nothing by it."""
        cleaned = super().clean()
        if self.cleaned_data.get("website"):
            self._put("website", "")
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
        self._put("ticket", new_ticket(self.as_of))

    def _put(self, name: str, value: str) -> None:
        self.data = {**self.data.dict(), name: value}  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        """What a service takes."""
        names = ("text", "name", "speaks_as", "link")
        return {name: self.cleaned_data[name] for name in names}


class CodeForm(forms.Form):
    """The six digits that were mailed."""

    code = forms.CharField(
        label="Code from the mail",
        max_length=20,
        widget=forms.TextInput(
            {"inputmode": "numeric", "autocomplete": "one-time-code", "size": "8"}
        ),
        help_text="Six digits. Good for 30 minutes and five tries.",
    )

    def clean_code(self) -> str:
        """The digits, without the spaces that mail programs put in."""
        return "".join(str(self.cleaned_data["code"]).split())
