"""What a factor of a scoring model is given as, and the factors the named frameworks start with."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from portfolio.enums import FactorDirection, FactorPart, FactorScale, ScoringFramework
from tenancy.enums import Function

Rubric = tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class FactorInput:
    """A factor as it is wanted; the fields are those of ScoreFactor. A named framework knows the `part` itself."""

    key: str
    name: str
    part: str = ""
    question: str = ""
    scale: str = FactorScale.LINEAR
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    step: Decimal | None = None
    unit: str = ""
    direction: str = FactorDirection.UP
    weight: Decimal = Decimal(1)
    rubric: Rubric = ()
    rater_roles: tuple[str, ...] = ()
    rater_functions: tuple[str, ...] = ()
    is_required: bool = True
    evidence_above: Decimal | None = None


def factors_of(framework: str) -> list[FactorInput]:
    """The factors a new model of the framework starts with."""
    return list(_FACTORS[ScoringFramework(framework)])


def _rubric(**texts: str) -> Rubric:
    """Rows of a rubric, as _5="Massive: changes how they work" for the value 5; _0_5 is 0.5."""
    rows = []
    for name, text in texts.items():
        label, _, explanation = text.partition(": ")
        rows.append({"value": name[1:].replace("_", "."), "label": label, "text": explanation})
    return tuple(rows)


_HALF = Decimal("0.5")
_BUILDERS = (Function.ENGINEERING, Function.ML, Function.DATA)

_REACH = FactorInput(
    "reach",
    "Reach",
    question="How many people or events does it touch in a quarter?",
    minimum=Decimal(0),
    maximum=Decimal(10_000_000),
    unit="people a quarter",
)
_IMPACT = FactorInput(
    "impact",
    "Impact",
    question="How much does it move the goal for each of them?",
    scale=FactorScale.CHOICE,
    rubric=_rubric(
        _0_25="Minimal: hardly anybody would notice",
        _0_5="Low: a small convenience",
        _1="Medium: clearly better than before",
        _2="High: a reason to stay",
        _3="Massive: changes how they work",
    ),
)
_CONFIDENCE = FactorInput(
    "confidence",
    "Confidence",
    question="How sure are we of reach and impact?",
    scale=FactorScale.PERCENT,
    evidence_above=_HALF,
    rubric=_rubric(_0_5="Guess: opinions only", _0_8="Signals: interviews or data", _1="Proof: an experiment"),
)
_EFFORT = FactorInput(
    "effort",
    "Effort",
    question="How many person-months until it is in users' hands?",
    minimum=Decimal(0),
    maximum=Decimal(1000),
    unit="person-months",
    direction=FactorDirection.DOWN,
    rater_functions=_BUILDERS,
)
_READINESS = FactorInput(
    "data_readiness",
    "Data readiness",
    question="How much of the data it needs exists, may be used and is good enough?",
    scale=FactorScale.PERCENT,
    evidence_above=_HALF,
    rater_functions=(Function.ML, Function.DATA),
    rubric=_rubric(
        _0="None: no source known",
        _0_5="Partly: found, but not labelled or not cleared",
        _1="Ready: labelled, cleared and monitored",
    ),
)
_FEASIBILITY = FactorInput(
    "feasibility",
    "Feasibility",
    question="How likely does a model reach the quality users need?",
    scale=FactorScale.PERCENT,
    evidence_above=_HALF,
    rater_functions=_BUILDERS,
    rubric=_rubric(
        _0_2="Research: nobody has shown it",
        _0_5="Prototype: works on samples",
        _0_9="Proven: runs elsewhere",
    ),
)
_RISK = FactorInput(
    "risk_penalty",
    "Risk penalty",
    question="How much do safety, privacy and legal risk take away?",
    minimum=Decimal(0),
    maximum=Decimal(2),
    step=Decimal("0.25"),
    direction=FactorDirection.DOWN,
    rater_functions=(Function.SECURITY, Function.PRIVACY, Function.LEGAL, Function.RESPONSIBLE_AI),
    rubric=_rubric(
        _0="None: nothing new",
        _0_5="Some: known controls help",
        _1="Halves it: needs a review",
        _2="Grave: untested ground",
    ),
)
_VALUE = FactorInput(
    "user_business_value",
    "User and business value",
    question="What is it worth to users and to us, relative to the others?",
    scale=FactorScale.FIBONACCI,
)
_DELAY = (
    _VALUE,
    replace(
        _VALUE,
        key="time_criticality",
        name="Time criticality",
        question="How fast does the value decay while we wait?",
    ),
    replace(
        _VALUE,
        key="risk_reduction_opportunity",
        name="Risk reduction and opportunity",
        question="What risk does it retire, what does it open up?",
    ),
)
_JOB_SIZE = replace(
    _VALUE,
    key="job_size",
    name="Job size",
    question="How big is the job, relative to the others?",
    direction=FactorDirection.DOWN,
    rater_functions=_BUILDERS,
)
_EVALUATION = FactorInput(
    "evaluation_confidence",
    "Evaluation confidence",
    question="How far does the latest offline evaluation support the claim?",
    scale=FactorScale.PERCENT,
    evidence_above=_HALF,
    rater_functions=(Function.ML, Function.DATA),
)
_RICE = (_REACH, _IMPACT, _CONFIDENCE, _EFFORT)
_TEN = FactorInput(
    "impact",
    "Impact",
    question="How much does it move the goal?",
    minimum=Decimal(1),
    maximum=Decimal(10),
    step=Decimal(1),
)

_FACTORS: dict[str, tuple[FactorInput, ...]] = {
    ScoringFramework.RICE: _RICE,
    ScoringFramework.ML_RICE: (*_RICE, _READINESS, _FEASIBILITY, _RISK),
    ScoringFramework.WSJF: (*_DELAY, _JOB_SIZE),
    ScoringFramework.ML_WSJF: (*_DELAY, _EVALUATION, _JOB_SIZE),
    ScoringFramework.ICE: (
        _TEN,
        replace(_TEN, key="confidence", name="Confidence", question="How sure are we that it works?"),
        replace(_TEN, key="ease", name="Ease", question="How easy is it to do?"),
    ),
    ScoringFramework.VALUE_EFFORT: (
        replace(_TEN, key="value", name="Value", question="How valuable is it?", part=FactorPart.ADDEND),
        replace(_EFFORT, part=FactorPart.DIVISOR),
    ),
    ScoringFramework.WEIGHTED: (
        replace(_TEN, key="strategic_fit", name="Strategic fit", question="How well does it fit the strategy?"),
        replace(_TEN, key="customer_value", name="Customer value", question="How valuable is it to customers?"),
        replace(
            _TEN, key="risk", name="Risk", question="How risky is it?", direction=FactorDirection.DOWN, weight=_HALF
        ),
    ),
    ScoringFramework.CUSTOM: (
        replace(_TEN, key="value", name="Value", question="How valuable is it?"),
        replace(_TEN, key="cost", name="Cost", question="How costly is it?", direction=FactorDirection.DOWN),
    ),
}
