"""Where each door is."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from web.mail_events import provider_urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("api.urls")),
    *provider_urls(),
    path("", include("web.urls")),
]
