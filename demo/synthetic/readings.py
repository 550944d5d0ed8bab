"""An invented article at the reading desk, with something left out and the rest to decide."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from forecasts.models import Article, ProposalDecision, Source, UnscorableStatement, User
from forecasts.services.articles import mark_passage, read_article, record_article
from forecasts.services.proposals import decide_proposal, leave_out

TEXT = Path(__file__).parent.parent / "data" / "moon-harbor.txt"
VAGUE = "We may see a hundred of them in one night"
BELIEF = "does not believe"


def record_reading(*, coder: User, as_of: datetime) -> None:
    """Hand the article in, and decide about two of its proposals."""
    article = record_article(
        source=Source(
            outlet="Moon Harbor Courier",
            title="What the moon harbor is waiting for (synthetic)",
            published_at=as_of - timedelta(days=3),
            date_basis=Source.DateBasis.PRINTED,
            synthetic=True,
        ),
        original=TEXT.read_bytes(),
        media_type=Article.MediaType.PLAIN,
        by=coder,
        as_of=as_of,
    )
    read_article(article=article, as_of=as_of)
    who: Any = {"seen": None, "by": coder, "as_of": as_of}
    beside = article.proposals.get(phrase=BELIEF)
    decide_proposal(proposal=beside, kind=ProposalDecision.Kind.REJECTED, **who)
    leave_out(
        proposal=mark_passage(article=article, quote=VAGUE, by=coder, as_of=as_of),
        quote=VAGUE,
        reason=UnscorableStatement.Reason.NO_THRESHOLD,
        attributed_to="Captain Orlo Brass (synthetic)",
        **who,
    )
