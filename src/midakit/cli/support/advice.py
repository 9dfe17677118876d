"""What went wrong, and what to try next, in the words of the command line (pure)."""

import re
from collections.abc import Sequence
from dataclasses import fields
from difflib import get_close_matches

from midakit.cli.options import Options
from midakit.errors import (
    ConfigurationError,
    ConnectionFailed,
    DeadlineExceeded,
    DecodeError,
    Forbidden,
    InvalidRequest,
    MidakitError,
    NotFound,
    PlanLimitReached,
    RateLimited,
    ServerError,
    Unauthorized,
)

DOCTOR = "`midakit doctor` tries the key in both regions and says what each answers."

NEXT: tuple[tuple[type[MidakitError], str], ...] = (
    (PlanLimitReached, "Stop a live experiment or delete a goal, or change the plan."),
    (Unauthorized, f"The key is not known here: wrong key, or the other region. {DOCTOR}"),
    (
        Forbidden,
        "The key is known, but may not do this (project inactive, feature off, another's comment).",
    ),
    (RateLimited, "Too many requests: wait a little, or run fewer at once."),
    (ServerError, "The server failed; nothing is wrong with your command. Try again later."),
    (DeadlineExceeded, "`--deadline SECONDS` allows more time."),
    (ConnectionFailed, f"Network, proxy or certificates? {DOCTOR}"),
    (DecodeError, "The address does not answer like the Mida API: check --base-url."),
)
LISTS = {
    "goal": "`midakit goals list` shows those of the project.",
    "event": "`midakit events list` shows those of the project.",
    "group": "`midakit groups list` shows those of the project.",
    "comment": "`midakit comments list TEST_ID` shows those of an experiment.",
    "project": "Copy the project key again: `midakit projects list` shows the account's.",
}
"""Where to look for what a 404 did not find; the first word that it says."""
ELSEWHERE = (
    "Deleted, or in another project (`midakit experiments list` shows the whole account): "
    "try `--project KEY`."
)

LAUNCHDARKLY: tuple[tuple[type[MidakitError], str], ...] = (
    (Unauthorized, "Check LAUNCHDARKLY_ACCESS_TOKEN, and --instance."),
    (Forbidden, "The access token may not read metrics: give it the Reader role."),
    (NotFound, "Check the keys: they stand in LaunchDarkly's own URLs."),
    (RateLimited, "Too many requests: wait a little."),
)

SHELL = (
    ("pass api_key=, set MIDA_API_KEY, or run `midakit login`", "set MIDA_API_KEY"),
    (
        "pass project_key=, set MIDA_PROJECT_KEY, or use project(key)",
        "pass --project KEY or set MIDA_PROJECT_KEY",
    ),
    ("pass access_token= or set", "set"),
)
"""Constructor arguments become options."""


def advice(error: MidakitError, words: Sequence[str] = ()) -> list[str]:
    """The error in one line, then what to try next, where we know."""
    said = Exception.__str__(error)
    if isinstance(error, ConfigurationError):
        return [_for_shells(said), *_settings(said)]
    if isinstance(error, InvalidRequest):
        return [as_typed(error.field, words) + said.removeprefix(error.field)]
    hint: str | None
    if error.call is not None and "launchdarkly" in error.call.address.base_url:
        hint = next((text for kind, text in LAUNCHDARKLY if isinstance(error, kind)), error.hint)
    elif isinstance(error, NotFound):
        hint = _where(said)
    else:
        hint = next((text for kind, text in NEXT if isinstance(error, kind)), error.hint)
    return [said, hint] if hint else [said]


def as_typed(field: str, words: Sequence[str]) -> str:
    """A field by the option that was typed for it: `start_date` is `--start-date`."""
    option = f"--{field.replace('_', '-')}"
    return option if any(word.partition("=")[0] == option for word in words) else field


def _where(said: str) -> str:
    words = said.lower()
    return next((hint for word, hint in LISTS.items() if word in words), ELSEWHERE)


def _for_shells(said: str) -> str:
    for argument, option in SHELL:
        said = said.replace(argument, option)
    return said


def _settings(said: str) -> list[str]:
    if said.startswith(("api_key: not set", "project_key: not set")):
        return ["`midakit login` keeps both for you; `midakit sandbox` needs no account."]
    if said.startswith("profile "):
        return ["`midakit login --profile NAME` makes one; `midakit profile list` shows them."]
    return []


PLAIN = (
    (r'^Command ".*" parameter (--?\S+) requires an argument\.', r"\1 needs a value"),
    (r'^Command ".*" parameter (\S+) requires an argument\.', r"\1 is missing"),
    (
        r'^Invalid value for (\S+): unable to convert "(.*)" into int\.',
        r"\1: '\2' is no whole number",
    ),
    (r'^Invalid value for (\S+): unable to convert "(.*)" into float\.', r"\1: '\2' is no number"),
    (r"^Parameter (--?\S+) requires an argument\.", r"\1 needs a value"),
    (r"^Unused Tokens: \['(.*?)'.*$", r"'\1' is one too many"),
    (r" Available commands: .*$", ""),
)
"""What a parser says, and what a person would."""


def globals_known() -> list[str]:
    """The global options, as they are typed."""
    return [f"--{field.name.replace('_', '-')}" for field in fields(Options)]


def misuse(error: Exception) -> tuple[str, str]:
    """A command line that cannot be read, in one sentence, and where to read on."""
    said = str(error)
    option = re.match(r'^Unknown command "(--?[^"=]+)', said)
    if option:  # before the command's name there are only the global ones
        near = get_close_matches(option[1], globals_known(), 1)
        said = f"Unknown option: {option[1]}." + (f" Did you mean {near[0]}?" if near else "")
    for pattern, plain in PLAIN:
        said = re.sub(pattern, plain, said)
    chain: Sequence[str] = getattr(error, "command_chain", None) or ()
    return said, f"`{' '.join(['midakit', *chain])} --help` shows what it takes."
