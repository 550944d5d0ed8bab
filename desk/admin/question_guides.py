"""What a coder is told beside the fields of a question, in the order in which to fill them in."""

from typing import Any

HELP = {
    "title": "One claim that a stranger can answer with yes or no: who does what, by when. "
    "“Will the central bank of Norland raise its key rate by 31 December 2026?”",
    "slug": "The end of its address. It names the question for ever.",
    "resolution_criteria": "What counts as yes, what does not, and whose word decides, with a "
    "second source where the first is silent. Reviewers see this and nothing of who said what.",
    "topics": "Experts are compared by topic.",
    "family": "Questions that overlap, such as one claim at several deadlines. They count as one "
    "in statistics.",
    "depends_on": "A question's number; the magnifying glass searches. With any other ruling "
    "than the needed one this question is annulled.",
    "depends_on_answer": "The ruling that the other question must get.",
    "required_verdicts": "1, or 2 where people are named: then two reviewers have to agree.",
}
GUIDE: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("1. The claim", ("title", "slug")),
    ("2. What decides it", ("resolution_criteria",)),
    ("3. When", ("said_on", "opens_at", "deadline", "interim_days")),
    ("4. Where it belongs", ("topics", "family", "synthetic")),
    ("5. Only if another one is answered", (("depends_on", "depends_on_answer"),)),
    ("6. Who must agree", ("required_verdicts",)),
)


def guide(*, is_read: bool) -> list[tuple[str, dict[str, Any]]]:
    """The parts of the form. is_read: where times can only be read."""
    shown = {"said_on": (), "deadline": ("deadline_utc",)} if is_read else {}
    return [
        (part, {"fields": [name for field in fields for name in shown.get(field, (field,))]})
        for part, fields in GUIDE
    ]
