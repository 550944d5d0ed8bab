"""The review queue as Django sees it: questions under another name and other permissions."""

from forecasts.models import Question


class DueQuestion(Question):
    """A question that waits for an answer."""

    class Meta:
        proxy = True
        ordering = ("deadline", "pk")
        verbose_name = "question due for review"
        verbose_name_plural = "due for review"
        # Who sees the queue looks at it; answers go through a service, which asks for the role.
        default_permissions = ("view",)
