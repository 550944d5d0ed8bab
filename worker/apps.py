"""The worker door: it hears the bell."""

from django.apps import AppConfig


class WorkerConfig(AppConfig):
    """Turns the bell into a task."""

    name = "worker"

    def ready(self) -> None:
        """Listen, once."""
        import worker.celery  # noqa: F401 — tasks need an application to be sent through
        from forecasts.bell import something_is_due
        from worker.ringing import start_sweep

        something_is_due.connect(start_sweep, dispatch_uid="worker")
