"""Many models in one step of a migration: the same tables, and each class made once."""

import pytest
from django.apps.registry import Apps
from django.db import connection, migrations, models
from django.db.migrations.state import ModelState, ProjectState

from core.database.migration_operations import Together

SHELF = migrations.CreateModel("Shelf", [("id", models.AutoField(primary_key=True))])
BOOKS = [
    migrations.CreateModel(
        f"Book{number}",
        [
            ("id", models.AutoField(primary_key=True)),
            ("shelf", models.ForeignKey("library.Shelf", models.CASCADE, db_constraint=False, db_index=False)),
        ],
    )
    for number in range(3)
]


def applied(*operations) -> ProjectState:
    """The state after the operations, its classes made before the first of them, as `migrate` does."""
    state = ProjectState()
    _ = state.apps
    for operation in operations:
        operation.state_forwards("library", state)
    return state


@pytest.fixture
def renders(monkeypatch):
    """The names of the model classes made, in order."""
    made = []
    render = ModelState.render

    def count(self, apps: Apps):
        made.append(self.name)
        return render(self, apps)

    monkeypatch.setattr(ModelState, "render", count)
    return made


def test_the_state_is_that_of_the_models_one_by_one():
    together, one_by_one = applied(Together([SHELF, *BOOKS])), applied(SHELF, *BOOKS)

    assert together == one_by_one
    relations = {field.name for field in together.apps.get_model("library", "Shelf")._meta.get_fields()}
    assert {"book0", "book1", "book2"} <= relations


def test_each_class_is_made_once(renders):
    assert len(applied(Together([SHELF, *BOOKS])).apps.get_models()) == 4
    assert sorted(renders) == ["Book0", "Book1", "Book2", "Shelf"]


def test_models_of_earlier_steps_know_the_new_ones():
    state = applied(SHELF, Together(BOOKS))

    assert state.apps.get_model("library", "Book2")._meta.get_field("shelf").related_model is state.apps.get_model(
        "library", "Shelf"
    )


def test_tables_are_made_in_order_and_dropped_the_other_way_round(db):
    operation = Together([SHELF, *BOOKS])
    before, after = applied(), applied(operation)

    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        operation.database_forwards("library", editor, before, after)
    assert [line.split('"')[1] for line in editor.collected_sql if line.startswith("CREATE TABLE")] == [
        "library_shelf",
        "library_book0",
        "library_book1",
        "library_book2",
    ]

    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        operation.database_backwards("library", editor, after, before)
    assert [line.split('"')[1] for line in editor.collected_sql if line.startswith("DROP TABLE")] == [
        "library_book2",
        "library_book1",
        "library_book0",
        "library_shelf",
    ]


def test_the_plan_names_the_models():
    assert Together([SHELF, BOOKS[0]]).describe() == "Create model Shelf, Create model Book0"
