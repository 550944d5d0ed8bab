"""The admin site of Hindcast."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig


class DeskSite(AdminSite):
    """The desks of coders, reviewers and leads."""

    site_header = "Hindcast"
    site_title = "Hindcast desk"
    index_title = "Desk"


class DeskAdminConfig(AdminConfig):
    """Makes DeskSite the admin site."""

    default_site = "desk.sites.DeskSite"
