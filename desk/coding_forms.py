"""What coders fill in: a reading of words, with the help of lexicons."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from desk.fields import probability_field
from desk.forms import ServiceForm
from forecasts.models import Coding, Forecast, LexiconPhrase, User
from forecasts.refusals import LexiconReplacedError
from forecasts.selectors.lexicons import Reading
from forecasts.services.codings import record_coding

BOUNDS = ("low", "mid", "high")


class LexiconForm(ServiceForm, forms.Form):
    """A form in which a phrase of a lexicon can be chosen."""

    entry = forms.CharField(required=False, max_length=20)
    offered: Mapping[str, Reading] = {}

    @property
    def choices(self) -> list[tuple[int, Reading, bool]]:
        """Each lexicon phrase that fits, with its key and whether it is chosen."""
        chosen = self["entry"].value()
        return [
            (key, reading, pk == chosen)
            for key, (pk, reading) in enumerate(self.offered.items(), start=1)
        ]

    def clean_entry(self) -> LexiconPhrase | None:
        """The phrase that was chosen. Raises ValidationError where it is not offered any more."""
        chosen = self.cleaned_data["entry"]
        if not chosen:
            return None
        if chosen not in self.offered:
            self.lost_race = True
            raise ValidationError(str(LexiconReplacedError()))
        return self.offered[chosen].entry


class CodingForm(LexiconForm):
    """One coder's reading of a phrase, as the probability of yes."""

    low = probability_field("Low")
    mid = probability_field("Middle")
    high = probability_field("High")
    note = forms.CharField(required=False, max_length=2000, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, offered: Sequence[Reading], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(reading.entry.pk): reading for reading in offered}
        self.fields["low"].widget.attrs["data-key"] = "n"
        self.fields["note"].widget.attrs["data-key"] = "w"

    @property
    def numbers(self) -> list[forms.BoundField]:
        """The three fields of the range."""
        return [self[name] for name in BOUNDS]

    def clean(self) -> dict[str, Any]:
        """Without numbers those of the phrase are taken; with some, the others are needed."""
        typed = super().clean() or self.cleaned_data
        missing = [name for name in BOUNDS if typed.get(name) is None and name not in self.errors]
        entry: LexiconPhrase | None = typed.get("entry")
        if entry is not None and len(missing) == len(BOUNDS):
            taken = self.offered[str(entry.pk)]
            return typed | {name: getattr(taken, name) for name in BOUNDS}
        for name in missing:
            self.add_error(name, "Give a number from 0 to 1, or choose a phrase of a lexicon.")
        return typed

    def record(self, forecast: Forecast, coder: User, *, settles: bool = False) -> Coding | None:
        """Hand the reading in; None where it was refused."""
        return self.submit(
            lambda: record_coding(
                forecast=forecast,
                coder=coder,
                settles=settles,
                as_of=timezone.now(),
                **self.cleaned_data,
            )
        )
