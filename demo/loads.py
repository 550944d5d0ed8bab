"""Loading the demo, whole or not at all."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from demo.articles import record_article
from demo.databases import is_demo, is_empty
from demo.logins import create_backstage, create_logins
from demo.readers import subscribe_reader
from demo.synthetic.desks import record_desk
from demo.synthetic.disputes import record_disputes
from demo.synthetic.questions import draw_questions
from demo.synthetic.readings import record_reading
from demo.synthetic.recorders import record_history
from demo.synthetic.statements import draw_statements
from demo.synthetic.wordings import record_wordings
from forecasts.services.ledgers import appended_last
from forecasts.services.question_comparisons import recompute_comparisons
from forecasts.services.scorecards import draw_scorecards, recompute_scorecards, touched_once

Say = Callable[[str], object]


class ForeignDataError(Exception):
    """This database holds data that the demo did not make."""


def load(*, as_of: datetime, say: Say) -> bool:
    """Load the demo into an empty database; returns whether there was anything to do.

    One transaction, so that a load that is killed leaves nothing. Raises ForeignDataError.
    """
    with transaction.atomic():
        if is_demo():
            return False
        if not is_empty():
            raise ForeignDataError
        _fill(as_of, say)
    return True


def _fill(as_of: datetime, say: Say) -> None:
    backstage = create_backstage(as_of=as_of)
    questions = draw_questions(as_of)
    statements = draw_statements(questions)
    with appended_last(), touched_once():
        say(f"Synthetic track record: {len(questions)} questions, {len(statements)} statements")
        record_history(questions, statements, staff=backstage)
        record_wordings(questions, staff=backstage)
        say("The article and what it says")
        coder = create_logins(as_of=as_of)["coder"]
        record_article(coder=coder, as_of=as_of)
        record_reading(coder=coder, as_of=as_of)
    record_disputes(lead=backstage.lead, as_of=as_of)
    record_desk(staff=backstage, as_of=as_of)
    subscribe_reader(as_of=as_of)
    say("Scores")
    while recompute_comparisons(as_of=as_of):
        pass
    while recompute_scorecards(as_of=as_of) or draw_scorecards():
        pass
    backstage.leave()
