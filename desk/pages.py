"""The pages of the desk beside those of tables, by name and address."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from desk.calendars import calendar_page
from desk.imports import import_page
from desk.reading_pages import agreement_page, disagreements_page, readings_page
from desk.reviewing_pages import reviewing_page
from desk.settings_pages import settings_page

PAGES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "agreement": agreement_page,
    "calendar": calendar_page,
    "disagreements": disagreements_page,
    "readings": readings_page,
    "import": import_page,
    "reviewing": reviewing_page,
    "settings": settings_page,
}
