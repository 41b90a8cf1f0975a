"""Errors that a person can act on: what is wrong, where, and what to do."""

from dataclasses import dataclass


@dataclass(eq=False)
class UserError(Exception):
    """The input is wrong; the command line prints it without a traceback and exits with 2.

    what: one sentence, what is wrong. where: file, line, column, frame or option.
    advice: one sentence, what to do about it.
    """

    what: str
    where: str
    advice: str

    def __str__(self) -> str:
        return f"{self.what}\n  where: {self.where}\n  what to do: {self.advice}"


class InputError(UserError):
    """A file or an option cannot be used as given."""


class ModelError(UserError):
    """A body cannot be built or scaled from what was given."""


class KnowledgeError(UserError):
    """The shelf of knowledge is broken; nothing is decided with a part of it missing."""


@dataclass(eq=False)
class SolveError(UserError):
    """Frames that could not be solved; the others are complete."""

    frames: tuple[int, ...] = ()
