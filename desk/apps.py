"""The desk as Django sees it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DeskConfig(AppConfig):
    """Keeps the groups of the roles as the table says, and lexicons, after every migration."""

    name = "desk"
    verbose_name = "Review"

    def ready(self) -> None:
        from desk.lexicons import load_own_lexicons
        from desk.roles import write_roles

        post_migrate.connect(write_roles, sender=self, dispatch_uid="desk.roles")
        post_migrate.connect(load_own_lexicons, sender=self, dispatch_uid="desk.lexicons")
