"""The Celery application: queues, delivery guarantees and the beat schedule."""

from celery import Celery
from celery.schedules import crontab

app = Celery("fairlead")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "dispatch waiting jobs": {"task": "tenancy.dispatch_outbox", "schedule": 5.0},
    "seal the audit ledger": {"task": "tenancy.seal_ledgers", "schedule": 30.0},
    "sign ledger checkpoints": {"task": "tenancy.sign_checkpoints", "schedule": crontab(minute="7")},
    "verify recent ledger blocks": {"task": "tenancy.verify_ledgers", "schedule": crontab(minute="40", hour="2")},
    "remove expired records": {"task": "tenancy.remove_expired", "schedule": crontab(minute="20", hour="3")},
    "prepare ledger partitions": {"task": "tenancy.prepare_partitions", "schedule": crontab(minute="5", hour="1")},
    "end approvals past their time": {"task": "governance.fan_out_expiry", "schedule": crontab(minute="13")},
    "drop abandoned uploads": {
        "task": "integrations.fan_out_upload_removal",
        "schedule": crontab(minute="50", hour="3"),
    },
    "remove old exports of roadmaps": {
        "task": "roadmap.fan_out_export_removal",
        "schedule": crontab(minute="35", hour="3"),
    },
    "keep what roadmaps said at the start of a quarter": {
        "task": "roadmap.fan_out_quarter_baselines",
        "schedule": crontab(minute="25", hour="0"),
    },
    "prepare months of KPI observations": {
        "task": "portfolio.prepare_kpi_months",
        "schedule": crontab(minute="15", hour="1"),
    },
    "roll up KPI observations": {"task": "portfolio.fan_out_rollups", "schedule": crontab(minute="*/10")},
    "cost usage of models": {"task": "portfolio.fan_out_unit_costs", "schedule": crontab(minute="3-59/10")},
    "refresh money rollups": {"task": "portfolio.fan_out_money", "schedule": crontab(minute="6-59/10")},
}
