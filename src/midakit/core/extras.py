"""Optional dependencies: imported on first use, with an error that names the extra."""

from importlib import import_module
from typing import Any

from midakit.errors import MissingExtra


def need(module: str, *, extra: str) -> Any:
    """Import a module of an extra, or say how to install it.

    Args:
        module: Its dotted name.
        extra: The extra of midakit that brings it.

    Returns:
        The module.

    Raises:
        MissingExtra: It is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        if error.name is not None and error.name.partition(".")[0] != module.partition(".")[0]:
            raise  # the module is there and something else it needs is not: do not hide that
        raise MissingExtra(
            f"{module} is not installed; run: pip install 'midakit[{extra}]'", name=module
        ) from error
