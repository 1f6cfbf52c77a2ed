"""What all forms of the screens have in common."""

import pytest
from django import forms

from core.web.forms import TenantForm
from portfolio.web.forms import ObservationForm
from portfolio.web.selection_forms import UnitsForm
from roadmap.web.capacity_forms import ResourceDemandForm
from roadmap.web.forms import RoadmapItemForm


class NumbersForm(TenantForm):
    whole = forms.IntegerField()
    exact = forms.DecimalField(min_value=1)
    name = forms.CharField()


def test_number_with_an_underscore_is_refused_at_its_field():
    mistyped = NumbersForm({"whole": "1_0", "exact": "1_0.5", "name": "a_b"}, actor=None)
    plain = NumbersForm({"whole": "10", "exact": "10.5", "name": "a_b"}, actor=None)

    assert mistyped.errors == {"whole": ["Enter a whole number."], "exact": ["Enter a number."]}
    assert plain.is_valid()


@pytest.mark.parametrize("text", ["\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}", "\u0661"])
def test_digits_of_other_scripts_are_refused_at_their_field(text):
    form = NumbersForm({"whole": text, "exact": text, "name": text}, actor=None)

    assert form.errors == {"whole": ["Enter a whole number."], "exact": ["Enter a number."]}


def test_numbers_given_as_numbers_are_read():
    assert NumbersForm({"whole": 10, "exact": 1.5, "name": "a"}, actor=None).is_valid()


def test_number_wrong_in_two_ways_is_refused_once():
    form = NumbersForm({"whole": "1_x", "exact": "0_0", "name": "a"}, actor=None)

    assert [len(messages) for messages in form.errors.values()] == [1, 1]


@pytest.mark.parametrize(("form_class", "name"), [(ObservationForm, "value"), (UnitsForm, "units")])
def test_forms_without_an_actor_refuse_it_too(form_class, name):
    assert form_class({name: "1_0"}).errors[name] == ["Enter a number."]


@pytest.mark.parametrize(("typed", "said"), [("50", "less than or equal to 1"), ("-30", "greater than or equal to 0")])
def test_a_number_out_of_its_columns_range_is_called_that_and_not_too_long(owner, scope, typed, said):
    form = RoadmapItemForm({"progress": typed}, actor=owner)

    assert form.errors["progress"] == [f"Ensure this value is {said}."]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("0.5, x", "Entry 2: Enter a number."), ("0.5, 5", "Entry 2: Ensure this value is less than or equal to 1.")],
)
def test_a_wrong_entry_of_a_list_is_named_by_its_place_with_what_is_wrong(owner, scope, typed, said):
    form = ResourceDemandForm({"custom_shares": typed}, actor=owner)

    assert form.errors["custom_shares"] == [said]
