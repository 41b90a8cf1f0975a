"""The values of the command line: what they mean, and what is refused."""

import argparse

import pytest

from psoas.cli import options
from psoas.engine.body import load_body
from psoas.engine.types import AS_BUILT
from psoas.errors import InputError


def knobs(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    options.add_knobs(parser)
    return parser.parse_args(list(words))


def test_without_a_knob_there_is_only_the_body_as_built() -> None:
    assert options.conditions_of(knobs(), load_body().muscles) == (AS_BUILT,)


def test_all_knobs_together_are_one_further_condition() -> None:
    given = knobs("--strength", "iliopsoas=0.5", "--strength", "recfem_l=2", "--shortness", "iliopsoas=0.10")
    as_built, other = options.conditions_of(given, load_body().muscles)
    assert as_built is AS_BUILT
    assert other.name == "iliopsoas_strength_0.5+recfem_l_strength_2+iliopsoas_shortness_0.1"
    assert other.strength == {"iliopsoas": 0.5, "recfem_l": 2.0}
    assert other.shortness == {"iliopsoas": 0.1} and other.stiffness == {}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--shortness", "iliopsoas=0.9"), "out of range"),
        (("--shortness", "iliopsoas=90"), "out of range"),
        (("--strength", "iliopsoas=-0.5"), "out of range"),
        (("--strength", "iliopsoas=nan"), "out of range"),
        (("--strength", "iliopsoas=inf"), "out of range"),
        (("--stiffness", "iliopsoas=50"), "out of range"),
        (("--strength", "iliopsoas=half"), "not a number"),
        (("--strength", "iliopsoas"), "not a group and a number"),
        (("--strength", "=0.5"), "not a group and a number"),
        (("--strength", "ilopsoas=0.5"), "no muscle"),
        (("--strength", "iliopsoas=0.5", "--strength", "iliopsoas=0.7"), "two values"),
    ],
)
def test_values_that_make_no_sense_are_refused(words: tuple[str, ...], says: str) -> None:
    with pytest.raises(InputError) as error:
        options.conditions_of(knobs(*words), load_body().muscles)
    assert says in error.value.what
    assert words[-1] in error.value.where and error.value.advice


def test_window() -> None:
    assert options.window_of("0.45:1.95") == (0.45, 1.95)
    assert options.window_of(None) is None
    for word in ("0.45", "1.95:0.45", "a:b", ":", "0:inf", "1:1"):
        with pytest.raises(InputError):
            options.window_of(word)


def test_mass_and_height_are_in_kg_and_m() -> None:
    assert options.mass_of("62.6") == 62.6 and options.height_of("1.70") == 1.7
    for bad in ("170", "0", "-1", "1,70", "nan"):
        with pytest.raises(InputError):
            options.height_of(bad)
    for bad in ("62600", "0", "sixty"):
        with pytest.raises(InputError):
            options.mass_of(bad)
