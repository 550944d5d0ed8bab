"""Addresses of the public pages."""

from django.urls import path

from web.views.calendars import (
    calendar_text,
    expert_calendar_text,
    reviewer_calendar_text,
    topic_calendar_text,
)
from web.views.corrections import corrections_page
from web.views.departures import unsubscribe_page
from web.views.digests import digest_page, digests_page
from web.views.disputes import (
    dispute_form_page,
    dispute_page,
    dispute_received_page,
    disputes_page,
)
from web.views.experts import expert_page, experts_page
from web.views.feeds import expert_feed_text, feed_text, topic_feed_text
from web.views.homes import home_page
from web.views.leaderboards import leaderboard_page
from web.views.ledgers import ledger_page, ledger_script
from web.views.preferences import data_text, erase_page, preferences_page
from web.views.questions import question_page, questions_page
from web.views.subscriptions import code_page, confirm_page, subscribe_page
from web.views.summaries import summary_page
from web.views.texts import how_to_read_page, robots_text

app_name = "web"
urlpatterns = [
    path("", home_page, name="home"),
    path("leaderboard/", leaderboard_page, name="leaderboard"),
    path("experts/", experts_page, name="experts"),
    path("experts/<slug:slug>/", expert_page, name="expert"),
    path("questions/", questions_page, name="questions"),
    path("questions/<slug:slug>/", question_page, name="question"),
    path("ledger/", ledger_page, name="ledger"),
    path("ledger/verify_ledger.py", ledger_script, name="ledger-script"),
    path("corrections/", corrections_page, name="corrections"),
    path("calendar.ics", calendar_text, name="calendar"),
    path("topics/<slug:slug>/calendar.ics", topic_calendar_text, name="topic-calendar"),
    path("experts/<slug:slug>/calendar.ics", expert_calendar_text, name="expert-calendar"),
    path("calendars/<str:token>.ics", reviewer_calendar_text, name="reviewer-calendar"),
    path("feeds/<slug:kind>.atom", feed_text, name="feed"),
    path("experts/<slug:slug>/feeds/<slug:kind>.atom", expert_feed_text, name="expert-feed"),
    path("topics/<slug:slug>/feeds/<slug:kind>.atom", topic_feed_text, name="topic-feed"),
    path("disputes/", disputes_page, name="disputes"),
    path("disputes/new/", dispute_form_page, name="dispute-new"),
    path("disputes/new/<slug:kind>/<str:key>/", dispute_form_page, name="dispute-record"),
    path("disputes/received/<uuid:nonce>/", dispute_received_page, name="dispute-received"),
    path("disputes/<int:pk>/", dispute_page, name="dispute"),
    path("digests/", digests_page, name="digests"),
    path("digests/<slug:week>/", digest_page, name="digest"),
    path("how-to-read/", how_to_read_page, name="how-to-read"),
    path("subscribe/", subscribe_page, name="subscribe"),
    path("subscribe/code/", code_page, name="subscription-code"),
    path("subscribe/confirm/<str:token>/", confirm_page, name="confirm"),
    path("subscriptions/<str:token>/", preferences_page, name="preferences"),
    path("subscriptions/<str:token>/data.json", data_text, name="subscription-data"),
    path("subscriptions/<str:token>/erase/", erase_page, name="subscription-erase"),
    path("unsubscribe/<str:token>/", unsubscribe_page, name="unsubscribe"),
    path("summaries/<str:token>/", summary_page, name="summary"),
    path("robots.txt", robots_text, name="robots"),
]
