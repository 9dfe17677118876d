"""What answers mean, in the user's terms, and what to do about them (pure)."""

import re
from collections.abc import Mapping, Sequence

from midakit.cli.support.ping import Probe

SKEW = 60.0
"""Seconds a clock may be off before tokens and certificates mind."""

TROUBLES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("not yet valid", "has expired"),
        "the certificate is out of date; is this machine's clock right?",
    ),
    (
        ("certificate", "self-signed", "self signed"),
        "TLS is not trusted: a company proxy re-signs it? Put its CA into SSL_CERT_FILE.",
    ),
    (
        ("ssl", "tls"),
        "TLS failed: this may not be a web server, or something intercepts the connection.",
    ),
    (
        ("name or service", "name resolution", "nodename", "getaddrinfo"),
        "the name cannot be resolved: no DNS here, or a proxy is needed (HTTPS_PROXY).",
    ),
    (
        ("refused",),
        "no server runs at this address, or a firewall blocks it: check address and proxies.",
    ),
    (
        ("407", "proxy"),
        "the proxy refused the connection: check HTTPS_PROXY, its user and password.",
    ),
    (
        ("in time", "out of time", "timed out", "timeout", "took longer"),
        "no answer in time: a firewall, or a proxy is needed.",
    ),
    (("unreachable", "no route"), "the network cannot be reached."),
)


def meaning(probe: Probe, *, project: str | None, keyed: bool = True) -> tuple[str, str]:
    """State (ok, warning, failed) and a sentence; `keyed`: there was a key to ask with.

    Args:
        probe: What an address answered.
        project: The project key to test with; None for none.
        keyed: Whether there was a key to ask with.
    """
    if probe.status is None:
        words = re.sub(r"https?://\S+", "", probe.message.lower())  # a port may hold 407
        advice = next((text for hints, text in TROUBLES if any(h in words for h in hints)), "")
        return "failed", f"{probe.message}. {advice}".strip()
    if probe.accepted:
        return "ok", "knows the key"
    if not keyed and 400 <= probe.status < 500:
        return "ok", "can be reached"
    if probe.status == 401 and "belong" in probe.message.lower():
        return "failed", "knows the key, but it is the key of another project (401)"
    if probe.status == 401:
        return "failed", "does not know this key (401)"
    if probe.status == 403:
        return "failed", f"knows the key, but refuses (403): {probe.message}"
    if probe.status == 404:
        return (
            ("failed", "knows the key, but not this project (404)")
            if project
            else ("warning", "knows the key; no project key is set")
        )
    if probe.status < 400:
        return "failed", f"{probe.message}: a login page of the network, or a wrong base URL?"
    if probe.status >= 500:
        return "failed", f"the server fails ({probe.status}); try again later"
    return "failed", f"{probe.status}: {probe.message}"


def clock(probes: Sequence[Probe]) -> str | None:
    """Return a warning where the clock of this machine is off.

    Args:
        probes: What the addresses answered.
    """
    skews = [probe.skew for probe in probes if probe.skew is not None]
    if not skews or abs(min(skews, key=abs)) < SKEW:
        return None
    skew = min(skews, key=abs)
    way = "ahead of" if skew > 0 else "behind"
    return f"the clock of this machine is {abs(skew):,.0f} s {way} the server's: correct it (NTP)"


def verdict(probes: Mapping[str, Probe], chosen: str, *, project: str | None) -> list[str]:
    """Return what is wrong with the place that calls go to, and which would work; [] when all is well.

    Args:
        probes: What the addresses answered.
        chosen: The place that calls go to.
        project: The project key to test with; None for none.
    """
    mine = probes.get(chosen)
    if mine is not None and mine.accepted:
        return []
    others = [place for place, probe in probes.items() if place != chosen and probe.accepted]
    if others:
        right = others[0]
        said = f"the key belongs to region {right}, and calls go to {chosen}: "
        return [f"{said}run `midakit login --region {right}`, or set MIDA_REGION={right}"]
    if chosen == "auto":
        return [] if any(one.accepted for one in probes.values()) else [nowhere(probes, project)]
    unreachable = all(one.status is None for one in probes.values())
    if mine is not None and mine.status != 401 and not unreachable:
        return [f"{chosen}: {meaning(mine, project=project)[1]}"]
    return [nowhere(probes, project)]


def nowhere(probes: Mapping[str, Probe], project: str | None) -> str:
    """Why no address takes the key.

    Args:
        probes: What the addresses answered.
        project: The project key to test with; None for none.
    """
    if probes and all(probe.status is None for probe in probes.values()):
        return "no address can be reached from here; the lines above say why"
    if any("belong" in probe.message for probe in probes.values()):
        return "the key belongs to another project: every project has its own, made in its settings"
    if any(probe.status == 404 for probe in probes.values()):
        return f"no project {project!r} for this key: copy the project key again"
    return "no region knows this key: copy it again, or make a new one in the dashboard"
