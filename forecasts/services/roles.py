"""Who may do what. A superuser holds no editorial role by being one."""

from forecasts.exceptions import NotBlindError, RoleMissingError
from forecasts.models import Role, User

CODERS = (Role.CODER, Role.LEAD)
REVIEWERS = (Role.REVIEWER,)
COLLECTORS = (Role.REVIEWER, Role.LEAD)
LEADS = (Role.LEAD,)


def require_role(user: User, roles: tuple[Role, ...]) -> None:
    """Raise RoleMissingError unless the user holds one of the roles."""
    if not user.has_role(*roles):
        raise RoleMissingError(role=" or ".join(roles))


def require_blind_reviewer(user: User) -> None:
    """Raise RoleMissingError for whoever is no reviewer, and NotBlindError for a mere lead."""
    if user.has_role(Role.LEAD) and not user.has_role(*REVIEWERS):
        raise NotBlindError
    require_role(user, REVIEWERS)
