"""Write docs/reference/sandbox-settings.md from the fields of the sandbox's settings."""

import sys
from pathlib import Path

from midakit.sandbox.setting_sources import SandboxSetting, all_settings
from midakit.sandbox.settings import ServeSettings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "sandbox-settings.md"
HEAD = """# Sandbox settings

Each setting has one meaning and four places: a keyword of `Sandbox(...)`, an option of `midakit sandbox serve`, an
environment variable, and a key of the TOML file that `--config` or `MIDAKIT_SANDBOX_CONFIG` names. Options override
variables, and variables override the file. An empty variable counts as not set; the word `none` stands for none.

```toml
# sandbox.toml
visitors = 20000
hosts = ["sandbox.example.com"]

[api_keys]
second = "SANDBOXxPROJECTxKEY002"
```

```console
midakit sandbox serve --port 4010 --config sandbox.toml
```

On the command line and in variables, a list is written with commas and pairs as `KEY=PROJECT,KEY=PROJECT`.

| Python | Option | Variable | Key of the file | Default | What it does |
|---|---|---|---|---|---|
"""


def _row(one: SandboxSetting) -> str:
    """Return the row of a setting."""
    own = one.name in ServeSettings.__dataclass_fields__
    empty = one.default in (None, (), {})
    default = (
        "" if empty else str(one.default).lower() if isinstance(one.default, bool) else one.default
    )
    option = "--no-personalization" if one.default is True else one.option
    cells = (
        "" if own else f"`{one.name}`",
        f"`{option}`",
        f"`{one.variable}`",
        f"`{one.word}`",
        default,
        one.text,
    )
    return f"| {' | '.join(map(str, cells))} |"


def page() -> str:
    """Return the whole page as Markdown."""
    return HEAD + "\n".join(map(_row, all_settings())) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text() == page() else f"{PAGE} is not what the settings say")
    PAGE.write_text(page())
