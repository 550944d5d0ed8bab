"""How Celery runs here. A message carries no data, so losing one loses nothing."""

from django.conf import settings

from worker.schedule import SCHEDULE

broker_url = settings.REDIS_URL
broker_connection_retry_on_startup = True
broker_transport_options = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 5,
}
beat_schedule = SCHEDULE
task_ignore_result = True
task_acks_late = True
task_serializer = "json"
accept_content = ["json"]
# The watchdog listens to a worker's signals; elsewhere importing it does nothing.
imports = ["worker.watchdog"]
task_soft_time_limit = 120
task_time_limit = 150
worker_prefetch_multiplier = 1
worker_max_tasks_per_child = 1000
worker_max_memory_per_child = 400_000
worker_hijack_root_logger = False
enable_utc = True
timezone = "UTC"
