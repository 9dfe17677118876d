"""`midakit login`: a key is kept, and never shown."""

import os
import sys
from getpass import getpass
from typing import Annotated

from cyclopts import Parameter

from midakit.cli.options import GlobalOptions, current
from midakit.cli.output.print_answer import note, say
from midakit.cli.support import profile_store
from midakit.cli.support.diagnosis import meaning, nowhere
from midakit.cli.support.interrupt import end_at_once
from midakit.cli.support.ping import Probe, probe_all
from midakit.errors import ConfigurationError, InvalidRequest
from midakit.mida.regions import BASE_URLS


def login(
    *,
    plain: bool = False,
    check: Annotated[bool, Parameter(negative="--no-check")] = True,
) -> None:
    """Keep a project's key in a profile, and make that profile the current one.

    The API key is asked for without showing it, or read from the first line of stdin; the project
    key comes from --project or is asked for. Both regions are tried unless --region names one.

    $ midakit login
    $ midakit login --profile shop --project KEY --region eu < key.txt

    Args:
        plain: Store the API key in the profile file (mode 0600), not in the keyring.
        check: Test the key against the API before it is stored.
    """
    options = current()
    name = profile_store.check_name(options.profile or os.environ.get("MIDA_PROFILE") or "default")
    end_at_once()
    key = _read_key()
    project = _read_project(options)
    if key == project:
        raise InvalidRequest("api_key", "that is the project key; the API key is a different one")
    values = {"project_key": project}
    where = _places(options)
    if "base URL" in where:
        values["base_url"] = where["base URL"]
    elif options.region:
        values["region"] = options.region
    if check:
        values.update(_checked(where, key, project))
    home = profile_store.keep(name, values, key, keyring=not plain)
    there = values.get("base_url") or f"region {values.get('region', 'us')}"
    say(f"logged in: profile {name}, project {project}, {there}\nthe key is stored in {home}")
    note("next: `midakit experiments list`")
    for variable in ("MIDA_API_KEY", "MIDA_PROJECT_KEY", "MIDA_PROFILE"):
        if os.environ.get(variable):
            note(f"{variable} is set in this shell and overrides the profile")


def _read_key() -> str:
    asked = sys.stdin.isatty()
    try:
        key = getpass("API key (not shown): ", stream=sys.stderr) if asked else sys.stdin.readline()
    except EOFError:
        key = ""
    key = key.strip()
    if not key:
        raise InvalidRequest("api_key", "nothing was given")
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise InvalidRequest(
            "api_key", "contains a character that a key cannot have: copy it again"
        )
    return key


def _read_project(options: GlobalOptions) -> str:
    known = options.project or os.environ.get("MIDA_PROJECT_KEY")
    if not known and sys.stdin.isatty():
        sys.stderr.write("Project key (it is public): ")
        sys.stderr.flush()
        known = sys.stdin.readline().strip()
    if not known:
        raise InvalidRequest("project_key", "no project key was given; pass --project KEY")
    return known


def _places(options: GlobalOptions) -> dict[str, str]:
    """Where to try a key: the address or region asked for, else both regions."""
    address = options.base_url or os.environ.get("MIDA_BASE_URL")
    if address and (options.base_url or not options.region):
        return {"base URL": address}
    chosen = [one for one in BASE_URLS if options.region in (None, "auto", one.value)]
    return {one.value: BASE_URLS[one] for one in chosen}


def _checked(where: dict[str, str], key: str, project: str) -> dict[str, str]:
    """Find the region that knows the key; raise an error when none does, and keep nothing."""
    probes = probe_all(where, key, project)
    known = [place for place, probe in probes.items() if probe.accepted]
    if not known:
        raise ConfigurationError(_why_not(probes, project))
    return {} if "base URL" in where else {"region": known[0]}


def _why_not(probes: dict[str, Probe], project: str) -> str:
    said = [f"{place}: {meaning(one, project=project)[1]}" for place, one in probes.items()]
    told = [nowhere(probes, project)]
    return "\n  ".join(["nothing was stored", *said, *told, "pass --no-check to store it anyway"])
