"""An OpenCap session, folder or zip: markers, kinematics, scaled model, mass and height. It holds no forces.

A zip from the network is not trusted: what climbs out of its folder, is a link, or unpacks to more than a
session can be is refused before a byte is written, and only the few files that are needed are unpacked.
"""

import re
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from psoas.errors import InputError

MAX_UNPACKED_BYTES = 200 << 20  # of the files needed: a ten-minute trial is 40 MB of text, a model 1 MB
MAX_MEMBERS = 20_000
MAX_RATIO = 200  # numbers as text pack 10 to 1; a bomb a thousand to one
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """Where the files of one trial of a session lie now. None: the session does not hold it."""

    trial: str
    markers: Path | None
    coordinates: Path | None
    model: Path | None
    static: Path | None
    mass_kg: float | None
    height_m: float | None
    notes: tuple[str, ...]


def open_session(path: Path, trial: str, into: Path) -> Session:
    """Find the files of `trial` in an OpenCap session. From a zip, what is needed is unpacked to `into`.

    Raises InputError for what is no session, an unknown trial, and zips that are not safe to unpack.
    """
    if not path.exists():
        raise InputError("There is no such session.", str(path), "Check the path of the folder or zip.")
    files = _in_folder(path) if path.is_dir() else _in_zip(path, trial, into)
    return _session(files, trial, path)


def _wanted(name: str, trial: str) -> str | None:
    """Part of a session: metadata, model, markers, coordinates, static; None if not needed."""
    parts = PurePosixPath(name).parts
    last = parts[-1] if parts else ""
    if last == "sessionMetadata.yaml":
        return "metadata"
    if "OpenSimData" in parts and last.endswith(".osim") and ("Model" in parts or "Models" in parts):
        return "model"
    if "MarkerData" in parts and last.endswith(".trc"):
        if last == f"{trial}.trc":
            return "markers"
        return "static" if last in ("neutral.trc", "static1.trc") else None
    if "Kinematics" in parts and last == f"{trial}.mot":
        return "coordinates"
    return None


def _trials(names: list[str]) -> list[str]:
    """Names of the trials a session holds."""
    paths = (PurePosixPath(name) for name in names)
    return sorted(
        {
            p.stem
            for p in paths
            if ("MarkerData" in p.parts and p.suffix == ".trc")
            or ("Kinematics" in p.parts and p.suffix == ".mot")
        }
    )


def _in_folder(folder: Path) -> dict[str, Path]:
    """Names below the folder -> files; links that lead out of it are refused."""
    root = folder.resolve()
    files: dict[str, Path] = {}
    for file in sorted(folder.rglob("*")):
        if len(files) > MAX_MEMBERS:
            raise _unsafe(folder, f"it holds more than {MAX_MEMBERS} files")
        if not file.is_file():
            continue
        if not file.resolve().is_relative_to(root):
            raise _unsafe(file, "a link leads out of its folder")
        files[file.relative_to(folder).as_posix()] = file
    return files


def _unsafe(path: Path | str, why: str) -> InputError:
    return InputError(
        f"The session is not safe to open: {why}.",
        str(path),
        "Download the session again from OpenCap; do not use this copy.",
    )


