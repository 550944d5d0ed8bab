"""Who may do what: as Django keeps it, read in one query."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet


class OneQueryBackend(ModelBackend):
    """Permissions of a user and of the user's groups together: every page of the desk asks."""

    def _get_user_permissions(self, user_obj: Any) -> QuerySet[Permission]:
        return Permission.objects.none()

    def _get_group_permissions(self, user_obj: Any) -> QuerySet[Permission]:
        theirs = Q(group__in=user_obj.groups.all()) | Q(user=user_obj)
        return Permission.objects.filter(theirs).distinct()
