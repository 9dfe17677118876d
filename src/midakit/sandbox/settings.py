"""What a sandbox is told when it starts. Pure data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LIMITED_PLANS = (300, 305)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to serve: the address, the data, and the account's plan and features."""

    host: str = "127.0.0.1"
    port: int = 0
    seed: int | None = 42
    visitors: int = 10_000
    import_file: Path | None = None
    data_dir: Path | None = None
    api_key: str = "sandbox"
    access_token: str = "sandbox"  # noqa: S105 -- a public default of a local test server
    api_keys: Mapping[str, str] = field(default_factory=dict)
    """More keys: API key -> project key."""
    plan: int | None = None
    """300 (Sandbox) and 305 (Agency Lite) allow two live experiments and two goals."""
    personalization: bool = True
    build_seconds: float = 60.0
    """How long a campaign works on one account, by the sandbox's clock."""
    fault_seed: int = 0
    ld_rate_limit: int | None = None
    """LaunchDarkly requests allowed per ten seconds; None is no limit."""
