"""The cache of answers, held against a plain model of it."""

from hypothesis import given
from hypothesis import strategies as st

from midakit.delivery.answer_cache import AnswerCache

FRESH, STALE = 10.0, 5.0


def test_an_answer_is_fresh_then_stale_then_gone():
    """The edges: up to but not at the end of each time."""
    cache = AnswerCache(9, FRESH, STALE)
    cache.put("k", "v", 100.0)
    assert cache.fresh("k", 109.999) == "v"
    assert cache.fresh("k", 110.0) is None
    assert cache.usable("k", 114.999) == "v"
    assert cache.usable("k", 115.0) is None
    assert cache.fresh("other", 0.0) is None
    assert cache.usable("other", 0.0) is None


def test_an_answer_that_was_true_before_ages_from_then():
    """An answer of 8 seconds ago is fresh for 2 more."""
    cache = AnswerCache(9, FRESH, STALE)
    cache.put("k", "v", 100.0, age=8.0)
    assert cache.fresh("k", 101.9) == "v"
    assert cache.fresh("k", 102.0) is None


def test_using_an_answer_saves_it_from_being_pushed_out():
    """Of three in a cache for two, the one that was used last stays."""
    cache = AnswerCache(2, FRESH, STALE)
    cache.put("a", 1, 0.0)
    cache.put("b", 2, 0.0)
    cache.fresh("a", 0.0)
    cache.put("c", 3, 0.0)
    assert [cache.fresh(key, 0.0) for key in "abc"] == [1, None, 3]
    cache.drop("a")
    cache.drop("a")
    assert len(cache) == 1
    cache.clear()
    assert len(cache) == 0


steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "fresh", "usable", "drop"]), st.integers(0, 5), st.integers(0, 7)
    ),
    max_size=60,
)


@given(st.integers(1, 4), steps)
def test_it_does_what_a_plain_list_does(size, walked):
    """Whatever is put, read and dropped, a list of pairs in the order of use says the same."""
    cache, model, now = AnswerCache(size, FRESH, STALE), [], 0.0
    for step, key, seconds in walked:
        now += seconds
        found = next((entry for entry in model if entry[0] == key), None)
        if step == "put":
            model = [entry for entry in model if entry[0] != key] + [(key, now, now)]
            model = model[-size:]
            cache.put(key, now, now)
        elif step == "drop":
            model = [entry for entry in model if entry[0] != key]
            cache.drop(key)
        elif step == "fresh":
            good = found is not None and now < found[2] + FRESH
            assert cache.fresh(key, now) == (found[1] if good else None)
            if good:
                model = [entry for entry in model if entry[0] != key] + [found]
        else:
            good = found is not None and now < found[2] + FRESH + STALE
            assert cache.usable(key, now) == (found[1] if good else None)
        assert len(cache) == len(model)
