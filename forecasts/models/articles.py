"""Articles: texts that forecasts are read from, what is proposed in them, and its fate."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from forecasts.models.append_only import AppendOnly, AppendOnlyQuerySet, SupersedableQuerySet
from forecasts.models.fields import LineField
from forecasts.models.forecasts import Forecast
from forecasts.models.sources import Source
from forecasts.models.statements import UnscorableStatement

MAX_SENTENCE = 2000
MAX_CONTEXT = 64


class Article(AppendOnly):
    """The text of a source: the bytes as they were handed in, and what is read of them.

    Positions of proposals and quotations count the characters of `text`.
    """

    class MediaType(models.TextChoices):
        """What the original is."""

        PLAIN = "text/plain", "Plain text"
        HTML = "text/html", "HTML"
        MARKDOWN = "text/markdown", "Markdown"

    source = models.OneToOneField(Source, on_delete=models.PROTECT, related_name="article")
    author = LineField(max_length=200, blank=True)
    original = models.BinaryField()
    media_type = models.CharField(max_length=13, choices=MediaType)
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    text = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["Article"].as_manager()

    class Meta:
        ordering = ("-recorded_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="article_sha256"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="article_has_text"),
        )

    def __str__(self) -> str:
        return str(self.source)


class ArticleReading(AppendOnly):
    """That an extractor has read an article; what it proposed stands in its proposals."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="readings")
    extractor = LineField(max_length=200)
    n_proposed = models.PositiveIntegerField()
    n_refused = models.PositiveIntegerField()
    """Proposals that do not stand in the text as they say."""
    read_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["ArticleReading"].as_manager()

    class Meta:
        ordering = ("read_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("article", "extractor"), name="article_read_once"),
        )

    def __str__(self) -> str:
        return f"{self.article}, read by {self.extractor}"


class Proposal(AppendOnly):
    """A sentence of an article that may be a forecast: proposed by an extractor or by a coder."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="proposals")
    extractor = LineField(max_length=200, blank=True)
    """Empty where a coder marked the sentence."""
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    speaker = models.CharField(max_length=200, blank=True)
    phrase = models.CharField(max_length=200, blank=True)
    claims_yes = models.BooleanField(default=True)
    horizon = models.CharField(max_length=200, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["Proposal"].as_manager()

    class Meta:
        ordering = ("article", "start", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("article", "start", "end", "phrase"), name="proposal_once"
            ),
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="proposal_has_words"),
            models.CheckConstraint(
                condition=Q(extractor="", proposed_by__isnull=False)
                | ~Q(extractor="") & Q(proposed_by=None),
                name="proposal_by_one",
            ),
        )

    def __str__(self) -> str:
        return f"{self.article}, characters {self.start} to {self.end}"


class ProposalDecision(AppendOnly):
    """What a coder made of a proposal. A change of mind supersedes; what was left out stays."""

    class Kind(models.TextChoices):
        """What becomes of it."""

        ACCEPTED = "accepted", "To be recorded"
        RECORDED = "recorded", "Recorded"
        UNSCORABLE = "unscorable", "Cannot be scored"
        REJECTED = "rejected", "No forecast"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=10, choices=Kind)
    forecast = models.OneToOneField(
        Forecast, null=True, on_delete=models.PROTECT, related_name="proposal_decision"
    )
    statement = models.OneToOneField(
        UnscorableStatement, null=True, on_delete=models.PROTECT, related_name="proposal_decision"
    )
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    superseded_at = models.DateTimeField(null=True, editable=False)

    objects = SupersedableQuerySet["ProposalDecision"].as_manager()

    class Meta:
        ordering = ("decided_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("proposal",),
                condition=Q(superseded_at=None),
                name="proposal_decision_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("accepted", "rejected"), forecast=None, statement=None)
                | Q(kind="recorded", forecast__isnull=False, statement=None)
                | Q(kind="unscorable", forecast=None, statement__isnull=False),
                name="proposal_decision_fits",
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal}: {self.get_kind_display()}"


class Quotation(AppendOnly):
    """Where in an article a recorded quote stands, with the words around it.

    `exact`, `prefix` and `suffix` are those of a TextQuoteSelector of the W3C Web Annotation Data
    Model, `start` and `end` those of a TextPositionSelector.
    """

    # Not a key: an export that is restored elsewhere has places without their texts.
    article_sha256 = models.CharField(max_length=64)
    forecast = models.OneToOneField(
        Forecast, null=True, on_delete=models.PROTECT, related_name="quotation"
    )
    statement = models.OneToOneField(
        UnscorableStatement, null=True, on_delete=models.PROTECT, related_name="quotation"
    )
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    exact = models.CharField(max_length=MAX_SENTENCE)
    prefix = models.CharField(max_length=MAX_CONTEXT, blank=True)
    suffix = models.CharField(max_length=MAX_CONTEXT, blank=True)
    recorded_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["Quotation"].as_manager()

    class Meta:
        ordering = ("article_sha256", "start", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="quotation_has_words"),
            models.CheckConstraint(
                condition=Q(forecast__isnull=False, statement=None)
                | Q(forecast=None, statement__isnull=False),
                name="quotation_of_one",
            ),
        )

    def __str__(self) -> str:
        return self.exact
