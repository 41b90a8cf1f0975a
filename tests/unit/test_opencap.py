"""OpenCap sessions: what is found, and zips that must not be unpacked."""

import os
import zipfile
from pathlib import Path

import pytest

from psoas.engine.formats.opencap import open_session
from psoas.errors import InputError

FILES = {
    "OpenCapData_1/sessionMetadata.yaml": "mass_kg: 70.5\nheight_m: 1.78\nsubjectID: someone\n",
    "OpenCapData_1/MarkerData/walk.trc": "walk",
    "OpenCapData_1/MarkerData/neutral.trc": "stand",
    "OpenCapData_1/OpenSimData/Kinematics/walk.mot": "angles",
    "OpenCapData_1/OpenSimData/Model/LaiUhlrich2022_scaled.osim": "<model/>",
    "OpenCapData_1/Videos/Cam0/walk.mp4": "x" * 1000,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        file = tmp_path / "session" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return tmp_path / "session"


def zipped(tmp_path: Path, files: dict[str, str]) -> Path:
    path = tmp_path / "session.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def into(tmp_path: Path) -> Path:
    target = tmp_path / "unpacked"
    target.mkdir()
    return target


def test_a_folder_gives_its_files_and_its_person(folder: Path, tmp_path: Path) -> None:
    found = open_session(folder, "walk", into(tmp_path))
    assert found.mass_kg == 70.5 and found.height_m == 1.78
    assert found.markers is not None and found.markers.read_text() == "walk"
    assert found.coordinates is not None and found.coordinates.name == "walk.mot"
    assert found.model is not None and found.static is not None and found.static.name == "neutral.trc"
    assert any("no ground reaction" in note for note in found.notes)


def test_a_zip_gives_the_same_and_unpacks_only_what_is_needed(tmp_path: Path) -> None:
    target = into(tmp_path)
    found = open_session(zipped(tmp_path, FILES), "walk", target)
    assert found.markers is not None and found.markers.read_text() == "walk" and found.mass_kg == 70.5
    assert not list(target.rglob("*.mp4"))


def test_an_unknown_trial_lists_the_known_ones(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no trial 'run'") as caught:
        open_session(folder, "run", into(tmp_path))
    assert "walk" in caught.value.advice


@pytest.mark.parametrize("name", ["../evil.trc", "/etc/evil", "a/../../evil", "..\\evil", "C:\\evil"])
def test_a_zip_that_climbs_out_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    target = into(tmp_path)
    with pytest.raises(InputError, match="outside of its folder"):
        open_session(zipped(tmp_path, {**FILES, name: "x"}), "walk", target)
    assert not list(target.rglob("*"))


def test_a_bomb_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    target = into(tmp_path)
    bomb = {**FILES, "OpenCapData_1/MarkerData/walk.trc": "0" * (60 << 20)}
    with pytest.raises(InputError, match="unpack to"):
        open_session(zipped(tmp_path, bomb), "walk", target)
    assert not list(target.rglob("*"))


def test_a_zip_that_lies_about_sizes_is_stopped_while_unpacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psoas.engine.formats.opencap.MAX_UNPACKED_BYTES", 1000)
    big = {**FILES, "OpenCapData_1/MarkerData/walk.trc": "".join(str(i) for i in range(2000))}
    with pytest.raises(InputError, match="unpacks to more than"):
        open_session(zipped(tmp_path, big), "walk", into(tmp_path))


def test_links_in_a_zip_and_out_of_a_folder_are_refused(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "link.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("OpenCapData_1/MarkerData/walk.trc")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/hostname")
    with pytest.raises(InputError, match="link"):
        open_session(path, "walk", into(tmp_path))
    secret = tmp_path / "secret"
    secret.write_text("x")
    os.symlink(secret, folder / "OpenCapData_1" / "MarkerData" / "other.trc")
    with pytest.raises(InputError, match="link leads out"):
        open_session(folder, "walk", tmp_path / "unpacked")


def test_what_is_no_session_says_so(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="not an OpenCap session"):
        open_session(empty, "walk", into(tmp_path))
    torn = tmp_path / "torn.zip"
    torn.write_bytes(zipped(tmp_path, FILES).read_bytes()[:200])
    with pytest.raises(InputError, match="zip cannot be read"):
        open_session(torn, "walk", tmp_path / "unpacked")
    with pytest.raises(InputError, match="no such session"):
        open_session(tmp_path / "absent.zip", "walk", tmp_path / "unpacked")


def test_a_mass_that_cannot_be_is_refused_and_a_missing_one_is_said(folder: Path, tmp_path: Path) -> None:
    metadata = folder / "OpenCapData_1" / "sessionMetadata.yaml"
    metadata.write_text("mass_kg: 7050\nheight_m: 1.78\n")
    with pytest.raises(InputError, match="mass_kg is 7050"):
        open_session(folder, "walk", into(tmp_path))
    metadata.write_text("height_m: 1.78\n")
    found = open_session(folder, "walk", tmp_path / "unpacked")
    assert found.mass_kg is None and any("does not say mass_kg" in note for note in found.notes)
