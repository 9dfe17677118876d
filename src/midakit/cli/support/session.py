"""A client made of the command's options."""

from typing import Any

from midakit import Mida
from midakit.cli.options import current
from midakit.cli.support.interrupt import end_at_once


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


def client(**more: Any) -> Mida:
    """Make the client of this command: `with client() as mida`.

    Args:
        more: Further options of the client.
    """
    end_at_once()
    return Mida(**{**settings(), **more})
