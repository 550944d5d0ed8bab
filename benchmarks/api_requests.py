"""What is asked of the API, and the scores that it answers with."""

from collections.abc import Iterator
from itertools import count

from django.db import connections
from django.utils import timezone

from api.pagination import DEFAULT_LIMIT, Cursor
from benchmarks.api_bench import LIMIT, Line
from forecasts.models import Expert, Forecast, Question
from forecasts.services.scorecards import draw_scorecards, recompute_scorecards

DEEP = 1_000
ROOT = "/api/v1/"


def score_all() -> None:
    """Bring every scorecard up to date, as the sweeps do."""
    while recompute_scorecards(as_of=timezone.now(), limit=500):
        pass
    while draw_scorecards(limit=500):
        pass
    # The web servers share the server with nobody.
    connections.close_all()


def asked() -> list[Line]:
    """The lines of the table; all but the first two with and without answers kept."""
    expert = Expert.objects.order_by("pk")[Expert.objects.count() // 2].slug
    kinds = [
        ("scores", f"`experts/{expert}/scores/`", f"experts/{expert}/scores/"),
        ("leaderboard", "`leaderboard/`, 50 places", "leaderboard/"),
        ("questions", "`questions/`, page 1", "questions/"),
        ("question", "`questions/?limit=1`, page 1", "questions/?limit=1"),
        ("deep", f"`questions/?limit=1`, page {DEEP:,}", f"questions/?limit=1&cursor={deep()}"),
        ("forecasts", "`forecasts/`, page 1", "forecasts/"),
        ("depth", f"`forecasts/`, page {DEEP:,}", f"forecasts/?cursor={depth()}"),
    ]
    lines = [
        Line("empty", "An empty view of Django", "/bench/empty/"),
        Line(LIMIT, "A view of DRF that returns a constant", f"{ROOT}bench/constant/"),
    ]
    for is_warm in (False, True):
        lines += [Line(name, title, ROOT + path, is_warm) for name, title, path in kinds]
        known = "`questions/` that the client has: 304"
        lines.append(Line("known", known, f"{ROOT}questions/", is_warm, is_known=True))
    return lines


def deep() -> str:
    """The cursor of the thousandth question."""
    last = Question.objects.order_by("deadline", "pk")[DEEP - 2]
    return Cursor("deadline", last.deadline, last.pk).encoded()


def depth() -> str:
    """The cursor of the thousandth page of forecasts."""
    rows = Forecast.objects.filter(superseded_at=None).order_by("-stated_at", "-pk")
    last = rows[(DEEP - 1) * DEFAULT_LIMIT - 1]
    return Cursor("-stated_at", last.stated_at, last.pk).encoded()


def addresses() -> Iterator[str]:
    """Pages and scores, each of them another for a long time."""
    slugs = list(Expert.objects.order_by("pk").values_list("slug", flat=True))
    for number in count():
        slug = slugs[number % len(slugs)]
        yield f"{ROOT}experts/{slug}/"
        yield f"{ROOT}experts/{slug}/scores/"
        yield f"{ROOT}questions/?limit={1 + number % 50}"
        yield f"{ROOT}forecasts/?limit={1 + number % 50}&expert={slug}"
