"""What each role may do in the admin, as a table that is written into the groups."""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

from forecasts.models import Role

Rows = dict[str, tuple[str, ...]]
VIEW = ("view",)
RECORD = ("view", "add")
EDIT = ("view", "add", "change")

CODER: Rows = {
    "forecasts.article": RECORD,
    "forecasts.expert": EDIT,
    "forecasts.expertalias": EDIT,
    "forecasts.source": RECORD,
    "forecasts.topic": RECORD,
    "forecasts.questionfamily": RECORD,
    "forecasts.question": EDIT,
    "forecasts.forecast": RECORD,
    "forecasts.coding": RECORD,
    "forecasts.unscorablestatement": RECORD,
}
# Nothing else: until their verdict is in, reviewers are blind to what was forecast.
REVIEWER: Rows = {"desk.duequestion": VIEW}
LEAD: Rows = {
    **CODER,
    **REVIEWER,
    "forecasts.adoptedrange": VIEW,
    "forecasts.amendment": VIEW,
    "forecasts.assignment": VIEW,
    "forecasts.blindnesslift": VIEW,
    "forecasts.dispute": VIEW,
    "forecasts.evidence": VIEW,
    "forecasts.expertmerge": RECORD,
    "forecasts.resolution": VIEW,
    "forecasts.verdict": VIEW,
    "mail.digest": VIEW,
    "mail.webhook": EDIT,
    "mail.webhookmessage": VIEW,
}
TABLE: dict[Role, Rows] = {
    Role.CODER: CODER,
    Role.REVIEWER: REVIEWER,
    Role.LEAD: LEAD,
}


def codenames(rows: Rows) -> set[tuple[str, str]]:
    """The permissions that the rows name, as pairs of app and codename."""
    pairs = set()
    for label, actions in rows.items():
        app, model = label.split(".")
        pairs |= {(app, f"{action}_{model}") for action in actions}
    return pairs


def write_roles(sender: AppConfig, using: str, verbosity: int = 1, **_: Any) -> None:
    """Make the groups, and give each what the table says: no less and no more."""
    # Django makes an app's permissions on the same signal, perhaps only after this.
    for label in ("forecasts", "mail", "desk"):
        create_permissions(apps.get_app_config(label), verbosity=0, using=using)
    known = {
        (permission.content_type.app_label, permission.codename): permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for role, rows in TABLE.items():
        group, _is_new = Group.objects.using(using).get_or_create(name=role)
        group.permissions.set(known[pair] for pair in codenames(rows))
