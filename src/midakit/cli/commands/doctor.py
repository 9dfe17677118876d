"""`midakit doctor`: which setting came from where, and what the API says to it."""

from typing import Any, NamedTuple

from midakit.cli.options import GlobalOptions, current
from midakit.cli.output.print_answer import note, show
from midakit.cli.output.tables import Column, Table, lines
from midakit.cli.support.diagnosis import clock, meaning, verdict
from midakit.cli.support.environment import environment
from midakit.cli.support.ping import Probe, probe_all
from midakit.core import settings
from midakit.core.secret import MASK
from midakit.core.settings import Setting
from midakit.errors import ConfigurationError
from midakit.mida.regions import BASE_URLS

NO_KEY = "no-key"
"""Asked with while there is none: an address that refuses it can be reached."""
TEXTS = ("api_key", "project_key", "region", "base_url")
"""Settings that a profile can hold as something else, where it was written by hand."""
SETTINGS = (
    Column("setting", "Setting"),
    Column("value", "Value", cut=20),
    Column("from", "From", wrap=True),
)
HERE = (Column("what", ""), Column("is", "", wrap=True))
ADDRESSES = (
    Column("state", "", "state"),
    Column("place", "Where"),
    Column("url", "Address", cut=20, drop=1),
    Column("ms", "ms", "count", drop=2),
    Column("answer", "Answer", wrap=True),
)


class FoundSettings(NamedTuple):
    """The settings of this command, and what is wrong with them already."""

    settings: dict[str, Setting]
    key: str | None
    problems: list[str]


def doctor() -> int:
    """Say where each setting came from, try the key in both regions, and explain the answers.

    Looks at the clock, TLS, proxies, the transport, the profile file, the keyring and the extras too.
    Exit code 0 when calls would work, 1 when not.

    $ midakit doctor
    $ midakit doctor --profile shop --json
    """
    found = look(current())
    probes = _probe(found)
    project = found.settings["project_key"].value
    address, region = found.settings["base_url"].value, found.settings["region"].value
    chosen = "base URL" if address else str(region).lower()
    problems = list(found.problems)
    if found.key and probes:
        problems += verdict(probes, chosen, project=project)
    problems += [said] if (said := clock(list(probes.values()))) else []
    target = probes.get(chosen) or next(iter(probes.values()), None)
    _report(found, probes, environment(target and target.url), problems)
    return 1 if problems else 0


def look(options: GlobalOptions) -> FoundSettings:
    """Every setting with its source; a broken profile is a problem and not the end.

    Args:
        options: Values from the command line, which win over environment and profile.
    """
    problems: list[str] = []
    stored: dict[str, Any] = {}
    name = Setting(None, "default")
    try:
        name = settings.profile_name(options.profile)
        stored = settings.read_profile(name.value)
    except ConfigurationError as error:
        problems.append(str(error))

    key = settings.of_profile("api_key", None, stored)
    try:
        key = settings.from_keyring(key, name.value)
    except Exception as error:  # the keyring's backends raise what they like
        problems.append(f"api_key: {error}")
        key = Setting(None, "keyring")
    base_url = settings.of_profile("base_url", options.base_url, stored)
    if options.region and base_url.source != "argument":
        base_url = Setting(None, "default")  # an argument beats an address from elsewhere
    found = {
        "profile": Setting(name.value or "default", name.source),
        "api_key": key,
        "project_key": settings.of_profile("project_key", options.project, stored),
        "region": settings.of_profile("region", options.region, stored, "us"),
        "base_url": base_url,
        "max_body": settings.of_profile("max_body", options.max_body, stored),
    }
    for one in TEXTS:
        if found[one].value is not None and not isinstance(found[one].value, str):
            problems.append(f"{one}: its value in the profile is not text")
            found[one] = Setting(None, found[one].source)
    problems += [
        f"{one} is not set: `midakit login`, or MIDA_{one.upper()}"
        for one in ("api_key", "project_key")
        if not found[one].value and found[one].source != "keyring"
    ]
    return FoundSettings(found, found["api_key"].value, problems)


def _probe(found: FoundSettings) -> dict[str, Probe]:
    address = found.settings["base_url"].value
    places = (
        {"base URL": address}
        if address
        else {region.value: url for region, url in BASE_URLS.items()}
    )
    note(f"sending a request to {', '.join(places.values())} ...")
    try:
        return probe_all(places, found.key or NO_KEY, found.settings["project_key"].value)
    except ConfigurationError as error:
        found.problems.append(str(error))
        return {}


def _report(
    found: FoundSettings, probes: dict[str, Probe], here: dict[str, str], problems: list[str]
) -> None:
    project = found.settings["project_key"].value
    rows = [
        {
            "setting": name,
            "value": _masked(name, one.value),
            "from": one.source.removeprefix("environment variable "),
        }
        for name, one in found.settings.items()
    ]
    answers = []
    for probe in probes.values():
        state, said = meaning(probe, project=project, keyed=bool(found.key))
        answers.append(
            {
                "state": state, "place": probe.place, "url": probe.url, "answer": said,
                "ms": round(probe.seconds * 1000), "clock": probe.skew,
            }
        )  # fmt: skip
    data = {"settings": rows, "environment": here, "addresses": answers, "problems": problems}
    show(
        data,
        Table(rows, SETTINGS),
        Table([{"what": name, "is": text} for name, text in here.items()], HERE),
        Table(answers, ADDRESSES, empty="no request was sent"),
        lines(*(["To do:", *problems] if problems else ["No problems found."])),
    )


def _masked(name: str, value: Any) -> Any:
    return f"{MASK} ({len(value)} characters)" if name == "api_key" and value else value
