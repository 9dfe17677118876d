"""Which variant a visitor gets [choice 25]: a hash of salt, id and uuid, as a number in [0, 1).

Salt `x` places the visitor in an exclusion group, `a` in or out of the traffic allocation, `v` in a
variant; three salts make the three decisions independent of each other.
"""

import hashlib
from collections.abc import Sequence
from typing import Any


def bucket(salt: str, number: int, uuid: str) -> float:
    """Return the visitor's place in [0, 1) for one decision.

    Args:
        salt: Which decision it is: `x`, `a` or `v`.
        number: The id of the experiment, or of the exclusion group.
        uuid: The visitor's uuid.

    Returns:
        A number that is uniform over visitors, and always the same for these three.
    """
    digest = hashlib.sha256(f"{salt}:{number}:{uuid}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def variant_for(uuid: str, experiment: dict[str, Any], shares: Sequence[float]) -> int | None:
    """Return the variant that a visitor is assigned to.

    Args:
        uuid: The visitor's uuid.
        experiment: The stored experiment.
        shares: One share per variant, control first; they need not sum to 1.

    Returns:
        The index of the variant, or None when the visitor does not enter the experiment.
    """
    group = experiment.get("exclusion_group")
    if group and not group["start"] <= bucket("x", group["group_id"], uuid) < group["end"]:
        return None
    test_id = experiment["test_id"]
    if bucket("a", test_id, uuid) * 100 >= experiment["traffic_allocation"]:
        return None
    if (winner := experiment.get("serving_variant_id")) is not None:
        ids = [str(one["variant_id"]) for one in experiment["variants"]]
        return ids.index(str(winner)) if str(winner) in ids else None
    point, edge = bucket("v", test_id, uuid) * sum(shares), 0.0
    for place, share in enumerate(shares):
        edge += share
        if point < edge:
            return place
    return max(place for place, share in enumerate(shares) if share > 0)
