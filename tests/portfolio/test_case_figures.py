"""The figures of an option have one name each: in the valuation, its formula, its reason and on the pages."""

from portfolio.calc.option_results import value_option
from portfolio.models import Valuation
from portfolio.services.valuations import FORMULAS, figures_of_results
from portfolio.web.case_figures import FIGURES, OptionFigures
from tests.factories.portfolio_option import benefit, make_option


def test_every_figure_has_one_name_and_a_formula():
    columns = {field.name for field in Valuation._meta.get_fields()}

    assert set(FORMULAS) == set(FIGURES)
    assert set(FIGURES) <= columns


def test_every_figure_without_an_answer_says_why():
    results = value_option(make_option(benefit(amounts=[5]), months=1), seed=1)

    figures = figures_of_results(results)
    missing = {name for name in FIGURES if figures[name] is None}
    shown = OptionFigures.of_results(results, "EUR")

    assert set(results.reasons) == missing
    assert all(shown[name].reason for name in missing)
