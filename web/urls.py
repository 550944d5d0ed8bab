"""Addresses of the public pages."""

from django.urls import path

from web.views.calendars import (
    calendar_text,
    expert_calendar_text,
    reviewer_calendar_text,
    topic_calendar_text,
)
from web.views.corrections import corrections_page
from web.views.experts import expert_page, experts_page
from web.views.homes import home_page
from web.views.leaderboards import leaderboard_page
from web.views.questions import question_page, questions_page
from web.views.subscriptions import unsubscribe_page
from web.views.texts import how_to_read_page, robots_text

app_name = "web"
urlpatterns = [
    path("", home_page, name="home"),
    path("leaderboard/", leaderboard_page, name="leaderboard"),
    path("experts/", experts_page, name="experts"),
    path("experts/<slug:slug>/", expert_page, name="expert"),
    path("questions/", questions_page, name="questions"),
    path("questions/<slug:slug>/", question_page, name="question"),
    path("corrections/", corrections_page, name="corrections"),
    path("calendar.ics", calendar_text, name="calendar"),
    path("topics/<slug:slug>/calendar.ics", topic_calendar_text, name="topic-calendar"),
    path("experts/<slug:slug>/calendar.ics", expert_calendar_text, name="expert-calendar"),
    path("calendars/<str:token>.ics", reviewer_calendar_text, name="reviewer-calendar"),
    path("how-to-read/", how_to_read_page, name="how-to-read"),
    path("unsubscribe/<str:token>/", unsubscribe_page, name="unsubscribe"),
    path("robots.txt", robots_text, name="robots"),
]
