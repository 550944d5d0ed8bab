"""The forms of readers: what they choose, and the boxes that programs do not tick."""

from typing import Any
from zoneinfo import available_timezones

from django import forms

from forecasts.models import Expert, Topic
from forecasts.selectors.merges import survivors
from mail.models import Subscriber
from mail.models.subscribers import validate_address
from mail.subscriptions import Choices
from mail.subscriptions.choices import COLUMNS
from mail.subscriptions.consents import CONSENT, CONSENTS
from web.code_forms import CodeForm, code_field
from web.tickets import TicketedForm, replaced

NOT_LISTED = {"invalid_choice": "Choose from the list.", "invalid_list": "Choose from the list."}
REGIONS = frozenset(
    ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe",
     "Indian", "Pacific")
)  # fmt: skip
ZONES = frozenset(available_timezones())
HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]
FORMATS = [("", "HTML, with a text part"), ("text", "Text only")]
OLD_CONSENT = (
    "The text that you agree to has changed since this page was opened. Please read it, and press "
    "the button once more."
)
Groups = list[tuple[str, Any]]


def zone_groups(current: str) -> Groups:
    """Time zones by region; the one in use is there, whatever it is."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(ZONES):
        region, _, place = zone.partition("/")
        if region in REGIONS:
            groups.setdefault(region, []).append((zone, place.replace("_", " ")))
    others = {"UTC", current} & ZONES
    listed = [(zone, zone) for zone in sorted(others) if zone.partition("/")[0] not in REGIONS]
    return [*listed, *groups.items()]


class PicksField(forms.TypedMultipleChoiceField):
    """Any of a long list, by id."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            coerce=int,
            widget=forms.CheckboxSelectMultiple,
            error_messages=NOT_LISTED,
        )

    def offer(self, rows: Any, chosen: Any) -> None:
        """What is chosen stands first."""
        picked = {str(pk) for pk in chosen}
        listed = [(row.pk, str(row)) for row in rows]
        self.choices = sorted(listed, key=lambda one: str(one[0]) not in picked)


class ChoicesForm(forms.Form):
    """What, when and how."""

    topics = PicksField("Topics")
    experts = PicksField("Experts")
    weekday = forms.TypedChoiceField(
        label="Day", coerce=int, choices=Subscriber.Weekday, error_messages=NOT_LISTED
    )
    hour = forms.TypedChoiceField(
        label="Hour", coerce=int, choices=HOURS, error_messages=NOT_LISTED
    )
    time_zone = forms.ChoiceField(label="Time zone", error_messages=NOT_LISTED)
    locale = forms.ChoiceField(
        label="How dates are written",
        choices=Subscriber.Locale,
        error_messages=NOT_LISTED,
        help_text="The text is English whatever you choose.",
    )
    kind = forms.ChoiceField(
        label="The mail",
        required=False,
        choices=FORMATS,
        widget=forms.RadioSelect,
        error_messages=NOT_LISTED,
    )
    wants_empty = forms.BooleanField(
        label="One line in a week without news", required=False, help_text="Else nothing comes."
    )
    wants_corrections = forms.BooleanField(
        label="Corrections, in weeks without a digest, too",
        required=False,
        help_text="Of errors in what you were sent. Those in a week with a digest stand in it.",
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        start = {name: getattr(choices, name) for name in COLUMNS if name in self.base_fields}
        # The widget takes lists for many values, and nothing else.
        start |= {"topics": sorted(choices.topics), "experts": sorted(survivors(choices.experts))}
        start["kind"] = "text" if choices.is_text_only else ""
        kwargs["initial"] = {**start, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        rows = {"topics": Topic.objects.all(), "experts": Expert.objects.current()}
        for name, field in self.fields.items():
            if isinstance(field, PicksField):
                field.offer(rows[name], self[name].value() or ())
        self.fields["time_zone"].choices = zone_groups(choices.time_zone)  # type: ignore[attr-defined]

    def chosen(self) -> Choices:
        """What a service takes."""
        said = self.cleaned_data
        columns = {name: said[name] for name in COLUMNS if name in said}
        return Choices(
            topics=frozenset(said["topics"]),
            experts=frozenset(said["experts"]),
            is_text_only=said["kind"] == "text",
            **columns,
        )


class SubscribeForm(TicketedForm, ChoicesForm):
    """An address, and what it wants."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        validators=[validate_address],
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    consent = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"consent": CONSENT, **kwargs.get("initial", {})}
        super().__init__(*args, choices=Choices(), **kwargs)
        self.fields["time_zone"].widget.attrs["data-guess"] = ""

    def clean_consent(self) -> str:
        """The version that was shown, if it is the one of today."""
        if self.cleaned_data["consent"] != CONSENT:
            self.put("consent", CONSENT)
            self.add_error(None, OLD_CONSENT)
        return CONSENT

    @property
    def consent_text(self) -> str:
        """What is agreed to."""
        return CONSENTS[CONSENT]


class PreferencesForm(ChoicesForm):
    """What is chosen, by somebody who has chosen before."""

    wants_digest = forms.BooleanField(label="The weekly digest", required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": choices.version}
        super().__init__(*args, choices=choices, **kwargs)

    def see(self, version: str) -> None:
        """Let the next press of the button replace the choices of this version."""
        self.data = replaced(self.data, "seen", version)


class CodeOfAddressForm(CodeForm):
    """The six digits that were mailed to an address."""

    field_order = ("email", "code")

    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )
    code = code_field("Six digits. Good for 24 hours and five tries.")


class TickForm(forms.Form):
    """One box that has to be ticked: programs that press every button tick none."""

    sure = forms.BooleanField()

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sure"].label = label
        self.fields["sure"].error_messages["required"] = "Tick this box first."
