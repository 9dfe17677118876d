"""`midakit logout`."""

from midakit.cli.options import current
from midakit.cli.output.print_answer import say
from midakit.cli.support import profile_store
from midakit.core import settings


def logout() -> None:
    """Delete a profile and its key: the current one, or that of --profile.

    $ midakit logout
    $ midakit logout --profile shop
    """
    name = settings.profile_name(current().profile).value or "default"
    profile_store.remove(name)
    say(f"logged out: deleted profile {name} and its key from this machine")
