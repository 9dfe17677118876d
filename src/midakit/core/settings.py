"""Where a setting comes from: explicit argument > environment > profile file > default.

The decisions are pure; `profile` reads the one file there is. Every value remembers its source, so
that errors and `midakit doctor` can say where to look.
"""

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypedDict

from midakit.core.printable import one_line
from midakit.core.secret import Secret
from midakit.core.wire.messages import Origin
from midakit.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from midakit.core.retry import Retry

OnUnknown = Literal["keep", "error"]
"""What happens to fields and values that the contract does not name."""


class ViewOptions(TypedDict, total=False):
    """What a view (`with_options`) may have otherwise than its client."""

    timeout: float
    """Seconds for one attempt: connecting, sending and reading the answer."""
    deadline: float | None
    """Seconds for a whole call with its repeats and pauses; None means no deadline."""
    retry: "Retry | int | None"
    """A `Retry`, or the number of attempts; None means the default of 3."""
    max_body: int | None
    """The longest answer in bytes, unpacked; None means the default of 64 MiB."""
    on_unknown: OnUnknown
    """`keep` accepts fields and values that the contract does not name, `error` refuses them."""


KEYRING = "keyring"
CURRENT = "current"
PROFILES = "profiles.toml"
PROFILE_FILE = "profile file"
"""The source of a setting that stands in a profile."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Setting(NamedTuple):
    """A value and where it came from."""

    value: Any
    source: str


def config_dir(env: Mapping[str, str] | None = None, platform: str = sys.platform) -> "Path":
    """Return the platform's own folder for a user's configuration of midakit.

    Args:
        env: The environment; when left out, that of the process.
        platform: As in `sys.platform`.
    """
    from pathlib import Path

    return Path(_folder(os.environ if env is None else env, platform))


def _folder(env: Mapping[str, str], platform: str = sys.platform) -> str:
    """Return the same as text: pathlib costs more than the rest of what a client without profiles needs."""
    home = os.path.expanduser("~")  # noqa: PTH111
    if platform == "win32":
        base = env.get("APPDATA") or os.path.join(home, "AppData", "Roaming")  # noqa: PTH118
    elif platform == "darwin":
        base = os.path.join(home, "Library", "Application Support")  # noqa: PTH118
    else:
        base = env.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")  # noqa: PTH118
    return os.path.join(base, "midakit")  # noqa: PTH118


def _is_without_profiles() -> bool:
    return not os.path.exists(os.path.join(_folder(os.environ), PROFILES))  # noqa: PTH110, PTH118


def profiles_path(env: Mapping[str, str] | None = None) -> "Path":
    """Return the path of the file that holds the profiles.

    Args:
        env: The environment; when left out, that of the process.
    """
    return config_dir(env) / PROFILES


def read_profiles(path: "Path | None" = None) -> dict[str, Any]:
    """Return what the profile file holds: one table per profile, and `current`, the name in use.

    Args:
        path: The file; when left out, the user's.

    Returns:
        The parsed file; empty where there is none.

    Raises:
        ConfigurationError: The file cannot be read.
    """
    if path is None and _is_without_profiles():
        return {}
    path = path or profiles_path()
    if not path.exists():
        return {}
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from None


def profile_name(
    explicit: str | None,
    *,
    env: Mapping[str, str] | None = None,
    path: "Path | None" = None,
) -> Setting:
    """Return which profile to use: argument, MIDA_PROFILE, the file's `current`, or none.

    Args:
        explicit: The argument's value, or None.
        env: The environment; when left out, that of the process.
        path: The profile file; when left out, the user's.
    """
    found = resolve(CURRENT, explicit, variable="MIDA_PROFILE", env=env)
    if found.value:
        return found
    stored = resolve(CURRENT, None, profile=read_profiles(path))
    return stored if stored.value is None else stored._replace(value=str(stored.value))


def read_profile(name: str | None, path: "Path | None" = None) -> dict[str, Any]:
    """Return the settings of one profile.

    Args:
        name: Its name; None stands for `default`, which may be missing.
        path: The profile file; when left out, the user's.

    Raises:
        ConfigurationError: There is no profile of that name.
    """
    if path is None and name is None and _is_without_profiles():
        return {}
    path = path or profiles_path()
    chosen, names = _table(name or "default", path)
    if not names and name is not None and not path.exists():
        raise ConfigurationError(
            f"profile {name!r}: there is no profile file at {path}", setting="profile"
        )
    if chosen is not None:
        return chosen
    if name is not None:
        raise ConfigurationError(
            f"profile {name!r} is not in {path}; it has: {', '.join(names) or 'none'}",
            setting="profile",
        )
    return {}


def _table(name: str, path: "Path") -> tuple[dict[str, Any] | None, list[str]]:
    """Return one profile, or None, and the names of all; the others' keys stay here."""
    known = {key: one for key, one in read_profiles(path).items() if isinstance(one, dict)}
    return known.get(name), sorted(known)


def hidden(value: Any) -> Any:
    """Return a key as a `Secret`, which no traceback shows.

    Args:
        value: A key, None or `keyring`; the latter two come back unchanged.
    """
    known = value is None or value == KEYRING or isinstance(value, Secret)
    return value if known else Secret(str(value))


