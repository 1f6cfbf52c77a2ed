"""The demo's forecasts: when its roadmaps end, as somebody asked this morning."""

from datetime import date

from integrations.services.demo.people import Cast
from roadmap.models import Roadmap
from roadmap.services.forecasts import make_forecast

_TRIALS = 2_000
_SEED = 20_261
# Roadmaps whose items have three-point durations.
_FORECAST = ("Customer releases", "Platform plan")


def create_forecasts(cast: Cast, today: date) -> None:
    """One forecast of each; the seed makes every load tell the same."""
    with cast.acting("pm") as actor:
        for roadmap in Roadmap.objects.filter(name__in=_FORECAST).order_by("name"):
            make_forecast(roadmap, trials=_TRIALS, seed=_SEED, as_of=today, actor=actor)
