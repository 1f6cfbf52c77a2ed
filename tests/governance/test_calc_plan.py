from governance.calc.plan import Approver, Requirement, fill, is_filled

SENIOR = Requirement("Director-level", frozenset({"director"}), frozenset({"executive"}))
SECURITY = Requirement("Security", frozenset(), frozenset({"security"}))


def person(key: str, role: str = "reviewer", *functions: str) -> Approver:
    return Approver(key, role, frozenset(functions))


def test_plan_is_filled_by_role_or_function():
    assert is_filled(fill([SENIOR], [person("a", "director")]))
    assert is_filled(fill([SENIOR], [person("a", "owner", "executive")]))
    assert not is_filled(fill([SENIOR], [person("a", "owner", "security")]))


def test_one_person_counts_for_one_requirement_only():
    both = person("a", "director", "security")

    fillings = fill([SENIOR, SECURITY], [both])

    assert [filling.missing for filling in fillings] == [0, 1]


def test_a_person_who_fits_both_is_moved_so_that_the_other_counts():
    both, director = person("a", "director", "security"), person("b", "director")

    fillings = fill([SENIOR, SECURITY], [both, director])

    assert [filling.keys for filling in fillings] == [("b",), ("a",)]


def test_quorum_counts_different_people():
    pair = Requirement("Two directors", frozenset({"director"}), frozenset(), quorum=2)

    assert fill([pair], [person("a", "director")])[0].missing == 1
    assert is_filled(fill([pair], [person("a", "director"), person("b", "director")]))


def test_empty_plan_is_never_filled():
    assert not is_filled([])


def test_requirement_survives_its_json_form():
    assert Requirement.from_json(SENIOR.as_json()) == SENIOR
