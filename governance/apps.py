"""App configuration of governance."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"

    def ready(self) -> None:
        from governance import permissions, tasks  # noqa: F401, PLC0415 - declares actions, registers tasks
        from governance.selectors.gate_passages import gate_passages  # noqa: PLC0415 - needs the model registry
        from governance.services import stage_changes  # noqa: PLC0415 - as above
        from governance.web import registration  # noqa: PLC0415 - as above
        from portfolio import hooks  # noqa: PLC0415 - as above
        from roadmap import hooks as roadmap_hooks  # noqa: PLC0415 - as above

        registration.register()
        hooks.before_stage_change.register(stage_changes.guard_stage_change)
        hooks.after_stage_change.register(stage_changes.mark_launched)
        roadmap_hooks.gate_passages.register(gate_passages)
