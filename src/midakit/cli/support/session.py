"""A client made of the command's options."""

from typing import Any

from midakit import Mida
from midakit.cli.options import current
from midakit.cli.support.interrupt import end_at_once
from midakit.core.settings import PROFILE_FILE, Setting, from_keyring, hidden, read_profile
from midakit.errors import ConfigurationError


def settings() -> dict[str, Any]:
    """Return the options that a client is made of; what was not given is left to the environment."""
    options = current()
    return {
        "profile": options.profile,
        "project_key": options.project,
        "region": options.region,
        "base_url": options.base_url,
        "deadline": options.deadline,
        "max_body": options.max_body,
    }


def client_of(profile: str) -> Mida:
    """Make a client of another profile: `with client_of("production") as mida`.

    Its key, project, region and address come from the profile alone: what was typed or set in the
    environment belongs to the first client.

    Args:
        profile: Name of the profile.

    Raises:
        ConfigurationError: There is no such profile, or it has no key.
    """
    end_at_once()
    stored = read_profile(profile)
    stored = {**stored, "api_key": hidden(stored.get("api_key"))}
    key = from_keyring(Setting(stored["api_key"], PROFILE_FILE), profile)
    if key.value is None or not stored.get("project_key"):
        raise ConfigurationError(
            f"profile {profile!r} lacks a key or a project; run `midakit login --profile {profile}`",
            setting="profile",
        )
    address = stored.get("base_url")
    where = {"base_url": address} if address else {"region": stored.get("region", "us")}
    project, deadline = stored["project_key"], current().deadline
    return Mida(key.value, project_key=project, deadline=deadline, **where)


def client(**more: Any) -> Mida:
    """Make the client of this command: `with client() as mida`.

    Args:
        more: Further options of the client.
    """
    end_at_once()
    return Mida(**{**settings(), **more})
