"""The tables of the domain."""

from forecasts.models.absences import Absence
from forecasts.models.api_keys import ApiKey, KeptAnswer, Scope
from forecasts.models.articles import (
    Article,
    ArticleReading,
    Proposal,
    ProposalDecision,
    Quotation,
)
from forecasts.models.assignments import Assignment
from forecasts.models.calendars import CalendarFeed
from forecasts.models.codings import AdoptedRange, Coding
from forecasts.models.disputes import Dispute, DisputeDecision
from forecasts.models.evidence_copies import EvidenceCopy
from forecasts.models.experts import Expert, ExpertAlias, ExpertRename
from forecasts.models.exports import Export
from forecasts.models.forecasts import Forecast
from forecasts.models.import_drafts import ImportDraft
from forecasts.models.ledgers import LedgerEntry
from forecasts.models.lexicons import Lexicon, LexiconPhrase
from forecasts.models.merges import ExpertMerge, ExpertMergeUndo
from forecasts.models.question_comparisons import QuestionComparison
from forecasts.models.questions import Amendment, Question, QuestionFamily, Topic, TopicChange
from forecasts.models.resolutions import Resolution
from forecasts.models.reviews import BlindnessLift, HandOn
from forecasts.models.scorecards import Scorecard
from forecasts.models.snoozes import Snooze
from forecasts.models.sources import Source
from forecasts.models.statements import UnscorableStatement
from forecasts.models.usages import Usage
from forecasts.models.users import Role, User
from forecasts.models.verdicts import Evidence, Verdict

__all__ = [
    "Absence",
    "AdoptedRange",
    "Amendment",
    "ApiKey",
    "Article",
    "ArticleReading",
    "Assignment",
    "BlindnessLift",
    "CalendarFeed",
    "Coding",
    "Dispute",
    "DisputeDecision",
    "Evidence",
    "EvidenceCopy",
    "Expert",
    "ExpertAlias",
    "ExpertMerge",
    "ExpertMergeUndo",
    "ExpertRename",
    "Export",
    "Forecast",
    "HandOn",
    "ImportDraft",
    "KeptAnswer",
    "LedgerEntry",
    "Lexicon",
    "LexiconPhrase",
    "Proposal",
    "ProposalDecision",
    "Question",
    "QuestionComparison",
    "QuestionFamily",
    "Quotation",
    "Resolution",
    "Role",
    "Scope",
    "Scorecard",
    "Snooze",
    "Source",
    "Topic",
    "TopicChange",
    "UnscorableStatement",
    "Usage",
    "User",
    "Verdict",
]
