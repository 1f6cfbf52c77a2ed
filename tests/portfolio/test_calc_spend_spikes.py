"""Spikes of daily spend against an independent reading of the formula."""

from statistics import median

from portfolio.calc.spend_spikes import spend_spikes

STEADY = [100.0, 102, 98, 101, 99, 103, 97, 100, 104, 96, 100, 102, 98, 101]


def test_score_is_the_modified_z_score_of_the_days_before():
    verdict = spend_spikes([*STEADY, 160.0])[-1]

    centre = median(STEADY)
    spread = median(abs(cost - centre) for cost in STEADY)
    assert verdict.usual == centre
    assert round(verdict.score, 3) == round(0.6745 * (160 - centre) / spread, 3)
    assert verdict.is_spike


def test_day_within_half_of_the_median_is_no_spike_however_steady_the_series():
    assert not spend_spikes([*STEADY, 149.0])[-1].is_spike


def test_steady_series_falls_back_on_the_mean_deviation():
    mostly = [100.0] * 13 + [110.0]

    verdict = spend_spikes([*mostly, 200.0])[-1]

    assert round(verdict.score, 3) == round(100 / (1.2533141373155 * (10 / 14)), 3)
    assert verdict.is_spike


def test_constant_series_calls_any_large_rise_a_spike():
    assert spend_spikes([100.0] * 14 + [150.0])[-1].is_spike
    assert not spend_spikes([100.0] * 14 + [149.0])[-1].is_spike


def test_too_few_days_say_nothing():
    verdict = spend_spikes([*STEADY[:13], 5000.0])[-1]

    assert (verdict.usual, verdict.score, verdict.is_spike) == (None, None, False)


def test_unknown_days_are_left_out_and_never_judged():
    unknown = spend_spikes([*STEADY, None])[-1]
    after_gap = spend_spikes([*STEADY, *[None] * 20, 400.0])[-1]

    assert (unknown.score, unknown.is_spike) == (None, False)
    assert after_gap.usual is None


def test_zero_is_no_spike_of_a_series_of_zeros():
    assert not spend_spikes([0.0] * 20)[-1].is_spike


def test_nothing_gives_nothing():
    assert spend_spikes([]) == []
