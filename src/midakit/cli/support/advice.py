"""What went wrong, and what to try next, in the words of the command line."""

import re
from collections.abc import Sequence
from dataclasses import fields
from difflib import get_close_matches

from midakit.cli.options import GlobalOptions
from midakit.errors import (
    BodyTooLarge,
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

DOCTOR = "`midakit doctor` tries the key in both regions and shows the answers."
LOGIN = "`midakit login` stores both for you; `midakit sandbox` needs no account."

NEXT: tuple[tuple[type[MidakitError], str], ...] = (
    (PlanLimitReached, "Stop a live experiment or delete a goal, or change the plan."),
    (Unauthorized, f"Unknown key: it is wrong, or belongs to the other region. {DOCTOR}"),
    (
        Forbidden,
        "The key is known, but may not do this (project inactive, feature off, another's comment).",
    ),
    (RateLimited, "Too many requests: wait a moment, or send fewer at once."),
    (ServerError, "The server failed; nothing is wrong with your command. Try again later."),
    (BodyTooLarge, "`--max-body BYTES` allows a longer one."),
    (DeadlineExceeded, "`--deadline SECONDS` sets a longer one."),
    (ConnectionFailed, f"Network, proxy or certificates? {DOCTOR}"),
    (DecodeError, "The address does not answer like the Mida API: check --base-url."),
)
LAUNCHDARKLY: tuple[tuple[type[MidakitError], str], ...] = (
    (Unauthorized, "Check LAUNCHDARKLY_ACCESS_TOKEN, and --instance."),
    (Forbidden, "The access token may not read metrics: give it the Reader role."),
    (NotFound, "Check the keys: they are part of LaunchDarkly's own URLs."),
    (RateLimited, "Too many requests: wait a moment."),
)
GROWTHBOOK_ADDRESS = "Check GROWTHBOOK_BASE_URL: it is the address of GrowthBook's API."
GROWTHBOOK: tuple[tuple[type[MidakitError], str], ...] = (
    (Unauthorized, "Check GROWTHBOOK_API_KEY, and GROWTHBOOK_BASE_URL if the server is your own."),
    (Forbidden, "The secret key may not read this: give it the role readonly."),
    (NotFound, GROWTHBOOK_ADDRESS),
    (DecodeError, GROWTHBOOK_ADDRESS),
    (RateLimited, "Too many requests: wait a moment."),
)
PROVIDERS = {"launchdarkly": LAUNCHDARKLY, "growthbook": GROWTHBOOK}
"""By a word of the address that a call is for; every other call is one of Mida."""
SETTINGS = {
    "api_key": LOGIN,
    "project_key": LOGIN,
    "profile": "`midakit login --profile NAME` creates one; `midakit profile list` shows them.",
}
LISTS = {
    "goal": "`midakit goals list` shows those of the project.",
    "event": "`midakit events list` shows those of the project.",
    "group": "`midakit groups list` shows those of the project.",
    "comment": "`midakit comments list TEST_ID` shows those of an experiment.",
    "project": "Copy the project key again: `midakit projects list` shows the account's.",
}
"""Where to look for what a 404 did not find, by the first of these words in its message."""
ELSEWHERE = (
    "Deleted, or in another project (`midakit experiments list` shows the whole account): "
    "try `--project KEY`."
)
SHELL = (
    ("pass api_key=, set MIDA_API_KEY, or run `midakit login`", "set MIDA_API_KEY"),
    (
        "pass project_key=, set MIDA_PROJECT_KEY, or use project(key)",
        "pass --project KEY or set MIDA_PROJECT_KEY",
    ),
    ("pass access_token= or set", "set"),
    ("pass api_key= or set GROWTHBOOK_API_KEY", "set GROWTHBOOK_API_KEY"),
)
"""Arguments of constructors, and the options that replace them."""
PLAINER = (
    (r'^Command ".*" parameter (--?\S+) requires an argument\.', r"\1 needs a value"),
    (r'^Command ".*" parameter (\S+) requires an argument\.', r"\1 is missing"),
    (
        r'^Invalid value for (\S+): unable to convert "(.*)" into int\.',
        r"\1: '\2' is not a whole number",
    ),
    (
        r'^Invalid value for (\S+): unable to convert "(.*)" into float\.',
        r"\1: '\2' is not a number",
    ),
    (r"^Parameter (--?\S+) requires an argument\.", r"\1 needs a value"),
    (r"^Unused Tokens: \['(.*?)'.*$", r"unexpected argument '\1'"),
    (r" Available commands: .*$", ""),
)
"""What the parser says, and what we say instead."""


def advice(error: MidakitError, words: Sequence[str] = ()) -> list[str]:
    """Say what went wrong, then what to try next, where we know.

    Args:
        error: What was raised.
        words: What was typed; a field is called by the option that was typed for it.

    Returns:
        One or two lines; the first may have line breaks of its own.
    """
    said = Exception.__str__(error)
    hint: str | None
    address = "" if error.call is None else error.call.address.base_url
    provider = next((table for name, table in PROVIDERS.items() if name in address), None)
    if isinstance(error, ConfigurationError):
        for argument, option in SHELL:
            said = said.replace(argument, option)
        hint = None if "growthbook" in said.lower() else SETTINGS.get(error.setting or "")
    elif isinstance(error, InvalidRequest):
        said, hint = as_typed(error.field, words) + said.removeprefix(error.field), None
    elif provider is not None:
        hint = next((text for kind, text in provider if isinstance(error, kind)), error.hint)
    elif isinstance(error, NotFound):
        hint = next((text for word, text in LISTS.items() if word in said.lower()), ELSEWHERE)
    else:
        hint = next((text for kind, text in NEXT if isinstance(error, kind)), error.hint)
    return [said, hint] if hint else [said]


def as_typed(field: str, words: Sequence[str]) -> str:
    """Name a field by the option that was typed for it: `start_date` is `--start-date`.

    Args:
        field: The field of an error.
        words: The command line, as a list of words.

    Returns:
        The option, or the field where it came from elsewhere, such as a file.
    """
    option = f"--{field.replace('_', '-')}"
    return option if any(word.partition("=")[0] == option for word in words) else field


def misuse(error: Exception) -> tuple[str, str]:
    """Say in one sentence why a command line cannot be read, and where to read on.

    Args:
        error: The error of the parser.

    Returns:
        What is wrong, and how to see what the command takes.
    """
    said = str(error)
    option = re.match(r'^Unknown command "(--?[^"=]+)', said)
    if option:  # before the command's name there are only the global ones
        known = [f"--{field.name.replace('_', '-')}" for field in fields(GlobalOptions)]
        near = get_close_matches(option[1], known, 1)
        said = f"Unknown option: {option[1]}." + (f" Did you mean {near[0]}?" if near else "")
    for pattern, plainer in PLAINER:
        said = re.sub(pattern, plainer, said)
    chain: Sequence[str] = getattr(error, "command_chain", None) or ()
    if chain and chain[0] in ("login", "logout"):  # the name of a profile is not an argument there
        said = re.sub(r"^(unexpected argument '(.*)')$", r"\1 (did you mean --profile \2?)", said)
    return said, f"`{' '.join(['midakit', *chain])} --help` shows what it takes."
