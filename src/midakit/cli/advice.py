"""What went wrong, and what to try next, in the words of the command line (pure)."""

from midakit.errors import (
    ConfigurationError,
    ConnectionFailed,
    DeadlineExceeded,
    DecodeError,
    Forbidden,
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
    (
        NotFound,
        "Deleted, or in another project (listings show the whole account): try `--project KEY`.",
    ),
    (RateLimited, "Too many requests: wait a little, or run fewer at once."),
    (ServerError, "The server failed; nothing is wrong with your command. Try again later."),
    (DeadlineExceeded, "`--deadline SECONDS` allows more time."),
    (ConnectionFailed, f"Network, proxy or certificates? {DOCTOR}"),
    (DecodeError, "The address does not answer like the Mida API: check --base-url."),
)


def advice(error: MidakitError) -> list[str]:
    """The error in one line, then what to try next, where we know."""
    said = Exception.__str__(error)
    if isinstance(error, ConfigurationError):
        return [_for_shells(said), *_settings(said)]
    hint = next((text for kind, text in NEXT if isinstance(error, kind)), error.hint)
    return [said, hint] if hint else [said]


def _for_shells(said: str) -> str:
    """Constructor arguments become options."""
    for argument, option in (
        ("pass api_key=, set MIDA_API_KEY, or run `midakit login`", "set MIDA_API_KEY"),
        (
            "pass project_key=, set MIDA_PROJECT_KEY, or use project(key)",
            "pass --project KEY or set MIDA_PROJECT_KEY",
        ),
    ):
        said = said.replace(argument, option)
    return said


def _settings(said: str) -> list[str]:
    if said.startswith(("api_key: not set", "project_key: not set")):
        return ["`midakit login` keeps both for you; `midakit sandbox serve` needs no account."]
    return []