def _in_zip(path: Path, trial: str, into: Path) -> dict[str, Path]:
    """Every member checked, the needed ones unpacked; names -> files (only the needed ones exist)."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise _unsafe(path, f"it holds more than {MAX_MEMBERS} files")
            for member in members:
                _check_member(member, path)
            needed = [m for m in members if not m.is_dir() and _wanted(m.filename, trial)]
            if sum(member.file_size for member in needed) > MAX_UNPACKED_BYTES:
                raise _unsafe(path, f"the trial unpacks to more than {MAX_UNPACKED_BYTES >> 20} MiB")
            files = {m.filename: into / m.filename for m in members if not m.is_dir()}
            left = MAX_UNPACKED_BYTES
            for member in needed:
                left -= _unpack(archive, member, files[member.filename], left, path)
            return files
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise InputError(
            f"The zip cannot be read: {error}.",
            str(path),
            "Give the zip or the unpacked folder as OpenCap made it.",
        ) from None


def _check_member(member: zipfile.ZipInfo, path: Path) -> None:
    name = member.filename.replace("\\", "/")
    where = f"{path}, {member.filename[:80]!r}"
    if (
        name.startswith("/")
        or re.match(r"^[A-Za-z]:", name)
        or ".." in PurePosixPath(name).parts
        or "\0" in name
    ):
        raise _unsafe(where, "a file would be written outside of its folder")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise _unsafe(where, "it contains a link")
    if member.flag_bits & 0x1:
        raise InputError("The zip is encrypted.", where, "Unpack it with its password and give the folder.")
    if member.file_size > 10 << 20 and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        raise _unsafe(where, f"{member.compress_size} bytes unpack to {member.file_size}")


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int, path: Path) -> int:
    """Write one member; the sizes a zip states about itself may lie, so the bytes are counted."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(member) as source, target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > left:
                raise _unsafe(path, f"the trial unpacks to more than {MAX_UNPACKED_BYTES >> 20} MiB")
            file.write(chunk)
    return written


def _session(files: Mapping[str, Path], trial: str, path: Path) -> Session:
    found: dict[str, list[Path]] = {}
    for name in sorted(files):
        part = _wanted(name, trial)
        if part is not None:
            found.setdefault(part, []).append(files[name])
    if not {"markers", "coordinates"} & found.keys():
        known = _trials(list(files))
        if not known:
            raise InputError(
                "This is not an OpenCap session: it has no MarkerData and no OpenSimData/Kinematics.",
                str(path),
                "Give the folder or zip that OpenCap's download makes.",
            )
        raise InputError(
            f"The session has no trial {trial!r}.", str(path), f"Choose one of: {', '.join(known[:20])}."
        )
    notes = ["An OpenCap session holds no ground reaction forces."]
    model = _model_of(found.get("model", []), trial, notes)
    mass_kg, height_m = _metadata(found["metadata"][0], notes) if "metadata" in found else (None, None)

    def first(part: str) -> Path | None:
        return found[part][0] if part in found else None

    return Session(
        trial, first("markers"), first("coordinates"), model, first("static"), mass_kg, height_m, tuple(notes)
    )


def _model_of(models: list[Path], trial: str, notes: list[str]) -> Path | None:
    """The scaled model: under the trial's own name in single-camera sessions, else the scaled one."""
    own = [model for model in models if trial in model.stem or trial in model.parent.name]
    scaled = [
        model for model in models if "scaled" in model.stem.lower() and "no_mark" not in model.stem.lower()
    ]
    choice = own or scaled or models
    if not choice:
        notes.append("The session holds no scaled model.")
        return None
    return min(choice, key=lambda model: len(model.stem))  # ..._scaled, not ..._scaled_no_patella


def _metadata(path: Path, notes: list[str]) -> tuple[float | None, float | None]:
    """`mass_kg` and `height_m` of sessionMetadata.yaml: two plain lines, so no YAML reader is needed."""
    text = path.read_text(encoding="utf-8", errors="replace")[:100_000]
    values = []
    for key, low, high in (("mass_kg", 10.0, 300.0), ("height_m", 0.5, 2.5)):
        match = re.search(rf"^\s*{key}\s*:\s*['\"]?([0-9.]+)['\"]?\s*(?:#.*)?$", text, re.M)
        value = None
        if match is not None:
            try:
                value = float(match[1])
            except ValueError:
                value = None
        if value is not None and not low <= value <= high:
            raise InputError(
                f"{key} is {value:g}.", f"{path.name}, {key}", f"It must lie between {low:g} and {high:g}."
            )
        if value is None:
            notes.append(f"{path.name} does not say {key}.")
        values.append(value)
    return values[0], values[1]
