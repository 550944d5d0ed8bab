"""Who can log in to the demo, and the staff behind its back-dated records."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.contrib.auth.models import Group
from django.db.models import prefetch_related_objects

from forecasts.models import Role, User
from forecasts.services.saving import save_checked

# The passwords are printed, so a slow hash would protect nothing and cost seconds at the first
# start. Django hashes them anew, with its own number of iterations, when somebody logs in.
ITERATIONS = 1_000

LOADER = "demo-loader"


@dataclass(frozen=True, slots=True)
class Login:
    """A log-in that a visitor may use; its password can be told from its name."""

    username: str
    role: Role | None
    to_try: str

    @property
    def password(self) -> str:
        """Public: the demo refuses to load where settings.DEMO is false."""
        return f"demo-{self.username}"

    @property
    def title(self) -> str:
        """The role as a table shows it."""
        return self.role.label if self.role else "Administrator"


LOGINS = (
    Login("coder", Role.CODER, "record a forecast; this log-in made the article's first codings"),
    Login(
        "coder2",
        Role.CODER,
        "read the article's phrases blind: they wait in the queue, and a second reading adopts",
    ),
    Login("reviewer", Role.REVIEWER, "resolve what is due, and watch a score change"),
    Login("reviewer2", Role.REVIEWER, "give the second verdict that a real question needs"),
    Login(
        "lead",
        Role.LEAD,
        "settle a disagreement of reviewers or of coders, correct a ruling, amend criteria",
    ),
    Login("admin", None, "see users and mail; no editorial role comes with it"),
)


@dataclass(frozen=True, slots=True)
class Backstage:
    """Those behind records older than the log-ins; nobody can log in as them."""

    coder: User
    second_coder: User
    lead: User
    reviewers: tuple[User, User]

    def leave(self) -> None:
        """Become inactive, so that no work is given to them."""
        staff = (self.coder, self.second_coder, self.lead, *self.reviewers)
        names = [user.username for user in staff]
        User.objects.filter(username__in=names).update(is_active=False)


def create_logins(*, as_of: datetime) -> dict[str, User]:
    """Create the visitors' log-ins; returns them by username."""
    return {login.username: _create_login(login, as_of) for login in LOGINS}


def create_backstage(*, as_of: datetime) -> Backstage:
    """Create the staff of the back-dated records."""

    def create(username: str, role: Role) -> User:
        user = User(username=username, password=make_password(None), date_joined=as_of)
        return _in_group(user, role)

    return Backstage(
        coder=create(LOADER, Role.CODER),
        second_coder=create("demo-coder", Role.CODER),
        lead=create("demo-lead", Role.LEAD),
        reviewers=(
            create("demo-reviewer-a", Role.REVIEWER),
            create("demo-reviewer-b", Role.REVIEWER),
        ),
    )


def login_table() -> str:
    """The log-ins, a line each."""
    rows = [("username", "password", "role", "what to try")]
    rows += [(login.username, login.password, login.title, login.to_try) for login in LOGINS]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join([*map(str.ljust, row[:3], widths), row[3]]) for row in rows]
    return "\n".join(lines)


def _create_login(login: Login, as_of: datetime) -> User:
    hasher = PBKDF2PasswordHasher()
    user = User(
        username=login.username,
        password=hasher.encode(login.password, hasher.salt(), iterations=ITERATIONS),
        email=f"{login.username}@example.org",
        is_staff=True,
        is_superuser=login.role is None,
        date_joined=as_of,
        prompt_hour=0,  # so that today's mail is there whenever a visitor starts the demo
    )
    return _in_group(user, login.role)


def _in_group(user: User, role: Role | None) -> User:
    save_checked(user)
    if role is not None:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    # Services ask for the role at every step of the load.
    prefetch_related_objects([user], "groups")
    return user
