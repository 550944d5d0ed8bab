"""The form that anybody can dispute a record with, and what keeps machines from filling it in."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from forecasts.models import Dispute
from forecasts.models.disputes import Record
from mail.models.subscribers import validate_address
from web.records import record_at
from web.tickets import TicketedForm

NO_RECORD = (
    "There is no record at this address. Give that of an expert's or a question's page here, or "
    "of the same in the API."
)


class DisputeForm(TicketedForm, forms.ModelForm[Dispute]):
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

    class Meta:
        model = Dispute
        fields = ("text", "name", "speaks_as", "link")
        labels: ClassVar = {"name": "Your name"}
        help_texts: ClassVar = {
            "name": "Optional; shown in public. It is not checked, and the page says so."
        }
        widgets: ClassVar = {"name": forms.TextInput({"autocomplete": "name"})}

    def __init__(self, *args: Any, record: Record | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        if record is not None:
            del self.fields["address"]

    def clean_address(self) -> str:
        """The address; its record is kept."""
        address: str = self.cleaned_data["address"]
        self.record = record_at(address)
        if self.record is None:
            raise ValidationError(NO_RECORD, code="no_record")
        return address

    def said(self) -> dict[str, Any]:
        """What a service takes."""
        names = ("text", "name", "speaks_as", "link")
        return {name: self.cleaned_data[name] for name in names}
