"""Experts: people and organisations whose public forecasts are scored."""

from typing import Any, Self
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from forecasts.models.append_only import AppendOnly, AppendOnlyQuerySet
from forecasts.models.fields import ExternalIdField, LineField, ProseField, unique_where_given


def validate_links(links: Any) -> None:
    """Accept a list of http(s) addresses only."""
    is_list = isinstance(links, list) and all(isinstance(link, str) for link in links)
    if not is_list or any(urlsplit(link).scheme not in {"http", "https"} for link in links):
        msg = "Links are a list of http or https addresses."
        raise ValidationError(msg, code="links")


def marked(name: str, *, synthetic: bool) -> str:
    """The name of something, which says once that it is synthetic."""
    return f"{name} (synthetic)" if synthetic and "synthetic" not in name.lower() else name


class ExpertQuerySet(models.QuerySet["Expert"]):
    """Narrows down experts."""

    def current(self) -> Self:
        """Those who have not been merged into another."""
        return self.filter(merged_into=None)


class Expert(models.Model):
    """A named person or organisation; never logs in."""

    class Kind(models.TextChoices):
        """What an expert can be."""

        PERSON = "person"
        ORGANISATION = "organisation"

    slug = models.SlugField(max_length=80, unique=True)
    name = LineField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PERSON)
    affiliation = LineField(max_length=200, blank=True)
    description = ProseField(blank=True, max_length=2000)
    links = models.JSONField(default=list, blank=True, validators=[validate_links])
    synthetic = models.BooleanField(
        default=False, help_text="Invented, to show how the service works."
    )
    external_id = ExternalIdField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    merged_into = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.PROTECT, related_name="merged"
    )
    """To whom their forecasts count now, at the end of all merges; see ExpertMerge."""

    objects = ExpertQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")), name="expert_merged_away"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=("person", "organisation")), name="expert_kind"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="expert_named"),
            unique_where_given("expert"),
        )

    def __str__(self) -> str:
        return marked(self.name, synthetic=self.synthetic)


class ExpertAlias(models.Model):
    """Another name under which an expert is quoted."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="aliases")
    name = LineField(max_length=200)

    class Meta:
        verbose_name_plural = "expert aliases"
        constraints = (
            models.UniqueConstraint(fields=("expert", "name"), name="expert_alias_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="expert_alias_named"),
        )

    def __str__(self) -> str:
        return self.name


class ExpertRename(AppendOnly):
    """The name that an expert had until it was changed: what was cited is shown under it."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="renames")
    before = LineField(max_length=200)
    renamed_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["ExpertRename"].as_manager()

    class Meta:
        ordering = ("renamed_at", "pk")

    def __str__(self) -> str:
        return f"{self.before}, now {self.expert}"
