"""Tables that do not hang together are refused, each fault in its own words."""

from dataclasses import replace
from typing import Any

import pytest

from psoas.engine.body import build_body
from psoas.engine.body_checks import check
from psoas.engine.body_data import published_tables
from psoas.engine.body_tables import BodyTables, PathWrap
from psoas.errors import ModelError

T = published_tables()


def with_line(**changes: Any) -> BodyTables:
    """The body with its lumped right psoas changed."""
    return replace(T, lines=tuple(replace(m, **changes) if m.name == "psoas_r" else m for m in T.lines))


def with_joint(joint: str, /, **changes: Any) -> BodyTables:
    return replace(T, joints=tuple(replace(j, **changes) if j.name == joint else j for j in T.joints))


PSOAS = T.line("psoas_r")
HIP = T.joint("hip_r")
FAULTS = [
    (replace(T, segments=(*T.segments, T.segments[0])), "two segments are called pelvis"),
    (replace(T, lines=(*T.lines, T.lines[0])), "two muscles are called"),
    (replace(T, markers=(replace(T.markers[0], segment="tail"),)), "is on tail, which is no segment"),
    (replace(T, joints=tuple(j for j in T.joints if j.name != "hip_l")), "femur_l hangs on 0 joints"),
    (replace(T, joints=(*T.joints, replace(HIP, name="again"))), "femur_r hangs on 2 joints"),
    (with_joint("back", name="waist"), "there is no joint back"),
    (with_joint("hip_r", axes=(replace(HIP.axes[0], coordinate="wag"), *HIP.axes[1:])), "wag, which is no"),
    (
        with_joint("hip_r", axes=(replace(HIP.axes[0], direction=(0.0, 0.0, 0.0)), *HIP.axes[1:])),
        "no direction",
    ),
    (with_joint("hip_r", axes=()), "coordinate hip_flexion_r moves nothing"),
    (replace(T, wraps=(replace(T.wraps[0], radius_m=0.0), *T.wraps[1:])), "has no size"),
    (with_line(max_isometric_force_n=0.0), "no force"),
    (with_line(tendon_slack_length_m=-0.1), "impossible tendon"),
    (with_line(passive=replace(PSOAS.passive, strain_at_one_norm_force=-0.5)), "passive curve"),
    (with_line(active=replace(PSOAS.active, shortest=1.2)), "active curve"),
    (with_line(wraps=(PathWrap("PS_at_brim_r", (3, 7)),)), "between points"),
    (with_line(points=PSOAS.points[:3], wraps=()), "3 points instead of 4"),
]


@pytest.mark.parametrize(("tables", "says"), FAULTS, ids=[says for _, says in FAULTS])
def test_a_fault_is_named(tables: BodyTables, says: str) -> None:
    with pytest.raises(ModelError, match="does not hang together") as caught:
        build_body(tables)
    assert says in caught.value.what


def test_segments_in_a_ring_are_refused() -> None:
    """Each hangs on one joint, none on the ground."""
    with pytest.raises(ModelError, match="hangs on nothing"):
        build_body(with_joint("ground_pelvis", parent="torso"))


def test_the_published_body_has_no_fault() -> None:
    check(T)
