"""Forms for the six digits that were mailed."""

from django import forms


def code_field(help_text: str) -> forms.CharField:
    """Where a code is typed."""
    return forms.CharField(
        label="Code from the mail",
        max_length=20,
        widget=forms.TextInput(
            {"inputmode": "numeric", "autocomplete": "one-time-code", "size": "8"}
        ),
        help_text=help_text,
    )


class CodeForm(forms.Form):
    """The digits, whatever they are for."""

    code = code_field("Six digits. Good for 30 minutes and five tries.")

    def clean_code(self) -> str:
        """The digits, without the spaces that mail programs put in."""
        return "".join(str(self.cleaned_data["code"]).split())
