"""Runs OpenSim's own tools in a process of their own: the oracle of the tests and the peer of the benchmarks.

    python tests/opensim_peer.py id MODEL COORDINATES FORCES r=ground_force_r_,l=ground_force_l_ OUT
    python tests/opensim_peer.py trial MODEL COORDINATES FORCES r=...,l=... OUT START END

`id` runs inverse dynamics on coordinates as they are. `trial` filters them at 6 Hz and runs inverse dynamics,
static optimisation and joint reaction between START and END, and prints the CPU seconds of each as JSON.
The prefix of a foot is followed by `v?` for the force and `p?` for its point; `force` in it becomes `torque`
for the free moment.
"""

import json
import sys
import time
from pathlib import Path

LEG = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle")


def external_loads(osim, forces: Path, feet: str, out: Path) -> Path:
    """The force file given to the feet, as the tools want it."""
    loads = osim.ExternalLoads()
    storage = osim.Storage(str(forces))
    for pair in feet.split(","):
        side, prefix = pair.split("=")
        force = osim.ExternalForce(
            storage,
            f"{prefix}v",
            f"{prefix}p",
            prefix.replace("force", "torque"),
            f"calcn_{side}",
            "ground",
            "ground",
        )
        force.setName(f"foot_{side}")
        loads.cloneAndAppend(force)
    loads.setDataFileName(str(forces))
    path = out / "external_loads.xml"
    loads.printToXML(str(path))
    return path


def inverse_dynamics(osim, model, coordinates, loads, out, span=None, cutoff=-1.0) -> None:
    tool = osim.InverseDynamicsTool()
    tool.setModel(model)
    tool.setCoordinatesFileName(str(coordinates))
    tool.setExternalLoadsFileName(str(loads))
    tool.setLowpassCutoffFrequency(cutoff)
    first, last = span or _span(osim, coordinates)
    tool.setStartTime(first)
    tool.setEndTime(last)
    excluded = osim.ArrayStr()
    excluded.append("Muscles")
    tool.setExcludedForces(excluded)
    tool.setResultsDir(str(out))
    tool.setOutputGenForceFileName("id.sto")
    if not tool.run():
        raise SystemExit("OpenSim's inverse dynamics failed")


def with_actuators(osim, path: Path, out: Path) -> Path:
    """The model with residuals at the pelvis (1000), reserves at the legs (1) and motors elsewhere (100)."""
    model = osim.Model(str(path))
    state = model.initSystem()
    coordinates = [model.getCoordinateSet().get(k) for k in range(model.getCoordinateSet().getSize())]
    names = [c.getName() for c in coordinates if not c.getLocked(state)]
    for name in names:
        if name.endswith("_beta"):
            continue
        strength = 1000.0 if name.startswith("pelvis") else 1.0 if name[:-2] in LEG else 100.0
        actuator = osim.CoordinateActuator(name)
        actuator.setName(f"motor_{name}")
        actuator.setOptimalForce(strength)
        actuator.setMinControl(-1e9)
        actuator.setMaxControl(1e9)
        model.addForce(actuator)
    model.finalizeConnections()
    ready = out / "with_actuators.osim"
    model.printToXML(str(ready))
    return ready


def analyse(osim, name, analysis, model, coordinates, loads, out, span) -> None:
    """One analysis over the trial by OpenSim's Analyze tool."""
    tool = osim.AnalyzeTool()
    tool.setName(name)
    tool.setModelFilename(str(model))
    tool.setCoordinatesFileName(str(coordinates))
    tool.setExternalLoadsFileName(str(loads))
    tool.setLowpassCutoffFrequency(6.0)
    tool.setInitialTime(span[0])
    tool.setFinalTime(span[1])
    tool.setResultsDir(str(out))
    tool.setSolveForEquilibrium(False)
    analysis.setStartTime(span[0])
    analysis.setEndTime(span[1])
    tool.updAnalysisSet().cloneAndAppend(analysis)
    setup = out / f"{name}.xml"
    tool.printToXML(str(setup))
    if not osim.AnalyzeTool(str(setup)).run():
        raise SystemExit(f"OpenSim's {name} failed")


def trial(osim, model_path, coordinates, forces, feet, out, start, end) -> dict:
    """CPU seconds of the three tools over one span of a trial."""
    loads = external_loads(osim, forces, feet, out)
    ready = with_actuators(osim, model_path, out)
    seconds = {}
    clock = time.process_time()
    inverse_dynamics(osim, _unlocked(osim, model_path), coordinates, loads, out, (start, end), 6.0)
    seconds["inverse_dynamics"] = time.process_time() - clock
    clock = time.process_time()
    optimisation = osim.StaticOptimization()
    optimisation.setUseModelForceSet(True)
    optimisation.setUseMusclePhysiology(True)
    optimisation.setActivationExponent(2)
    analyse(osim, "so", optimisation, ready, coordinates, loads, out, (start, end))
    seconds["static_optimisation"] = time.process_time() - clock
    clock = time.process_time()
    reaction = osim.JointReaction()
    reaction.setForcesFileName(str(out / "so_StaticOptimization_force.sto"))
    reaction.setJointNames(_words(osim, "ALL"))
    reaction.setOnBody(_words(osim, "child"))
    reaction.setInFrame(_words(osim, "child"))
    analyse(osim, "jr", reaction, ready, coordinates, loads, out, (start, end))
    seconds["joint_reaction"] = time.process_time() - clock
    return seconds


def _words(osim, text):
    words = osim.ArrayStr()
    words.append(text)
    return words


def _unlocked(osim, path):
    """The model with the foot's joints free, so that a trial that moves them is followed."""
    model = osim.Model(str(path))
    for k in range(model.getCoordinateSet().getSize()):
        coordinate = model.getCoordinateSet().get(k)
        if coordinate.getName().startswith(("subtalar", "mtp")):
            coordinate.set_locked(False)
    return model


def _span(osim, coordinates):
    storage = osim.Storage(str(coordinates))
    return storage.getFirstTime(), storage.getLastTime()


def main() -> None:
    import opensim as osim

    osim.Logger.setLevelString("Off")
    verb, model, coordinates, forces, feet, out = sys.argv[1:7]
    out = Path(out)
    if verb == "id":
        loads = external_loads(osim, Path(forces), feet, out)
        inverse_dynamics(osim, _unlocked(osim, model), coordinates, loads, out)
    else:
        start, end = float(sys.argv[7]), float(sys.argv[8])
        print(json.dumps(trial(osim, Path(model), coordinates, Path(forces), feet, out, start, end)))


if __name__ == "__main__":
    main()
