"""The keys of each kind of statement: one line a kind, so that a key that nobody reads is found as a fault.

A kind is the folder and `*` for a statement a file (`exercises/*`), else the name of the file (`claims`).
`parts` are the tables and lists of tables inside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Shape:
    """Keys that a table needs, those it may have, and the shapes of the tables inside it."""

    needed: frozenset[str]
    optional: frozenset[str] = frozenset()
    parts: Mapping[str, "Shape"] = field(default_factory=dict)


def shape(needed: str, optional: str = "", **parts: Shape) -> Shape:
    """A shape from words; a part that is not among the words is optional."""
    need = frozenset(needed.split())
    return Shape(need, frozenset(optional.split()) | (frozenset(parts) - need), parts)


REVIEW = shape("reviewers due")
STATEMENT = "id grade sources"

# The joint angles of a pose, named as the body names them; `engine.exercise` refuses others too.
_LEG = "hip_flexion hip_adduction hip_rotation knee_angle ankle_angle subtalar_angle arm_flex"
DEGREES = " ".join(
    ["pelvis_tilt pelvis_list pelvis_rotation lumbar_extension lumbar_bending lumbar_rotation"]
    + [f"{angle}_{side}" for angle in _LEG.split() for side in "rl"]
)
EXERCISE_WEEK = shape("from to text", "sets reps hold_s")
DOSE = shape("text", "days_a_week hold_s minutes sets reps sides effort_of_10")

SHAPES: Mapping[str, Shape] = {
    "sources": shape(""),
    "questions/*": shape(
        "id order title question review",
        "text",
        review=REVIEW,
        question=shape(
            "id type text",
            "help low high values labels background mandatory clinician route point_to asked_if",
        ),
    ),
    "red_flags/*": shape(
        "id level name says basis grade sources when review example",
        "within_days do clinician",
        review=REVIEW,
        example=shape("given then"),
        variant=shape("when says"),
    ),
    "contradictions": shape("contradiction review", contradiction=shape("id says when"), review=REVIEW),
    "countries": shape(
        "review default country",
        review=REVIEW,
        default=shape("emergency urgent crisis safeguarding grade sources"),
        country=shape("id name emergency grade sources", "urgent crisis safeguarding"),
    ),
    "levels": shape("review level", review=REVIEW, level=shape("id title says do grade sources", "open")),
    "conditions/*": shape(
        "id order name plain_name near programme says grade sources review"
        " outlook outlook_grade outlook_sources",
        "likelier_at_age",
        review=REVIEW,
    ),
    "exercises/*": shape(
        "id order name role muscles target steps mistakes progress regress stop_rule not_if grade sources"
        " evidence dose review",
        "starts_in_week cautions_none",
        dose=DOSE,
        week=EXERCISE_WEEK,
        instead=shape(
            "when", "dose sets hold_s stop_rule steps progress regress target evidence grade sources"
        ),
        review=REVIEW,
    ),
    "motions/*": shape(
        "id name version exercise side meant muscles says grade sources pose review",
        "begin",
        begin=shape("name degrees", "relaxed on", degrees=shape("", DEGREES)),
        pose=shape(
            "name at_s degrees",
            "relaxed on",
            load=shape("at towards", "newtons effort"),
            degrees=shape("", DEGREES),
        ),
        review=REVIEW,
    ),
    "interventions/*": shape("id name what limits not_if grade sources review", "offered", review=REVIEW),
    "norms/*": shape(
        "id name unit methods counts says grade sources review",
        "short_below normal_from short",
        review=REVIEW,
    ),
    "assessment/*": shape(
        "",
        finding=shape("id who says plain points grade sources", "instead test shows"),
        test=shape("id name who steps error not_if grade sources", "norms"),
        role=shape("id says grade sources"),
        review=REVIEW,
    ),
    "advice": shape("advice", advice=shape("id area text grade sources", "when not_if for"), review=REVIEW),
    "cautions": shape("caution", caution=shape("id when says grade sources"), review=REVIEW),
    "circumstances": shape("circumstance", circumstance=shape("id type text", "least most"), review=REVIEW),
    "guidance": shape("statement", statement=shape("id text grade sources"), review=REVIEW),
    "programmes": shape(
        "programme",
        programme=shape(
            "id core therapist says grade sources",
            "when_short when_weak when_rectus_short always_add see_clinician",
        ),
        review=REVIEW,
    ),
    "referral": shape(
        "regions pattern",
        pattern=shape("id plain weights grade sources", "condition"),
        ask=shape("regions both_legs questions"),
        review=REVIEW,
    ),
    "measures": shape(
        "measure",
        measure=shape("id name unit better counts_from decides least most grade sources"),
        review=REVIEW,
    ),
    "claims": shape("claim", claim=shape("id part says verdict known grade sources action"), review=REVIEW),
    "lessons/*": shape(
        "id title order minutes covers claims sentence review",
        sentence=shape("text grade sources"),
        review=REVIEW,
    ),
    "quiz/*": shape(
        "item review",
        item=shape("id lesson stem claims grade sources", "option answer why pair"),
        review=REVIEW,
    ),
    "instruments/*": shape(
        "id name licence sources score low high unit better item review",
        "about main_item items_at_least counts_from",
        item=shape("id text low_label high_label"),
        change=shape("kind value population sources"),
        review=REVIEW,
    ),
    "resources/*": shape(
        "country resource review", resource=shape("id kind name says url grade sources"), review=REVIEW
    ),
    "purpose": shape("says not_reviewed reviewed grade grades review", review=REVIEW),
    "spacing": shape("says gaps_days grade sources review", review=REVIEW),
}
