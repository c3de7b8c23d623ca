"""What `--help` prints: how a verb is called and what each of its arguments is."""

from __future__ import annotations

from commands.grammar import GLOBAL, Argument, Verb
from commands.registry import MODULES
from pages.ui.i18n import Translator

_CALL = "python cli.py"


def overview(words: Translator) -> str:
    """Every verb with its sentence."""
    width = max(map(len, MODULES)) + 2
    lines = [f"  {name:<{width}}{words(f'cli.{_key(name)}.help')}" for name in MODULES]
    return "\n".join([words("cli.intro"), "", f"{_CALL} {words('cli.verb')} …", "", *lines, "", words("cli.more")])


def of_verb(verb: Verb, words: Translator) -> str:
    """A verb's call, sentence and arguments."""
    arguments = (*verb.arguments, *GLOBAL)
    call = " ".join([_CALL, verb.name, *map(_shape, arguments)])
    width = max(len(argument.label) for argument in arguments) + 2
    lines = [f"  {a.label:<{width}}{words(_help_key(verb, a))}" for a in arguments]
    return "\n".join([words(f"cli.{_key(verb.name)}.help"), "", call, "", *lines])


def _key(name: str) -> str:
    return name.replace("-", "_")


def _help_key(verb: Verb, argument: Argument) -> str:
    own = any(argument is mine for mine in verb.arguments)
    return f"cli.{_key(verb.name)}.argument.{argument.key}" if own else f"cli.argument.{argument.key}"


def _shape(argument: Argument) -> str:
    label = argument.label + ("…" if argument.many else "")
    return label if argument.required else f"[{label}]"
