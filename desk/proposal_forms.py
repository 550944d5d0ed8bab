"""What coders fill in at the reading desk: an article, a passage, a forecast found in it."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import slugify

from desk.coding_forms import BOUNDS, LexiconForm
from desk.fields import DeadlineField, MomentField, SearchSelect, probability_field
from desk.forms import ServiceForm
from desk.readings import LONGEST_QUOTE
from forecasts.models import (
    Article,
    Expert,
    Forecast,
    LexiconPhrase,
    Proposal,
    Question,
    Source,
    Topic,
    UnscorableStatement,
    User,
)
from forecasts.models.fields import validate_readable, validate_single_line
from forecasts.selectors.lexicons import reading_of, readings_offered
from forecasts.services.articles import mark_passage, record_article
from forecasts.services.proposals import NewQuestion, Reading, record_proposal
from forecasts.texts.originals import ENDINGS, MAX_BYTES

LINE = (validate_readable, validate_single_line)
OTHER, NEW = "other", "new"
KEYS = {"new_expert": "w", "title": "n", "quote": "t", "phrase": "p", "low": "l"}
SAID = (
    *("who", "other_expert", "new_expert", "quote", "phrase", "claims_yes"),
    *("stated_at", "probability"),
)
ASKED = (
    *("about", "other_question", "title", "resolution_criteria", "deadline", "topics"),
    "required_verdicts",
)


def line_field(label: str, most: int, **kwargs: Any) -> forms.CharField:
    """One line of readable text."""
    widget = kwargs.pop("widget", forms.TextInput({"class": "vLargeTextField"}))
    return forms.CharField(
        label=label, max_length=most, validators=list(LINE), widget=widget, **kwargs
    )


def choice_of(column: str, label: str) -> forms.ModelChoiceField[Any]:
    """A search among all rows that a column of forecasts can name."""
    field: Any = Forecast._meta.get_field(column)
    return forms.ModelChoiceField(
        label=label,
        queryset=field.related_model._default_manager.all(),
        required=False,
        widget=SearchSelect(field, admin.site),
    )


class ArticleForm(ServiceForm, forms.Form):
    """A text, pasted or as a file, and where it comes from."""

    text = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 12, "class": "vLargeTextField", "autofocus": True}),
        help_text="Paste the whole text. Nobody but coders sees it; quotes are shown in public.",
    )
    file = forms.FileField(
        required=False,
        label="Or a file",
        widget=forms.FileInput({"accept": ",".join(ENDINGS)}),
        help_text="Text, HTML or Markdown (.txt, .html, .md), in UTF-8, up to 2 MB.",
    )
    outlet = line_field("Outlet", 200)
    title = line_field("Title", 400)
    author = line_field(
        "Author", 200, required=False, help_text="Who speaks where nobody else does."
    )
    url = forms.URLField(
        label="Address",
        required=False,
        max_length=2000,
        assume_scheme="https",
        widget=forms.URLInput({"class": "vLargeTextField"}),
    )
    published_at = MomentField(label="Published at")
    date_basis = forms.ChoiceField(label="The date is", choices=Source.DateBasis.choices)
    note = forms.CharField(
        required=False,
        max_length=2000,
        validators=[validate_readable],
        widget=forms.Textarea({"rows": 2}),
    )
    synthetic = forms.BooleanField(required=False, help_text="Invented, to show or to try.")

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        pasted, file = typed.get("text", "").strip(), typed.get("file")
        if "text" in self.errors or "file" in self.errors:
            return typed
        if bool(pasted) == bool(file):
            message = "One of both, not two texts." if file else "Paste a text or choose a file."
            self.add_error("text", message)
        return typed

    def clean_file(self) -> UploadedFile | None:
        """A file of a kind that can be read."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return None
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError("The file is larger than 2 MB.", code="too_large")
        if self._ending(file) not in ENDINGS:
            raise forms.ValidationError(
                "Only .txt, .html and .md can be read here; copy the text of others.", code="kind"
            )
        return file

    @staticmethod
    def _ending(file: UploadedFile) -> str:
        return "." + (file.name or "").rpartition(".")[2].lower()

    def record(self, by: User, as_of: datetime) -> Article | None:
        """Hand the article in; None where it was refused."""
        typed = self.cleaned_data
        columns = ("outlet", "title", "url", "published_at", "date_basis", "note", "synthetic")
        file = typed["file"]
        original = file.read() if file else typed["text"].replace("\r\n", "\n").encode()
        return self.submit(
            lambda: record_article(
                source=Source(**{name: typed[name] for name in columns}),
                original=original,
                media_type=ENDINGS[self._ending(file)] if file else Article.MediaType.PLAIN,
                author=typed["author"],
                by=by,
                as_of=as_of,
            )
        )


