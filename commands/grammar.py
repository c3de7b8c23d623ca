"""What a verb may be given on the command line, and the reading of one call.

The grammar is small: `--name VALUE`, `--name=VALUE`, flags, positional values. Everything wrong with a call is found at
once and told in the user's language, which the standard library's parser cannot do (docs/decisions.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from data.values import BadValue, parse_amount, parse_date, parse_positive_amount, parse_rate, parse_whole
from forecasting.errors import InputRejected, Problem

if TYPE_CHECKING:
    from commands.console import Console

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One thing that a call may give: `--option VALUE`, a flag, or a positional value where the name has no dashes.

    `parse` turns the text into a value or raises BadValue. `many`: a repeated option, or one or more positional values.
    """

    name: str
    metavar: str = ""
    parse: Callable[[str], Any] = str
    required: bool = False
    choices: tuple[str, ...] = ()
    many: bool = False
    flag: bool = False
    default: Any = None

    @property
    def key(self) -> str:
        """The name under which the value is handed to the verb."""
        return self.name.lstrip("-").replace("-", "_")

    @property
    def label(self) -> str:
        """How a call writes it, such as `--terms TEXT`."""
        if not self.is_option:
            return self.metavar
        return self.name if self.flag else f"{self.name} {'|'.join(self.choices) or self.metavar}"

    @property
    def is_option(self) -> bool:
        """Whether it is given by name."""
        return self.name.startswith("--")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A verb with its arguments; `run` answers with an exit status."""

    name: str
    arguments: tuple[Argument, ...]
    run: Callable[[Values, Console], int]


def language(text: str) -> str:
    """fr or en."""
    if text not in ("fr", "en"):
        raise BadValue("call.not_among", text, known="fr, en")
    return text


GLOBAL: Final = (
    Argument(name="--json", flag=True),
    Argument(name="--lang", metavar="LANGUAGE", parse=language),
    Argument(name="--help", flag=True),
)


def amount(text: str) -> int:
    """An amount of the command line, in a currency with two decimals."""
    return parse_amount(text, 2)


def positive_amount(text: str) -> int:
    """An amount of 0 or more."""
    return parse_positive_amount(text, 2)


def count(text: str) -> int:
    """A whole number of at least 1."""
    number = parse_whole(text)
    if number == 0:
        raise BadValue("value.not_above_zero", text)
    return number


def within(first: int, last: int) -> Callable[[str], int]:
    """A reader of whole numbers between two bounds, both included."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 20:
            raise BadValue("value.bad_number", text)
        if not first <= int(text) <= last:
            raise BadValue("value.out_of_bounds", text, first=first, last=last)
        return int(text)

    return parse


def folder(text: str) -> Path:
    """A folder that exists."""
    path = Path(text)
    if not path.is_dir():
        raise BadValue("call.no_folder", text)
    return path


def file(text: str) -> Path:
    """A file that exists."""
    path = Path(text)
    if not path.is_file():
        raise BadValue("call.no_file", text)
    return path


def new_folder(text: str) -> Path:
    """A folder to write into; it is made where it does not exist, its parent must."""
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise BadValue("call.not_a_folder", text)
    return path


date, rate, whole = parse_date, parse_rate, parse_whole

OUT: Final = Argument(name="--out", metavar="DIR", parse=new_folder, required=True)
LEDGER: Final = Argument(name="ledger", metavar="LEDGER", parse=folder, required=True)


def read_call(verb: Verb, words: Sequence[str]) -> Values:
    """The values of a call by argument key; raises InputRejected with everything that is wrong with it."""
    reading = _Reading(verb, list(words))
    while reading.words:
        word = reading.words.pop(0)
        if word.startswith("--") and word != "--":
            reading.option(word)
        else:
            reading.positional(word)
    return reading.finish()


class _Reading:
    """A call while it is read: the words to come, values so far, and what is wrong."""

    def __init__(self, verb: Verb, words: list[str]) -> None:
        self.verb, self.words = verb, words
        self.arguments = {argument.name: argument for argument in (*verb.arguments, *GLOBAL)}
        self.open_positions = [argument for argument in verb.arguments if not argument.is_option]
        self.given: dict[str, Any] = {}
        self.problems: list[Problem] = []

    def wrong(self, code: str, column: str, **values: object) -> None:
        texts = tuple((name, str(value)) for name, value in values.items())
        self.problems.append(Problem(code=code, values=texts, file=self.verb.name, column=column))

    def option(self, word: str) -> None:
        name, equals, text = word.partition("=")
        argument = self.arguments.get(name)
        follows = bool(self.words) and not self.words[0].startswith("--")
        if argument is None or not argument.is_option:
            self.wrong("call.unknown_option", name, verb=self.verb.name)
            if follows and not equals and not self.open_positions:
                self.words.pop(0)  # its value, as it seems
        elif argument.flag:
            if equals:
                self.wrong("call.flag_takes_no_value", name)
            self.given[argument.key] = True
        elif equals or follows:
            self.take(argument, text if equals else self.words.pop(0))
        else:
            self.wrong("call.value_missing", name)
            self.given.setdefault(argument.key, None)

    def positional(self, word: str) -> None:
        if not self.open_positions:
            self.wrong("call.one_too_many", "", text=word, verb=self.verb.name)
            return
        argument = self.open_positions[0]
        if not argument.many:
            self.open_positions.pop(0)
        self.take(argument, word)

    def take(self, argument: Argument, text: str) -> None:
        key = argument.key
        if argument.choices and text not in argument.choices:
            self.wrong("call.not_among", argument.name, text=text, known=", ".join(argument.choices))
            self.given.setdefault(key, None)
            return
        try:
            value = argument.parse(text)
        except BadValue as bad:
            self.problems.append(bad.at(file=self.verb.name, column=argument.name))
            self.given.setdefault(key, None)
            return
        if argument.many:
            self.given[key] = (*self.given.get(key, ()), value)
        elif key in self.given:
            self.wrong("call.given_twice", argument.name)
        else:
            self.given[key] = value

    def finish(self) -> Values:
        for argument in self.arguments.values():
            if argument.key in self.given:
                continue
            if argument.required:
                self.wrong("call.argument_missing", argument.name, name=argument.label)
            self.given[argument.key] = () if argument.many else False if argument.flag else argument.default
        if self.problems:
            raise InputRejected(tuple(self.problems))
        return self.given
