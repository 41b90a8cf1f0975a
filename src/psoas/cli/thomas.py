"""`psoas thomas`: hip-flexor tests -> how short, how strong, with intervals; or where a leg rests."""

import argparse
import json

import numpy as np

from psoas.cli.leg_readings import LegReadings, add_reading_arguments, leg_readings
from psoas.cli.options import add_knobs, conditions_of, number_of
from psoas.engine.hip_flexor_test import Prior, ely_estimate, posterior, thomas_estimate
from psoas.engine.leg_pair import difference
from psoas.engine.push_test import between_legs, push_estimate
from psoas.engine.shortness_at_rest import BACK_FLAT_TILT_RAD, beside_average, healthy_leg
from psoas.engine.thigh_in_space import rest_in_space
from psoas.engine.types import AS_BUILT
from psoas.errors import InputError
from psoas.exchange.thomas_words import (
    LegAnswer,
    PairAnswer,
    answer_json,
    answer_words,
    rest_json,
    rest_words,
)


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The readings of one leg or both, their errors, the prior; or --forward and what is changed."""
    verb.epilog = "Example: psoas thomas --side r --thigh 4 --knee 55 --tilt 10"
    add_reading_arguments(verb)
    verb.add_argument(
        "--prior",
        default="5",
        metavar="PERCENT",
        help="shortness expected before the test, give or take 11 points; default 5",
    )
    verb.add_argument(
        "--forward",
        action="store_true",
        help="where the right leg rests, with --tilt, --shortness, --stiffness",
    )
    add_knobs(verb)
    verb.add_argument("--json", action="store_true", help="print numbers instead of words")


def run(arguments: argparse.Namespace) -> int:
    """Read, weigh, say."""
    if arguments.forward:
        return _forward(arguments)
    if arguments.strength or arguments.shortness or arguments.stiffness:
        raise InputError(
            "A changed muscle needs --forward.",
            "psoas thomas",
            "With --forward it says where such a leg rests; without, it says how short your muscle is.",
        )
    legs = leg_readings(arguments)
    prior = Prior(
        mean=number_of(arguments.prior, f"--prior {arguments.prior}", -5.0, 25.0, "percent.") / 100.0
    )
    answers = tuple(_answer(leg, prior) for leg in legs)
    pair = _pair(legs, prior) if len(legs) == 2 else None
    if arguments.json:
        print(json.dumps(answer_json(answers, pair, prior), indent=1))
    else:
        print(answer_words(answers, pair, prior, stiffer=arguments.stiffer))
    return 0


def _answer(leg: LegReadings, prior: Prior) -> LegAnswer:
    thomas = None if leg.thomas is None else thomas_estimate(leg.thomas, prior, ely=leg.ely)
    ely = ely_estimate(leg.ely, prior) if leg.ely is not None and leg.thomas is None else None
    return LegAnswer(
        side=leg.side,
        reading=leg.thomas,
        thomas=thomas,
        ely_reading=leg.ely,
        ely=ely,
        push_reading=leg.push,
        push=None if leg.push is None else push_estimate(leg.push),
    )


def _pair(legs: tuple[LegReadings, ...], prior: Prior) -> PairAnswer:
    right, left = legs
    iliopsoas = rectus = strength = None
    if right.thomas is not None and left.thomas is not None:
        drawn = [posterior(leg.thomas, prior, ely=leg.ely) for leg in legs if leg.thomas is not None]
        iliopsoas, rectus = (difference(drawn[0], drawn[1], m) for m in ("iliopsoas", "rectus"))
    if right.push is not None and left.push is not None:
        strength = between_legs(right.push, left.push)
    return PairAnswer(iliopsoas, rectus, strength)


def _forward(arguments: argparse.Namespace) -> int:
    body = healthy_leg().body
    if arguments.strength:
        raise InputError(
            "A relaxed leg rests the same however strong it is.",
            f"--strength {arguments.strength[0]}",
            "Use --shortness or --stiffness.",
        )
    if any((arguments.thigh, arguments.knee, arguments.ely, arguments.push)):
        raise InputError(
            "--forward computes the angles; readings are for the way back.",
            "psoas thomas --forward",
            "Leave out --thigh, --knee, --ely and --push, or leave out --forward.",
        )
    tilt = BACK_FLAT_TILT_RAD
    if arguments.tilt:
        word = arguments.tilt[0]
        tilt = float(np.radians(number_of(word, f"--tilt {word}", -20.0, 45.0, "degrees, backwards.")))
    conditions = conditions_of(arguments, body.muscles)
    rested = [(c, rest_in_space(body, tilt, beside_average(c, body.muscles))) for c in conditions]
    assert conditions[0] is AS_BUILT
    print(json.dumps(rest_json(tilt, rested), indent=1) if arguments.json else rest_words(tilt, rested))
    return 0
