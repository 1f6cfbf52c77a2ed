"""Pages of portfolio."""

from django.urls import path

from portfolio.web import objective_screens, pages, scoring_pages, selection_urls, spend_pages
from portfolio.web.audience_registration import urlpatterns as audience_urlpatterns
from portfolio.web.case_registration import urlpatterns as case_urlpatterns
from portfolio.web.kpi_registration import urlpatterns as kpi_urlpatterns
from portfolio.web.kpi_screens import KpiScreen
from portfolio.web.money_screens import BusinessCaseScreen
from portfolio.web.scoring_screens import ScoringModelScreen, ScoringRoundScreen
from portfolio.web.screens import InitiativeScreen, PortfolioScreen, ThemeScreen
from portfolio.web.spend_registration import urlpatterns as spend_urlpatterns

app_name = "portfolio"
urlpatterns = [
    path("goals/", objective_screens.goals, name="goals"),
    path("objectives/<uuid:pk>/key-results/new/", objective_screens.create_key_result, name="objective_key_result"),
    path("objectives/<uuid:pk>/contribute/", objective_screens.contribute, name="objective_contribute"),
    path(
        "objective-initiatives/<uuid:pk>/remove/",
        objective_screens.stop_contributing,
        name="objective_initiative_remove",
    ),
    path("key-results/<uuid:pk>/edit/", objective_screens.change_key_result, name="key_result_edit"),
    path("key-results/<uuid:pk>/check-in/", objective_screens.check_in, name="key_result_check_in"),
    path("key-results/<uuid:pk>/delete/", objective_screens.delete_key_result, name="key_result_delete"),
    *objective_screens.ObjectiveScreen.get_urls("objectives"),
    *audience_urlpatterns,
    path("", pages.home, name="home"),
    path("portfolios/<uuid:pk>/tree/", pages.tree, name="portfolio_tree"),
    path("portfolios/<uuid:pk>/share/", pages.share, name="portfolio_share"),
    path("portfolios/<uuid:pk>/share/<uuid:membership>/remove/", pages.unshare, name="portfolio_unshare"),
    path("initiatives/<uuid:pk>/stage/", pages.change_stage, name="initiative_change_stage"),
    path("kpis/upload/", spend_pages.upload, {"kind": "kpi-observations"}, name="kpi_upload"),
    path("kpis/<uuid:pk>/observe/", pages.observe, name="kpi_observe"),
    *spend_urlpatterns,
    *PortfolioScreen.get_urls("portfolios"),
    *ThemeScreen.get_urls("themes"),
    *InitiativeScreen.get_urls("initiatives"),
    *case_urlpatterns,
    *BusinessCaseScreen.get_urls("business-cases"),
    *kpi_urlpatterns,
    *KpiScreen.get_urls("kpis"),
    path("scoring-models/<uuid:pk>/factors/", scoring_pages.factors, name="scoring_model_factors"),
    path("scoring-models/<uuid:pk>/trial/", scoring_pages.trial, name="scoring_model_trial"),
    path("scoring-models/<uuid:pk>/retire/", scoring_pages.retire, name="scoring_model_retire"),
    path("scoring-models/<uuid:pk>/reactivate/", scoring_pages.reactivate, name="scoring_model_reactivate"),
    path("scoring-rounds/<uuid:pk>/rate/", scoring_pages.rate, name="scoring_round_rate"),
    path("scoring-rounds/<uuid:pk>/live/", scoring_pages.live, name="scoring_round_live"),
    path("scoring-rounds/<uuid:pk>/close/", scoring_pages.close, name="scoring_round_close"),
    *ScoringModelScreen.get_urls("scoring-models"),
    *ScoringRoundScreen.get_urls("scoring-rounds"),
    *selection_urls.urlpatterns,
]
