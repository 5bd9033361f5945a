"""The Celery application: a bell for the job table, nothing more (architecture: Jobs)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aid_admin.settings")
app = Celery("aid_admin")
app.conf.update(
    broker_url=os.environ.get("CELERY_BROKER_URL", "") or "memory://",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=200,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 7200,
        "socket_timeout": 1,
        "socket_connect_timeout": 1,
        "unacked_restore_throttle": 1,
    },
    beat_schedule={"sweep": {"task": "aid_admin.jobs.tasks.sweep", "schedule": 15.0}},
    imports=["aid_admin.jobs.tasks"],
    timezone="Asia/Shanghai",
)
