"""Cases decided per second: safety, explanations, next test and plan in memory, one core.

    python benchmarks/cases.py [--cases 10000]

The cases are the vignettes of tests/cases, repeated; what is printed is one run on this machine,
in processor time, so that other work on it does not count.
"""

import argparse
import platform
import time
from pathlib import Path

from psoas.clinic.case import decide, read_cases
from psoas.clinic.reasoning import load_reasoning
from psoas.clinic.triage import triage

VIGNETTES = Path(__file__).parents[1] / "tests" / "cases"
AT_LEAST_PER_SECOND = 2000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    count = parser.parse_args().cases
    started = time.process_time()
    reasoning = load_reasoning()
    loaded = time.process_time() - started
    distinct = [case for path in sorted(VIGNETTES.glob("*.toml")) for case in read_cases(path, reasoning)]
    cases = [distinct[place % len(distinct)] for place in range(count)]
    started = time.process_time()
    for case in cases:
        triage(case.answers, reasoning.knowledge)
    gate = time.process_time() - started
    started = time.process_time()
    plans = sum(bool(decide(case, reasoning).plan.lines) for case in cases)
    whole = time.process_time() - started
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}, one core")
    print(f"shelf read and checked in {loaded:.2f} s")
    print(f"{len(distinct)} different cases, {plans} of {count} with a plan")
    print(f"triage alone {count / gate:,.0f} cases/s")
    print(f"triage, assessment and plan {count / whole:,.0f} cases/s")
    print(f"ratio to the {AT_LEAST_PER_SECOND} cases/s asked for: {count / whole / AT_LEAST_PER_SECOND:.2f}")
    return 0 if count / whole >= AT_LEAST_PER_SECOND else 1


if __name__ == "__main__":
    raise SystemExit(main())