def resolve(
    name: str,
    explicit: Any,
    *,
    variable: str | None = None,
    env: Mapping[str, str] | None = None,
    profile: Mapping[str, Any] | None = None,
    default: Any = None,
) -> Setting:
    """Return a setting from the first source that has a value, empty ones left out.

    Args:
        name: Its name in a profile.
        explicit: The argument's value; None where it was not given.
        variable: Its environment variable.
        env: The environment; when left out, that of the process.
        profile: The settings of the profile in use.
        default: What holds where no source has a value.
    """
    env = os.environ if env is None else env
    if explicit is not None:
        return Setting(explicit, "argument")
    if variable and env.get(variable):
        return Setting(env[variable], f"environment variable {variable}")
    if profile and profile.get(name) not in (None, ""):
        return Setting(profile[name], PROFILE_FILE)
    return Setting(default, "default")


def of_profile(key: str, explicit: Any, profile: Mapping[str, Any], default: Any = None) -> Setting:
    """Return a setting that profiles hold too: argument, `MIDA_...`, the profile, or the default.

    Args:
        key: Its name in a profile, such as `region`.
        explicit: The argument's value; None where it was not given.
        profile: The settings of the profile in use.
        default: What holds where no source has a value.
    """
    variable = f"MIDA_{key.upper()}"
    return resolve(key, explicit, variable=variable, profile=profile, default=default)


def from_keyring(setting: Setting, profile_name: str | None, account: str = "api_key") -> Setting:
    """Return a key from the system's keyring where a profile says `api_key = "keyring"`.

    Args:
        setting: What the profile holds.
        profile_name: The profile's name; None stands for `default`.
        account: The setting's name, which is part of the entry's name.

    Returns:
        The key, or the setting unchanged where it does not point to the keyring.

    Raises:
        ConfigurationError: The keyring holds no such entry, or cannot be read.
    """
    if setting.value != KEYRING or setting.source != PROFILE_FILE:
        return setting
    from midakit.core.extras import need

    entry = f"{profile_name or 'default'}:{account}"
    keyring = need("keyring", extra="cli")
    try:
        value = keyring.get_password("midakit", entry)
    except Exception as error:  # what a backend likes: none is there, no bus, locked, cancelled
        raise ConfigurationError(
            f"{account}: the keyring cannot be read: {one_line(error) or type(error).__name__}; "
            "give the key in another way, or log in again with `--plain`",
            setting=account,
        ) from error
    if not value:
        raise ConfigurationError(
            f"the keyring has no entry {entry!r} of midakit; log in again", setting=account
        )
    return Setting(value, "keyring")


def parse_base_url(url: str, *, source: str = "base_url", suffix: str = "") -> tuple[Origin, str]:
    """Return the origin and the path prefix of a base URL.

    Args:
        url: It must be https, except on loopback.
        source: Where it came from, for errors.
        suffix: What the path ends with; it is added where it is missing, as with `/v2`.

    Raises:
        ConfigurationError: The URL cannot be used; the error says why.
    """
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url.strip())
    except (AttributeError, ValueError):  # what is no text, and brackets that do not close
        raise ConfigurationError(f"{source}: it is not a URL") from None
    if parts.username or parts.password:
        raise ConfigurationError(f"{source}: it must not hold a user name or a password")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"{source}: {url!r} is not an http(s) URL")
    if parts.query or parts.fragment:
        raise ConfigurationError(f"{source}: it must not hold a query or a fragment")
    if not _is_host(parts.hostname):
        raise ConfigurationError(f"{source}: {parts.hostname!r} is not the name of a host")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ConfigurationError(
            f"{source}: {parts.hostname} needs https; http would show the key to the network "
            "(loopback alone may use it)"
        )
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise ConfigurationError(f"{source}: the port of {url!r} is not a number") from None
    prefix = parts.path.rstrip("/")
    if not prefix.isascii() or not prefix.isprintable() or " " in prefix:
        raise ConfigurationError(f"{source}: the path of {url!r} must be percent-encoded")
    if suffix and not prefix.endswith(suffix):
        prefix += suffix
    return Origin(parts.scheme, parts.hostname, port), prefix


def _is_host(name: str) -> bool:
    if name.isascii():
        return name.isprintable() and " " not in name
    try:
        name.encode("idna")
    except UnicodeError:
        return False
    return True


def url_of(setting: Setting, name: str = "base_url", *, suffix: str = "") -> tuple[Origin, str]:
    """Return the origin and the path prefix of an address in a setting.

    Args:
        setting: The address, and where it came from.
        name: The setting's name, for errors.
        suffix: What the path ends with; it is added where it is missing.

    Raises:
        ConfigurationError: The URL cannot be used; the error names the setting and says why.
    """
    return parse_base_url(setting.value, source=f"{name} (from {setting.source})", suffix=suffix)


def whole_bytes(setting: Setting) -> int | None:
    """Return a number of bytes, or None where no source has one.

    Args:
        setting: What `of_profile` found for `max_body`.

    Raises:
        ConfigurationError: It is not a number above 0.
    """
    if setting.value is None:
        return None
    return whole("max_body", setting.value, source=setting.source)


def whole(name: str, value: Any, *, source: str = "argument") -> int:
    """Return a whole number from 1 up.

    Args:
        name: The setting's name, for the error.
        value: The setting as given, or as text from the environment or the profile.
        source: Where it came from, for the error.

    Raises:
        ConfigurationError: It is not such a number.
    """
    number = positive(name, value, source=source)
    if not number.is_integer():
        raise ConfigurationError(
            f"{name}: {value!r} (from {source}) is not a whole number from 1 up"
        )
    return int(number)


def positive(name: str, value: Any, *, source: str = "argument") -> float:
    """Return a number above 0.

    Args:
        name: The setting's name, for the error.
        value: The setting as given, or as text from the environment or the profile.
        source: Where it came from, for the error.

    Raises:
        ConfigurationError: It is not such a number.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 < number < float("inf"):
        raise ConfigurationError(f"{name}: {value!r} (from {source}) is not a number above 0")
    return number
