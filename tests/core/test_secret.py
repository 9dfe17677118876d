"""A key is seen by nobody."""

import copy
import logging
import pickle
import traceback

import pytest

from midakit import ConfigurationError
from midakit.core.secret import Secret

KEY = "mida-secret-0123456789"


def test_no_way_of_printing_shows_it():
    """repr, str and format give the mask."""
    secret = Secret(KEY)
    for shown in (
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>10}",
        f"{secret!r}",
    ):
        assert KEY not in shown
        assert "***" in shown


def test_a_pickle_leaves_it_out_and_says_so():
    """A worker process that unpickles a client must bring its own key."""
    pickled = pickle.dumps(Secret(KEY))
    assert KEY.encode() not in pickled
    with pytest.raises(ConfigurationError, match="left out"):
        pickle.loads(pickled).reveal()


def test_copies_in_the_process_keep_it():
    """copy and deepcopy give the same secret."""
    secret = Secret(KEY)
    assert copy.deepcopy({"key": secret})["key"].reveal() == KEY
    assert copy.copy(secret) == secret


def test_tracebacks_with_locals_do_not_show_it():
    """A crash reporter that prints local variables prints the mask."""
    secret = Secret(KEY)
    try:
        assert secret.reveal() == "something else"[: len(secret.__slots__)]
    except AssertionError as error:
        shown = "".join(
            traceback.TracebackException.from_exception(error, capture_locals=True).format()
        )
    assert "***" in shown
    assert f"secret = Secret('{KEY}')" not in shown


def test_logs_do_not_show_it(caplog):
    """Logging a secret logs the mask."""
    with caplog.at_level(logging.INFO):
        logging.getLogger("t").info("key %s %r", Secret(KEY), Secret(KEY))
    assert KEY not in caplog.text


def test_equality_and_scrubbing():
    """Secrets compare by value, and clean a text of themselves."""
    assert Secret(KEY) == Secret(KEY)
    assert Secret(KEY) != Secret("other")
    assert Secret(KEY).scrub(f"bad key {KEY}!") == "bad key ***!"
