"""What a container asks about the sandbox inside it."""

import pytest

from midakit.sandbox.health import answers
from support.serving import serving


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (404, False), (503, False)])
def test_only_a_good_answer_is_health(status, healthy):
    """An error is an answer too, and not one of a sandbox that works; it is closed."""
    with serving(lambda asked: (status, {}, b"{}")) as (url, seen):
        assert answers(url) is healthy
    assert [asked.path for asked in seen] == ["/__sandbox__/health"]