class DecisionForm(ServiceForm, forms.Form):
    """A key or a button: nothing is typed."""


class PassageForm(ServiceForm, forms.Form):
    """A passage that the extractors did not see."""

    quote = forms.CharField(
        label="Passage",
        widget=forms.Textarea({"rows": 3, "data-key": "h", "data-takes-selection": True}),
        help_text="Word for word. Mark it in the text and press h, or paste it.",
    )

    def mark(self, article: Article, by: User, as_of: datetime) -> Proposal | None:
        """Hand the passage in; None where it was refused."""
        quote = self.cleaned_data["quote"]
        return self.submit(lambda: mark_passage(article=article, quote=quote, by=by, as_of=as_of))


class RecordForm(LexiconForm):
    """The forecast that a passage makes: whose, on what, how likely."""

    who = forms.ChoiceField(label="Said by", widget=forms.RadioSelect)
    other_expert = choice_of("expert", "Another expert")
    new_expert = line_field("New expert", 200, required=False)
    about = forms.ChoiceField(
        label="On the question",
        required=False,
        widget=forms.RadioSelect,
        help_text="Chosen for you where you fill in a new one.",
    )
    other_question = choice_of("question", "Another question")
    title = line_field("Title of the new question", 300, required=False)
    resolution_criteria = forms.CharField(
        label="What decides it",
        required=False,
        max_length=20_000,
        validators=[validate_readable],
        widget=forms.Textarea({"rows": 3, "class": "vLargeTextField"}),
        help_text="And who says so: the source of truth.",
    )
    deadline = DeadlineField(required=False)
    topics = forms.ModelMultipleChoiceField(
        queryset=Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    required_verdicts = forms.TypedChoiceField(
        label="Reviewers who must agree", choices=((1, "1"), (2, "2")), coerce=int, initial=2
    )
    quote = forms.CharField(
        max_length=LONGEST_QUOTE,
        validators=[validate_readable],
        widget=forms.Textarea({"rows": 3, "class": "vLargeTextField"}),
        help_text="As short as it can be, word for word as the article has it.",
    )
    phrase = line_field("Phrase", 200, required=False, help_text="What carries the likelihood.")
    claims_yes = forms.TypedChoiceField(
        label="The phrase speaks for",
        choices=((True, "yes"), (False, "no")),
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
    )
    stated_at = MomentField(label="Said at")
    probability = probability_field("Probability that the speaker gave, if it was a number")
    low, mid, high = map(probability_field, ("Low", "Middle", "High"))
    note = forms.CharField(
        required=False, max_length=2000, widget=forms.Textarea({"rows": 2}), label="Note"
    )

    def __init__(self, proposal: Any, *args: Any, experts: Any, questions: Any, **kw: Any) -> None:
        """experts, questions: those that are offered."""
        super().__init__(*args, **{"label_suffix": "", **kw})
        self.proposal = proposal
        words = Forecast(phrase=proposal.phrase, claims_yes=proposal.claims_yes)
        self.offered = {str(one.entry.pk): one for one in readings_offered(words)}
        self.experts: dict[str, Expert] = {str(one.pk): one for one in experts}
        self.questions: dict[str, Question] = {str(one.pk): one for one in questions}
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            *((key, str(expert)) for key, expert in self.experts.items()),
            (NEW, "A new expert"),
            (OTHER, "Another one"),
        ]
        self.fields["about"].choices = [  # type: ignore[attr-defined]
            *((key, question.title) for key, question in self.questions.items()),
            (NEW, "A new question"),
            (OTHER, "Another one"),
        ]
        for name, key in KEYS.items():
            self.fields[name].widget.attrs["data-key"] = key

    @property
    def said(self) -> list[forms.BoundField]:
        """Who said it, and with which words."""
        return [self[name] for name in SAID]

    @property
    def asked(self) -> list[forms.BoundField]:
        """What they answer."""
        return [self[name] for name in ASKED]

    @property
    def numbers(self) -> list[forms.BoundField]:
        """How a coder reads the words."""
        return [self[name] for name in BOUNDS]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if not typed.get("about"):
            typed["about"] = OTHER if typed.get("other_question") else NEW
        self._need("who", {OTHER: ("other_expert",), NEW: ("new_expert",)})
        new = ("title", "resolution_criteria", "deadline")
        self._need("about", {OTHER: ("other_question",), NEW: new})
        given = [name for name in BOUNDS if typed.get(name) is not None]
        if given and len(given) < len(BOUNDS):
            self._require("mid", "Give low, middle and high, or none of them.")
        if (given or typed.get("entry")) and typed.get("probability") is not None:
            self._require("probability", "A number of the speaker's own needs no reading of yours.")
        if typed.get("probability") is None and not typed.get("phrase"):
            self._require("phrase", "Words need the phrase that carries the likelihood.")
        return typed

    def _need(self, choice: str, needed: dict[str, tuple[str, ...]]) -> None:
        for name in needed.get(self.cleaned_data.get(choice, ""), ()):
            if not self.cleaned_data.get(name):
                self._require(name, "Needed for what you chose above.")

    def _require(self, name: str, message: str) -> None:
        if name not in self.errors:
            self.add_error(name, message)

    def record(self, by: User, *, seen: int | None, as_of: datetime) -> Forecast | None:
        """Hand the forecast in; None where it was refused."""
        return self.submit(
            lambda: record_proposal(
                proposal=self.proposal,
                forecast=self._forecast(),
                expert=self._expert(),
                question=self._question(),
                reading=self._reading(),
                seen=seen,
                by=by,
                as_of=as_of,
            )
        )

    def _forecast(self) -> Forecast:
        typed = self.cleaned_data
        is_stated = typed["probability"] is not None
        return Forecast(
            basis=Forecast.Basis.STATED if is_stated else Forecast.Basis.INFERRED,
            **{
                name: typed[name]
                for name in ("stated_at", "quote", "phrase", "claims_yes", "probability")
            },
        )

    def _expert(self) -> Expert:
        typed = self.cleaned_data
        if typed["who"] == NEW:
            name = typed["new_expert"]
            synthetic = self.proposal.article.source.synthetic
            return Expert(name=name, slug=free_slug(Expert, name, 80), synthetic=synthetic)
        chosen: str = typed["who"]
        other: Expert = typed["other_expert"]
        return other if chosen == OTHER else self.experts[chosen]

    def _question(self) -> Question | NewQuestion:
        typed = self.cleaned_data
        if typed["about"] != NEW:
            chosen: str = typed["about"]
            other: Question = typed["other_question"]
            return other if chosen == OTHER else self.questions[chosen]
        columns = ("title", "resolution_criteria", "deadline", "required_verdicts")
        question = Question(
            slug=free_slug(Question, typed["title"], 100),
            synthetic=self.proposal.article.source.synthetic,
            **{name: typed[name] for name in columns},
        )
        return NewQuestion(question, typed["topics"])

    def _reading(self) -> Reading | None:
        typed = self.cleaned_data
        entry: LexiconPhrase | None = typed["entry"]
        if typed["mid"] is not None:
            return Reading(typed["low"], typed["mid"], typed["high"], typed["note"], entry)
        if entry is None:
            return None
        # Of what is typed, which need not be the direction that was proposed.
        taken = reading_of(entry, claims_yes=typed["claims_yes"])
        return Reading(taken.low, taken.mid, taken.high, typed["note"], entry)


def free_slug(model: Any, name: str, most: int) -> str:
    """A slug that no other row has; where somebody is quicker, saving says so."""
    slug: str = slugify(name)[: most - 4].strip("-") or model._meta.model_name
    taken = set(model._default_manager.filter(slug__startswith=slug).values_list("slug", flat=True))
    return next(one for one in _numbered(slug) if one not in taken)


def _numbered(slug: str) -> Iterator[str]:
    yield slug
    yield from (f"{slug}-{number}" for number in count(2))


REASONS = tuple(
    (str(key), value, label)
    for key, (value, label) in enumerate(UnscorableStatement.Reason.choices, start=1)
)
