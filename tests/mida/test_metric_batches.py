"""Metric batches put back together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import stats
from midakit.mida.metric_batches import UnmatchedNumbers, batches, match_numbers, merge


def definition(index):
    return {
        "metric_key": f"m{index}",
        "metric_text": f"goal_{index}",
        "name": f"M{index}",
        "type": 2,
    }


def answer(asked, total, *, numbering, definitions, variants=("0", "1")):
    """What a server that reads the contract this way would send."""
    number = {
        index: index + 1 if numbering == "whole" else place + 1 for place, index in enumerate(asked)
    }
    named = range(total) if definitions == "all" else asked
    return {
        "success": True,
        "test_id": 1,
        "metric_count": total,
        "metric_definitions": [definition(index) for index in named],
        "metrics": [
            {
                "variant_id": v,
                "total": 100,
                **{f"result_{number[i]}": 10 * i + int(v) for i in asked},
            }
            for v in variants
        ],
    }


@given(
    st.integers(1, 25),
    st.integers(1, 10),
    st.sampled_from(["whole", "place"]),
    st.sampled_from(["all", "batch"]),
    st.randoms(),
)
def test_every_reading_of_the_contract_merges_to_the_same_table(
    total, size, numbering, definitions, random
):
    """Whichever way the server numbers, each value lands under its own definition."""
    parts = [
        (asked, answer(asked, total, numbering=numbering, definitions=definitions))
        for asked in batches(total, size)
    ]
    random.shuffle(parts)
    merged = merge(parts, total)
    assert [d["metric_key"] for d in merged["metric_definitions"]] == [
        f"m{i}" for i in range(total)
    ]
    for row in merged["metrics"]:
        for index in range(total):
            assert row[f"result_{index + 1}"] == 10 * index + int(row["variant_id"])


def test_numbers_that_fit_no_reading_are_refused():
    """A guess could put a figure under the wrong name."""
    with pytest.raises(UnmatchedNumbers):
        match_numbers([3, 4], [definition(3), definition(4)], [7, 8], total=10)


def test_a_number_that_fits_both_readings_is_read_as_its_definitions_are():
    """Of three metrics the last two were asked for: `result_2` is either of them."""
    every = [definition(index) for index in range(3)]
    assert match_numbers([1, 2], every, [2], total=3)[2] == 1
    assert match_numbers([1, 2], every[1:], [2], total=3)[2] == 2


def test_a_missing_batch_leaves_a_gap_not_a_shift():
    """Numbers stay those of the whole list when a group is missing."""
    parts = [([0, 1], answer([0, 1], 6, numbering="whole", definitions="batch")),
             ([4, 5], answer([4, 5], 6, numbering="whole", definitions="batch"))]  # fmt: skip
    merged = merge(parts, 6)
    assert set(merged["metrics"][0]) == {
        "variant_id",
        "total",
        "result_1",
        "result_2",
        "result_5",
        "result_6",
    }


def test_visitors_are_those_of_the_latest_answer():
    """On a live site some come between the answers, and a metric of every visitor is no more than all."""
    parts = [([at], answer([at], 3, numbering="whole", definitions="all")) for at in range(3)]
    for visitors, (_, body) in zip((100, 102, 101), parts, strict=True):
        body["metrics"][1] |= (
            {"total": visitors, "result_2": 102} if visitors == 102 else {"total": visitors}
        )
    merged = merge(parts, 3)
    assert [row["total"] for row in merged["metrics"]] == [100, 102]
    assert stats.secondary(merged)[1].reason is None


@given(st.integers(0, 100), st.integers(1, 20))
def test_batches_cover_everything_once(total, size):
    """No index is asked for twice, none is left out."""
    assert [index for asked in batches(total, size) for index in asked] == list(range(total))
