"""Lexicons: what coders read phrases with."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from api.schemas import documented
from api.serializers.lexicons import LexiconSerializer, WholeLexiconSerializer
from api.views.bases import PublicDetailView, PublicListView
from forecasts.models import Lexicon
from forecasts.selectors.lexicons import listed_lexicons

KENT: dict[str, Any] = {
    "name": "kent",
    "version": "1964",
    "title": "Words of Estimative Probability",
    "citation": "Kent, Sherman (1964): Words of Estimative Probability. Studies in Intelligence "
    "8 (4), 49-65.",
    "url": "https://example.org/words-of-estimative-probability",
    "sha256": "0f" * 32,
    "loaded_at": "2026-06-01T12:00:00Z",
    "superseded_at": None,
    "n_phrases": 28,
}
PROBABLE = {
    "phrase": "probable",
    "low": 0.63,
    "mid": 0.75,
    "high": 0.87,
    "speaks_for": True,
    "is_wide": False,
    "note": "",
}
VERSION = OpenApiParameter(
    "version", str, description="A version that a later one has replaced; without it the latest."
)


@documented("lexicons", "Lexicons")
class LexiconsView(PublicListView):
    """Published tables of phrases and the likelihood that each stands for, in all versions."""

    queryset = Lexicon.objects.none()
    serializer_class = LexiconSerializer
    orderings = {"name": "name", "loaded_at": "loaded_at"}
    default_ordering = "name"

    def get_queryset(self) -> QuerySet[Lexicon]:
        """All versions."""
        return listed_lexicons()


@extend_schema(parameters=[VERSION])
@documented(
    "lexicons",
    "One lexicon",
    errors=(404,),
    examples=[
        OpenApiExample("Kent's of 1964", value=KENT | {"phrases": [PROBABLE]}, response_only=True)
    ],
)
class LexiconView(PublicDetailView):
    """The phrases of a lexicon, with what each says of the likelihood."""

    queryset = Lexicon.objects.none()
    serializer_class = WholeLexiconSerializer
    parameters = ("version",)

    def get_object(self) -> Lexicon:
        """The version that was asked for. Raises Http404."""
        name, version = self.kwargs["name"], self.request.query_params.get("version")
        rows = listed_lexicons().filter(name=name).prefetch_related("phrases")
        # Compared here, for not every text is one that a database can look for.
        wanted = (
            row
            for row in rows
            if (row.superseded_at is None if version is None else row.version == version)
        )
        lexicon = next(wanted, None)
        if lexicon is None:
            which = f' in version "{version}"' if version else ""
            raise Http404(f'There is no lexicon "{name}"{which}.')
        return lexicon
