"""Addresses of the API, version 1."""

from django.urls import path

from api.views.calibrations import CalibrationView
from api.views.codings import CodingView
from api.views.comparisons import CompareView
from api.views.corrections import CorrectionsView
from api.views.disputes import DisputesView, DisputeView
from api.views.experts import ExpertsView, ExpertView
from api.views.exports import ExportFileView, ExportsView
from api.views.forecasts import ExpertForecastsView, ForecastView
from api.views.histories import HistoryView
from api.views.leaderboards import LeaderboardView
from api.views.ledgers import LedgerHeadView, LedgerView
from api.views.lexicons import LexiconsView, LexiconView
from api.views.questions import QuestionView
from api.views.records import (
    EvidenceView,
    RecordForecastsView,
    RecordQuestionsView,
    RecordSourcesView,
)
from api.views.reviewing import ReviewingView
from api.views.scores import ExpertScoresView
from api.views.services import DocsView, HealthView, IndexView, SchemaView
from api.views.sources import SourceView, StatementsView, TopicsView
from api.views.totals import StatisticsView

app_name = "api"
urlpatterns = [
    path("", IndexView.as_view(), name="index"),
    path("experts/", ExpertsView.as_view(), name="experts"),
    path("experts/<slug:slug>/", ExpertView.as_view(), name="expert"),
    path("experts/<slug:slug>/scores/", ExpertScoresView.as_view(), name="expert-scores"),
    path("experts/<slug:slug>/scores/history/", HistoryView.as_view(), name="expert-history"),
    path("experts/<slug:slug>/calibration/", CalibrationView.as_view(), name="expert-calibration"),
    path("experts/<slug:slug>/forecasts/", ExpertForecastsView.as_view(), name="expert-forecasts"),
    path("forecasts/", RecordForecastsView.as_view(), name="forecasts"),
    path("forecasts/<int:pk>/", ForecastView.as_view(), name="forecast"),
    path("questions/", RecordQuestionsView.as_view(), name="questions"),
    path("questions/<slug:slug>/", QuestionView.as_view(), name="question"),
    path("questions/<slug:slug>/evidence/", EvidenceView.as_view(), name="evidence"),
    path("sources/", RecordSourcesView.as_view(), name="sources"),
    path("sources/<int:pk>/", SourceView.as_view(), name="source"),
    path("topics/", TopicsView.as_view(), name="topics"),
    path("leaderboard/", LeaderboardView.as_view(), name="leaderboard"),
    path("lexicons/", LexiconsView.as_view(), name="lexicons"),
    path("lexicons/<slug:name>/", LexiconView.as_view(), name="lexicon"),
    path("compare/", CompareView.as_view(), name="compare"),
    path("unscorable-statements/", StatementsView.as_view(), name="unscorable-statements"),
    path("ledger/", LedgerView.as_view(), name="ledger"),
    path("ledger/head/", LedgerHeadView.as_view(), name="ledger-head"),
    path("reviewing/", ReviewingView.as_view(), name="reviewing"),
    path("coding/", CodingView.as_view(), name="coding"),
    path("statistics/", StatisticsView.as_view(), name="statistics"),
    path("corrections/", CorrectionsView.as_view(), name="corrections"),
    path("disputes/", DisputesView.as_view(), name="disputes"),
    path("disputes/<int:pk>/", DisputeView.as_view(), name="dispute"),
    path("exports/", ExportsView.as_view(), name="exports"),
    path("exports/<str:day>/<str:name>", ExportFileView.as_view(), name="export-file"),
    path("health/", HealthView.as_view(), name="health"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
]
