"""Lexicons: published tables of phrases and the likelihood that they stand for."""

from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import F, Q

from forecasts.models.append_only import AppendOnly, AppendOnlyQuerySet, SupersedableQuerySet
from forecasts.models.fields import LineField, ProbabilityField, ProseField


class Lexicon(AppendOnly):
    """One version of one lexicon, as its file says; a later version supersedes it."""

    name = models.SlugField(max_length=50)
    version = LineField(max_length=20)
    title = LineField(max_length=200)
    citation = ProseField(max_length=1000)
    url = models.URLField(
        max_length=2000, blank=True, validators=[URLValidator(schemes=["http", "https"])]
    )
    sha256 = models.CharField(
        "SHA-256 of its file",
        max_length=64,
        validators=[RegexValidator(r"\A[0-9a-f]{64}\Z", "64 hexadecimal digits, in lower case.")],
    )
    loaded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, editable=False)

    objects = SupersedableQuerySet["Lexicon"].as_manager()

    class Meta:
        ordering = ("name", "loaded_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("name", "version"), name="lexicon_version_once"),
            models.UniqueConstraint(
                fields=("name",),
                condition=Q(superseded_at=None),
                name="lexicon_one_in_force",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class LexiconPhrase(AppendOnly):
    """A phrase, and how likely what it is said of is where somebody says so."""

    lexicon = models.ForeignKey(Lexicon, on_delete=models.PROTECT, related_name="phrases")
    phrase = LineField(max_length=200)
    low = ProbabilityField()
    mid = ProbabilityField()
    high = ProbabilityField()
    speaks_for = models.BooleanField(
        default=True, help_text="Whether it speaks for what it is said of, or against it."
    )
    is_wide = models.BooleanField(
        default=False, help_text="Whether it cannot be codified: different people mean anything."
    )
    note = ProseField(blank=True, max_length=1000)

    objects = AppendOnlyQuerySet["LexiconPhrase"].as_manager()

    class Meta:
        ordering = ("lexicon", "pk")
        constraints = (
            models.UniqueConstraint(fields=("lexicon", "phrase"), name="lexicon_phrase_once"),
            models.CheckConstraint(
                condition=Q(low__gte=0, high__lte=1, low__lte=F("mid"), mid__lte=F("high")),
                name="lexicon_phrase_ordered",
            ),
        )

    def __str__(self) -> str:
        return self.phrase
