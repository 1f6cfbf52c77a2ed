"""The templates every organization has: a PRD for AI capabilities and a strategy memo.

They are content of the product, not rows, so that every organization has the current ones; whoever wants another
wording copies one.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from collaboration.enums import DocumentKind


@dataclass(frozen=True)
class SectionContent:
    """One section: what it should say, how much, and the text a new document begins with."""

    key: str
    title: str
    guidance: str
    min_words: int = 40
    is_required: bool = True
    starter: str = ""


@dataclass(frozen=True)
class BuiltInTemplate:
    """A template by its key."""

    key: str
    name: str
    kind: str
    description: str
    sections: tuple[SectionContent, ...] = field(default=())

    def as_json(self) -> list[dict[str, Any]]:
        """The sections as a DocumentTemplate stores them."""
        return [asdict(section) for section in self.sections]


_PRD = BuiltInTemplate(
    key="prd",
    name="PRD",
    kind=DocumentKind.PRD,
    description="What an AI capability does, for whom, how we know it works, and how it fails safely.",
    sections=(
        SectionContent(
            "problem",
            "Problem and users",
            "Who has the problem, how often, and what it costs them today. Name the evidence: tickets, interviews,"
            " usage. Say what they do without us.",
            min_words=60,
        ),
        SectionContent(
            "outcome",
            "Outcome and measures",
            "The change we want to see, as one primary measure with its present value, its target and the date by"
            " which we look. Add the measures that must not get worse.",
        ),
        SectionContent(
            "scope",
            "Scope and experience",
            "What a person sees and does, step by step, including when the model is unsure, slow or wrong. List what"
            " is deliberately left out.",
            min_words=60,
        ),
        SectionContent(
            "evaluation",
            "Evaluation plan",
            "The sets we test on and where they come from, the measures and their thresholds, who labels and how far"
            " labellers agree, the baseline to beat, and when we evaluate again after launch.",
            min_words=60,
            starter=(
                "- [ ] Test set with a source and an owner\n"
                "- [ ] Measures with thresholds agreed before the first result\n"
                "- [ ] Baseline measured on the same set\n"
                "- [ ] Slices that matter: language, customer size, rare cases\n"
            ),
        ),
        SectionContent(
            "data",
            "Data",
            "What data is used for prompts, retrieval, training and evaluation; whose it is, under which permission,"
            " how fresh, how long kept, and what is kept out.",
        ),
        SectionContent(
            "model",
            "Model and prompt",
            "Which model and version, why this one, what the prompt asks for, how prompts are versioned and reviewed,"
            " what a request costs and how long it may take, and what we switch to when the provider fails.",
        ),
        SectionContent(
            "telemetry",
            "Telemetry",
            "The events and fields we record, how a single answer can be traced from the screen to the model call,"
            " which dashboards and alerts exist, and what is not recorded for privacy.",
        ),
        SectionContent(
            "guardrails",
            "Guardrails",
            "What the capability must never do, what checks input and output, what a person has to approve, and the"
            " limits on cost and use.",
            starter=(
                "- [ ] Input checks\n- [ ] Output checks\n- [ ] Limits on cost and rate\n"
                "- [ ] Approval by a person where it acts\n"
            ),
        ),
        SectionContent(
            "failure_modes",
            "Failure modes",
            "How it goes wrong: invented facts, leaked data, injected instructions, drift, an outage of the provider."
            " For each say how likely, how bad, how we notice and what happens then.",
            min_words=60,
        ),
        SectionContent(
            "rollout",
            "Rollout",
            "Stages with their audience, length and the numbers that let us go on; flags that control them; what"
            " customers are told and when.",
        ),
        SectionContent(
            "rollback",
            "Rollback",
            "What makes us go back, who decides, how long it takes, and what becomes of data written meanwhile. Say"
            " when it was last tried.",
            min_words=30,
        ),
        SectionContent(
            "support",
            "Support and operations",
            "Who answers questions and alarms, what support staff see and can do, known limits to tell customers, and"
            " the page an on-call engineer opens first.",
            min_words=30,
        ),
        SectionContent(
            "open_questions",
            "Open questions",
            "What is not known, who finds out, and by when. Leave it empty when there is nothing.",
            min_words=0,
            is_required=False,
        ),
    ),
)

_MEMO = BuiltInTemplate(
    key="strategy_memo",
    name="Strategy memo",
    kind=DocumentKind.STRATEGY_MEMO,
    description="Why this bet, why now, what it takes and what would change our mind.",
    sections=(
        SectionContent(
            "situation",
            "Situation",
            "What is true today about customers, market and technology, with figures and their sources. No wishes.",
            min_words=60,
        ),
        SectionContent(
            "diagnosis",
            "What it comes down to",
            "The one difficulty that everything else follows from, and why earlier attempts did not remove it.",
        ),
        SectionContent(
            "choice",
            "The choice",
            "What we will do, and what we therefore will not do. A choice nobody could disagree with is none.",
            min_words=60,
        ),
        SectionContent(
            "advantage",
            "Why us",
            "What we have that others would need years for: data, distribution, trust, skills. What we lack.",
        ),
        SectionContent(
            "economics",
            "Economics",
            "Where value comes from and what serving it costs, at today's use and at ten times that. Refer to the"
            " business case instead of repeating it.",
        ),
        SectionContent(
            "bets",
            "Bets and order",
            "The initiatives in order, what each one proves, and what the next one needs from it.",
        ),
        SectionContent(
            "risks",
            "What would change our mind",
            "The assumptions the choice rests on, the sign by which we would notice that one is wrong, and what we"
            " would do then.",
        ),
        SectionContent(
            "asks",
            "What we ask for",
            "People, money, decisions and exceptions, each with a date and a name.",
            min_words=20,
        ),
    ),
)

BUILT_IN: dict[str, BuiltInTemplate] = {template.key: template for template in (_PRD, _MEMO)}
