"""What a migration can do beyond Django's own operations."""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class Together(Operation):
    """Runs several operations between the same two states, in order: new models, those referred to first, or columns.

    One after the other makes every model connected with the changed one anew each time, which for the tables of a
    whole app is seconds of waiting at the first start and before every test run. Each operation sees the models as
    they are after all of them: add a column or a constraint only to a model that was there before, or write it into
    the model's own `CreateModel`.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # Without the classes made so far a new model is only noted; whoever asks next has all of them made in one go.
        state.__dict__.pop("apps", None)
        for each in self.operations:
            each.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for each in self.operations:
            each.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for each in reversed(self.operations):
            each.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """For the plan of `migrate`."""
        return ", ".join(each.describe() for each in self.operations)
