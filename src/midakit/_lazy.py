"""Public names that are loaded when they are first used, so that `import midakit` takes almost no time.

A package lists its names once for the program, by the module that holds them, and once for type
checkers, under `TYPE_CHECKING`; a test holds the two lists against each other:

    __all__, __getattr__, __dir__ = lazy(__name__, {"client": "AsyncClient Client", "": "calls"})
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def lazy(
    package: str, homes: Mapping[str, str]
) -> tuple[list[str], Callable[[str], object], Callable[[], list[str]]]:
    """Make a package load its public names when they are first used.

    Args:
        package: The dotted name of the package, its `__name__`.
        homes: The names in each module of the package, separated by blanks. `new=old` gives a name
            of the module another one. Under the empty text stand modules of the package itself.

    Returns:
        What the package calls `__all__`, `__getattr__` and `__dir__`.
    """
    places = {}
    for home, names in homes.items():
        for name in names.split():
            public, _, inner = name.partition("=")
            places[public] = (home, inner or public)

    def load(name: str) -> object:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home, inner = places[name]
        if home:
            value = getattr(import_module(f"{package}.{home}"), inner)
        else:
            value = import_module(f"{package}.{inner}")
        setattr(sys.modules[package], name, value)
        return value

    public_names = sorted(places)
    return public_names, load, lambda: sorted(public_names)
