"""`midakit profile`: the accounts and projects that were logged in to."""

from typing import Any

from cyclopts import App

from midakit.cli.input.confirm import confirm
from midakit.cli.options import current
from midakit.cli.output.print_answer import say, show, show_list
from midakit.cli.output.tables import Column, record
from midakit.cli.support import profile_store
from midakit.core import settings
from midakit.core.secret import MASK
from midakit.errors import ConfigurationError

profile = App(name="profile", help="The accounts and projects you have logged in to.")

ROWS = (
    Column("current", "Current"),
    Column("profile", "Profile"),
    Column("project_key", "Project key"),
    Column("region", "Region"),
    Column("base_url", "Base URL", cut=20, drop=1),
    Column("key", "API key"),
)


@profile.command(name="list")
def list_profiles() -> None:
    """List every profile; keys are never shown.

    $ midakit profile list
    """
    chosen = settings.profile_name(current().profile).value or "default"
    rows = [_described(name, one, chosen) for name, one in sorted(profile_store.profiles().items())]
    show_list(rows, ROWS, empty="no profiles; `midakit login` creates one")


@profile.command(name="show")
def show_profile(
    name: str | None = None,
    /,
) -> None:
    """Show one profile; the current one when none is named. The key is never shown.

    $ midakit profile show shop

    Args:
        name: Name of the profile, from `midakit profile list`.
    """
    chosen = settings.profile_name(current().profile).value or "default"
    values = settings.read_profile(name) if name else profile_store.profiles().get(chosen)
    if not values:
        raise ConfigurationError("there is no profile yet; `midakit login` creates one")
    row = _described(name or chosen, values, chosen)
    show(row, record(row, ROWS))


@profile.command(name="use")
def use_profile(name: str, /) -> None:
    """Make a profile the current one.

    $ midakit profile use shop

    Args:
        name: Name of the profile, from `midakit profile list`.
    """
    profile_store.use(name)
    say(f"using profile {name}")


@profile.command(name="remove")
def remove_profile(name: str, /) -> int:
    """Delete a profile and its key. It asks first.

    $ midakit profile remove shop

    Args:
        name: Name of the profile, from `midakit profile list`.
    """
    settings.read_profile(name)
    if not confirm(f"this deletes profile {name} and its key"):
        return 1
    profile_store.remove(name)
    say(f"deleted profile {name}")
    return 0


def _described(name: str, values: dict[str, Any], chosen: str) -> dict[str, Any]:
    key = values.get("api_key")
    return {
        "profile": name,
        "current": name == chosen,
        "project_key": values.get("project_key"),
        "region": values.get("region"),
        "base_url": values.get("base_url"),
        "key": None if not key else "in the keyring" if key == "keyring" else f"{MASK} in the file",
    }
