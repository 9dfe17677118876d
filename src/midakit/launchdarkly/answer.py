"""The base of LaunchDarkly's answers, and how their JSON names become ours."""

import json
from collections.abc import Callable
from typing import Any, Literal, Self

import msgspec
from msgspec import Struct

from midakit.core.models.places import Undecoded
from midakit.launchdarkly.decode import loads

_UNDERSCORED = frozenset(
    {"id", "version_id", "links", "creation_date", "version", "attached_flag_count", "site"}
    | {"access", "maintainer", "attached_features"}
)


def camel(name: str, underscored: frozenset[str] = _UNDERSCORED) -> str:
    """Return the JSON name of a field.

    Args:
        name: The name of a field, in snake_case.
        underscored: The fields whose JSON name begins with an underscore.
    """
    first, *rest = name.split("_")
    word = first + "".join(part.capitalize() for part in rest)
    return f"_{word}" if name in underscored else word


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True, rename=camel):
    """The base of whole answers: the decoded fields, and the bytes that the server sent."""

    @classmethod
    def loads(cls, body: bytes, *, on_unknown: Literal["keep", "error"] = "keep") -> Self:
        """Read an answer from the bytes of a body.

        Args:
            body: The body as it came.
            on_unknown: `"error"` refuses undocumented fields and values that do not fit; `"keep"` keeps them.

        Raises:
            NotDecodable: The body is not a JSON object; or it is odd, and `on_unknown` is `"error"`.
        """
        return loads(cls, body, on_unknown=on_unknown)

    @property
    def raw(self) -> dict[str, Any]:
        """The JSON object as it was sent; `{}` for an answer made by hand."""
        found = vars(self).get("_parsed")
        if found is None:
            found = vars(self)["_parsed"] = json.loads(vars(self).get("_body", b"{}"))
        return found if isinstance(found, dict) else {}

    @property
    def extra(self) -> dict[str, Any]:
        """The fields that the server sent and nobody documented."""
        named = set(self.__struct_encode_fields__)
        return {key: value for key, value in self.raw.items() if key not in named}

    @property
    def undecoded(self) -> tuple[Undecoded, ...]:
        """The values that did not fit their fields, with place and reason."""
        found: tuple[Undecoded, ...] = vars(self).get("_undecoded", ())
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object that was sent; for an answer made by hand, the one that its fields make."""
        if "_body" in vars(self):
            return dict(json.loads(vars(self)["_body"]))
        return dict(msgspec.to_builtins(self))

    def __reduce__(self) -> tuple[Any, ...]:
        kept = {key: vars(self)[key] for key in ("_body", "_undecoded") if key in vars(self)}
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return _revive, (type(self), values, kept)

    def __copy__(self) -> "Answer":
        make, arguments = self.__reduce__()
        copy: Answer = make(*arguments)
        return copy


def _revive(cls: Callable[..., Answer], values: dict[str, Any], kept: dict[str, Any]) -> Answer:
    revived = cls(**values)
    vars(revived).update(kept)
    return revived
