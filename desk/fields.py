"""Form fields of the desk: moments in the reader's zone, deadlines, links, several files."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.utils import timezone

from desk.ids import id_of
from desk.uploads import ACCEPTED, MAX_FILES, check_upload
from forecasts.models.fields import validate_instant, validate_readable

MAX_LINKS = 20


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of date and time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class MomentField(forms.DateTimeField):
    """A moment, typed and shown in the zone of whoever is signed in."""

    widget = MomentInput
    default_validators = [validate_instant]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.own_help = self.help_text

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """As usual; the zone, which only the request knows, is named beside it."""
        zone = f"In your time zone, {timezone.get_current_timezone_name()}."
        self.help_text = f"{self.own_help} {zone}".strip()
        return super().get_bound_field(form, field_name)


class SearchSelect(AutocompleteSelect):
    """A search among rows; what can be no id is not looked for."""

    def optgroups(self, name: str, value: Any, attr: dict[str, Any] | None = None) -> Any:
        known = [one for one in value if id_of(str(one)) is not None]
        return super().optgroups(name, known, attr)


class DeadlineInput(forms.MultiWidget):
    """A date, and a time that may be left out."""

    template_name = "desk/deadline_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            "date": forms.DateInput(
                {"type": "date", "aria-label": "Date, in UTC"}, format="%Y-%m-%d"
            ),
            "time": forms.TimeInput({"type": "time", "aria-label": "Time, in UTC"}, format="%H:%M"),
        }
        super().__init__(widgets, attrs)

    def decompress(self, value: datetime | None) -> list[date | time | None]:
        """Midnight is the end of the day before, and needs no time."""
        if value is None:
            return [None, None]
        value = value.astimezone(UTC)
        if value.time() == time.min:
            return [value.date() - timedelta(days=1), None]
        return [value.date(), value.time()]


class DeadlineField(forms.MultiValueField):
    """A date in UTC; without a time it means the end of that day, 24:00 UTC."""

    widget = DeadlineInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "In UTC. Without a time: the end of that day, 24:00 UTC.")
        fields = (forms.DateField(), forms.TimeField(required=False))
        super().__init__(fields, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[Any]) -> datetime | None:
        """The date and the time as one moment."""
        day, at = [*data_list, None, None][:2]
        if day is None:
            return None
        moment = datetime.combine(day, at or time.min, UTC)
        validate_instant(moment)
        return moment if at is not None else moment + timedelta(days=1)


class LinksField(forms.CharField):
    """Addresses, one on each line."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[str]:
        """The addresses, each once."""
        lines = [line.strip() for line in super().clean(value).splitlines()]
        links = list(dict.fromkeys(filter(None, lines)))
        if len(links) > MAX_LINKS:
            msg = f"At most {MAX_LINKS} links."
            raise ValidationError(msg, code="too_many")
        return [self._checked(link) for link in links]

    def prepare_value(self, value: Any) -> Any:
        """A list is shown as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as lines."""
        return super().has_changed(self.prepare_value(initial), data)

    @staticmethod
    def _checked(link: str) -> str:
        # A direction character would make an address look like another one.
        validate_readable(link)
        try:
            URLValidator(schemes=["http", "https"])(link)
        except ValidationError as error:
            shown = link if len(link) <= 80 else f"{link[:79]}…"
            msg = f"“{shown}” is not a complete address; it has to begin with http:// or https://."
            raise ValidationError(msg, code="link") from error
        return link


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/input.html"


class FilesField(forms.FileField):
    """Files that can be kept as evidence."""

    widget = FilesInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", f"{ACCEPTED}, up to 10 MB each.")
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files, each looked into."""
        files: list[UploadedFile] = [file for file in data or [] if file]
        if len(files) > MAX_FILES:
            msg = f"At most {MAX_FILES} files."
            raise ValidationError(msg, code="too_many")
        errors: list[ValidationError] = []
        for file in files:
            try:
                check_upload(file)
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)
        return files


def probability_field(label: str) -> forms.DecimalField:
    """A probability from 0 to 1; empty where another one is taken."""
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(1),
        max_digits=7,
        decimal_places=6,
        widget=forms.NumberInput({"step": "any"}),
    )
