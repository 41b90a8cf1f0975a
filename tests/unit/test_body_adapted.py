"""The second answer of the body page: asked for once, gives way to other work, says what the engine says."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_body_views import _opened
from test_words import CLOSE, OPEN, Visible, has_words, pseudo  # noqa: F401

from psoas.engine.adapted_what_if import VARIANTS, NotAdapted, adapted_analysis, adapted_what_if
from psoas.engine.kinematics import segment_poses
from psoas.exchange.adapted_words import adapted_sentence
from reading import reading_grade

pytest.importorskip("django", reason="the extra `web` is not installed")

pytestmark = pytest.mark.xdist_group("web")
SHORT = "movement=natural&shorter=8"


@pytest.fixture(scope="module")
def movement(data: Path) -> Any:
    from psoas.web.presenters.movements import prepared

    return prepared("natural")


@pytest.fixture
def jobs_of(data: Path, movement: Any) -> Iterator[Any]:
    """The table of jobs, empty before and after."""
    from psoas.web.models import Job

    Job.objects.all().delete()
    yield Job.objects
    Job.objects.all().delete()


@pytest.fixture(scope="module")
def kept(movement: Any) -> Any:
    """What a worker keeps of 8 percent, with one variant of the weights instead of fourteen."""
    from psoas.web.models import Job
    from psoas.web.presenters import adapted

    Job.objects.all().delete()  # it gives way to whatever waits, also to what another file left
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adapted, "adapted_what_if", partial(adapted_what_if, variants=VARIANTS[:1]))
        return adapted.compute({"query": SHORT}, lambda part, says: None)


@pytest.fixture
def told(client: Any, jobs_of: Any, kept: Any) -> str:
    """The page once the answer is there, as the table of jobs gives it back."""
    client.get(f"/body/?{SHORT}")
    assert jobs_of.update(state="done", result=kept, part=1.0) == 1
    return str(client.get(f"/body/?{SHORT}").content.decode())


def section(page: str) -> str:
    return page[page.index('<section id="adapted"') :].split("</section>")[0]


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({"shorter": "8"}, 1),
        ({"movement": "slow", "shorter": "8", "side": "l"}, 1),
        ({"shorter": "8", "weaker": "20"}, 1),
        ({"weaker": "50"}, 0),
        ({"shorter": "0"}, 0),
        ({"movement": "squat", "shorter": "8"}, 0),
        ({"movement": "step_up", "shorter": "8"}, 0),
    ],
)
def test_a_shorter_hip_flexor_in_walking_is_asked_about(
    jobs_of: Any, query: dict[str, str], asked: int
) -> None:
    from psoas.web.presenters import adapted
    from psoas.web.presenters.knobs import read

    setting = read(query).setting
    for _ in range(2):
        assert (adapted.context(setting)["adapted"] is not None) == bool(asked)
    assert jobs_of.count() == asked and not any(job.person for job in jobs_of.all())


def test_the_page_says_how_far_it_is(client: Any, jobs_of: Any) -> None:
    part = section(client.get(f"/body/?{SHORT}").content.decode())
    assert 'data-poll="1"' in part and "Waiting for its turn." in part
    jobs_of.update(state="running", part=0.42, says="Computing how the walk may adapt")
    part = section(client.get(f"/body/?{SHORT}").content.decode())
    assert "42 % done" in part and "Computing how the walk may adapt" in part
    alone = client.get(f"/body/adapted/?{SHORT}").content.decode().strip()
    assert alone == f"{part}</section>"
    assert client.get(f"/body/adapted.bin?{SHORT}").status_code == 404


def test_sentence_and_tables_say_what_the_engine_says(told: str, movement: Any, kept: Any) -> None:
    from psoas.web.presenters.knobs import read

    condition = read({"shorter": "8"}).setting.condition
    found = adapted_what_if(movement, condition, VARIANTS[:1])
    assert not isinstance(found, NotAdapted)
    part = section(told)
    assert adapted_sentence(found) in part
    assert "not a prediction" in part and 'data-poll=""' in part
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>.*?</tr>", part)]
    by = {row[0]: row[1:] for row in rows}
    hip = next(b for b in found.postures if (b.of, b.side) == ("hip_extension", "r"))
    assert by["How far the hip goes back"][:3] == [
        f"{hip.before:.0f}°",
        f"{hip.after:.0f}°",
        f"{hip.change[0]:+.0f}°",
    ]
    late = next(
        b
        for b in found.loads
        if (b.place.of, b.place.phase, b.place.side) == ("tibiofemoral", "late_stance", "r")
    )
    assert by["Knee, before the foot leaves the ground"][:3] == [
        f"{late.before_bw:.2f}",
        f"{late.before_bw * (1 + late.unchanged):.2f}",
        f"{late.before_bw * (1 + late.change[0]):.2f}",
    ]


def test_every_word_of_it_passes_by_the_translators(client: Any, told: str, pseudo: None) -> None:  # noqa: F811
    part = section(client.get(f"/body/?{SHORT}").content.decode())
    left = []
    for _line, text in Visible(part).found:
        while (bare := re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", "", text)) != text:
            text = bare
        left.append(text)
    assert [text for text in left if has_words(text)] == []
    assert part.count(OPEN) > 30


def test_it_reads_at_grade_eight(told: str) -> None:
    words = re.findall(r"<(?:p|caption)[^>]*>(.*?)</", section(told), re.DOTALL)
    assert len(words) == 4
    assert reading_grade(" ".join(f"{text.rstrip('.')}." for text in words)) <= 8


def test_the_scene_is_the_walk_that_was_found(client: Any, told: str, movement: Any) -> None:
    from psoas.web.models import Job
    from psoas.web.presenters.adapted import as_found
    from psoas.web.presenters.body_scene import frames_shown
    from psoas.web.presenters.knobs import read

    header, adapted = _opened(client.get(f"/body/adapted.bin?{SHORT}"))
    built_header, built = _opened(client.get("/body/scene.bin?movement=natural"))
    assert header["frames"] == built_header["frames"] and header["turns"] is True
    assert [m["name"] for m in header["muscles"]] == [m["name"] for m in built_header["muscles"]]
    setting = read({"shorter": "8"}).setting
    found = as_found(setting, Job.objects.get().result)
    assert found is not None
    analysis = adapted_analysis(movement, setting.condition, found.change)
    frames = frames_shown("natural")
    poses = segment_poses(analysis.body, analysis.coordinates, ("pelvis", "tibia_r"))
    bones = [b["name"] for b in header["bones"]]
    shin = adapted["bone_origin_m"][:, bones.index("tibia_r")] - adapted["bone_origin_m"][:, 0]
    expected = (poses.origin_m[:, 1] - poses.origin_m[:, 0])[frames]
    np.testing.assert_allclose(shin, expected, atol=2e-4)
    assert np.abs(adapted["bone_origin_m"] - built["bone_origin_m"]).max() > 0.01
    forces = analysis.solved[0].muscles["r"]
    k = [m["name"] for m in header["muscles"]].index("recfem_r")
    np.testing.assert_allclose(
        adapted["force_n"][:, k], forces.force_n[frames, forces.names.index("recfem_r")], atol=0.11
    )


def test_it_gives_way_and_begins_again(client: Any, jobs_of: Any) -> None:
    """Other work that waits ends it; it is asked for anew by whoever still looks, once nothing is open."""
    from psoas.web.jobs import ask
    from psoas.web.models.job import State
    from psoas.web.work import perform, take

    client.get(f"/body/?{SHORT}")
    mine = take("a worker")
    assert mine is not None and mine.kind == "adapted"
    other = ask("walk")
    perform(mine)
    mine.refresh_from_db()
    assert mine.state == State.CANCELLED
    assert 'data-poll="1"' in section(client.get(f"/body/?{SHORT}").content.decode())
    assert jobs_of.filter(kind="adapted").count() == 1, "not while other work is open"
    jobs_of.filter(pk=other.pk).update(state=State.DONE)
    client.get(f"/body/?{SHORT}")
    assert jobs_of.filter(kind="adapted", state=State.WAITING).count() == 1


def test_a_new_setting_ends_the_one_before(client: Any, jobs_of: Any) -> None:
    """Whoever draws a slider asks once, not for all that lies on the way."""
    for percent in (5, 6, 7):
        client.get(f"/body/adapted/?movement=natural&shorter={percent}")
    waiting = jobs_of.filter(state="waiting").values_list("given", flat=True)
    assert list(waiting) == [{"query": "movement=natural&shorter=7"}]


def test_what_was_not_found_or_failed_is_said(client: Any, jobs_of: Any) -> None:
    client.get(f"/body/?{SHORT}")
    jobs_of.update(state="done", result={"found": False})
    part = section(client.get(f"/body/?{SHORT}").content.decode())
    assert "No walk was found that adapts to this" in part and "<table" not in part
    assert client.get(f"/body/adapted.bin?{SHORT}").status_code == 404
    jobs_of.update(state="failed", result=None)
    part = section(client.get(f"/body/?{SHORT}").content.decode())
    assert "This could not be computed." in part and f"{SHORT.replace('&', '&amp;')}&amp;again=1" in part
    assert 'data-poll="1"' in section(client.get(f"/body/?{SHORT}&again=1").content.decode())


@pytest.mark.parametrize("path", ["adapted/", "adapted.bin"])
def test_bad_knobs_are_refused(client: Any, movement: Any, path: str) -> None:
    assert client.get(f"/body/{path}?shorter=99").status_code == 422
