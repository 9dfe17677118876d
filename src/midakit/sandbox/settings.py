"""The settings of a sandbox, each written once.

From the fields below, with their types, defaults and docstrings, come the keywords of `Sandbox`, the
options of `midakit sandbox serve`, the variables `MIDAKIT_SANDBOX_...`, the keys of the settings
file, and the page of the documentation (`setting_sources.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

LIMITED_PLANS = (300, 305)


class SettingsOptions(TypedDict, total=False):
    """The fields of `Settings` as keywords of `Sandbox`; a path may be text too."""

    host: str
    port: int
    seed: int | None
    visitors: int
    experiments: int | None
    days: int
    projects: int
    import_file: Path | str | None
    data_dir: Path | str | None
    api_key: str
    access_token: str
    api_keys: Mapping[str, str]
    plan: int | None
    personalization: bool
    build_seconds: float
    fault_seed: int
    ld_rate_limit: int | None
    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    tls: bool
    tls_cert: Path | str | None
    tls_key: Path | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to serve: the address, the data, and the account's plan and features.

    Example:
        from midakit.sandbox import Settings

        with Sandbox(Settings(seed=7, visitors=100, projects=1)) as shop:
            print(shop.settings.days)
    """

    host: str = "127.0.0.1"
    """The address to listen on; this machine alone unless you change it."""
    port: int = 0
    """The port to listen on; 0 takes a free one."""
    seed: int | None = 42
    """The seed of the made-up data; none makes up nothing."""
    visitors: int = 10_000
    """How many visitors to make up, in all projects together."""
    experiments: int | None = None
    """How many experiments to make up; none makes those that the documentation describes."""
    days: int = 56
    """The days that the visitors come on; the last one is 19 May 2026."""
    projects: int = 2
    """How many projects to make up."""
    import_file: Path | None = None
    """JSON lines to load in place of made-up data."""
    data_dir: Path | None = None
    """A folder to keep the data in; without it they are in memory."""
    api_key: str = "sandbox"
    """The API key that opens the seeded or imported projects."""
    access_token: str = "sandbox"  # noqa: S105 -- a public default of a local test server
    """The access token for the LaunchDarkly metrics."""
    api_keys: Mapping[str, str] = field(default_factory=dict)
    """More keys, each with the project that it opens."""
    plan: int | None = None
    """300 (Sandbox) or 305 (Agency Lite): a plan that allows two live experiments and two goals."""
    personalization: bool = True
    """Whether the account has personalization campaigns."""
    build_seconds: float = 60.0
    """How long a campaign works on one account, by the sandbox's clock."""
    fault_seed: int = 0
    """The seed of the chances that decide about faults."""
    ld_rate_limit: int | None = None
    """LaunchDarkly requests allowed per ten seconds; none is no limit."""
    hosts: tuple[str, ...] = ()
    """More host names to answer to, such as sandbox.example.com or .lab.example.com; * is any."""
    origins: tuple[str, ...] = ()
    """More web origins whose pages may call, such as https://app.example.com; * is any."""
    tls: bool = False
    """Serve https with a certificate that is made for this run; needs the extra sandbox-tls."""
    tls_cert: Path | None = None
    """Serve https with this certificate (PEM)."""
    tls_key: Path | None = None
    """The key of the certificate (PEM), if it is in another file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """How the process of `midakit sandbox serve` tells that it is ready, and how it ends."""

    ready_json: bool = False
    """Print one line of JSON when requests are answered, in place of words."""
    ready_file: Path | None = None
    """Write this line to a file too, which is removed at the end."""
    grace: float = 5.0
    """Seconds that requests in flight get to finish when the process is asked to end."""
