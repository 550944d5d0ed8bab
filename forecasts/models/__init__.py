"""The tables of the domain."""

from forecasts.models.assignments import Assignment
from forecasts.models.codings import AdoptedRange, Coding
from forecasts.models.disputes import Dispute, DisputeDecision
from forecasts.models.experts import Expert, ExpertAlias
from forecasts.models.forecasts import Forecast
from forecasts.models.questions import Amendment, Question, QuestionFamily, Topic
from forecasts.models.resolutions import Resolution
from forecasts.models.scorecards import Scorecard
from forecasts.models.sources import Source
from forecasts.models.statements import UnscorableStatement
from forecasts.models.usages import Usage
from forecasts.models.users import Role, User
from forecasts.models.verdicts import Evidence, Verdict

__all__ = [
    "AdoptedRange",
    "Amendment",
    "Assignment",
    "Coding",
    "Dispute",
    "DisputeDecision",
    "Evidence",
    "Expert",
    "ExpertAlias",
    "Forecast",
    "Question",
    "QuestionFamily",
    "Resolution",
    "Role",
    "Scorecard",
    "Source",
    "Topic",
    "UnscorableStatement",
    "Usage",
    "User",
    "Verdict",
]
