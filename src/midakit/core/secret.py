"""A value that must not be seen: masked wherever Python prints, formats or pickles it."""

from typing import Any

from midakit.errors import ConfigurationError

MASK = "***"


class Secret:
    """Holds a key. `reveal()` is the only way out, and only the auth header calls it.

    A pickle carries the mask, never the key: a worker process gets its keys from its own environment.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value: str | None = value

    def reveal(self) -> str:
        """Return the key itself.

        Raises:
            ConfigurationError: The secret came out of a pickle, which never holds the key.
        """
        if self._value is None:
            raise ConfigurationError(
                "this key was left out when its client was pickled; "
                "give the worker its own key, for example through MIDA_API_KEY"
            )
        return self._value

    def fits_header(self) -> bool:
        """Say whether the key can be the value of a header, or a part of it: ASCII without spaces."""
        value = self.reveal()
        return value.isascii() and value.isprintable() and bool(value) and " " not in value

    def scrub(self, text: str) -> str:
        """Return text with every occurrence of the key masked.

        Args:
            text: Any text, such as an error's.
        """
        return text.replace(self._value, MASK) if self._value else text

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret) or self._value is None or other._value is None:
            return self is other
        from hmac import compare_digest

        return compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Secret":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _masked, ()


def _masked() -> Secret:
    secret = Secret("")
    secret._value = None
    return secret
