"""The Celery application: ticks and doorbells; the work itself is rows in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("hindcast")
app.config_from_object("worker.configuration")
app.autodiscover_tasks(["worker"])
# Every thread of a web process rings through this application, not through Celery's fallback.
app.set_default()
