"""The plan as a stream: batches of calls, a checkpoint that knows its place, and an end."""

import shutil

import pytest

from support.engines import frame, of_frame, reports, streamed
from support.spark import MARKS

pytestmark = [*MARKS, pytest.mark.filterwarnings("ignore::FutureWarning")]


def test_a_stream_works_the_plan_off_in_batches_and_ends(spark, sandbox, tmp_path):
    """Six calls, two a batch, two or three rows each; run again, it knows that it is done and asks nothing."""
    ids = "1001,1002,1003,1004,1005,1006"
    sizes = streamed(spark, tmp_path, "results", requests_per_trigger=2, test_ids=ids)
    assert sizes[:3] == [4, 4, 5]
    sink = spark.read.parquet(str(tmp_path / "sink"))
    plan = frame(spark, "results", plan=str(tmp_path / "plan"), end_date=None)
    assert of_frame(sink) == of_frame(plan)
    before = sandbox.requests()[-1]["number"]
    assert sum(streamed(spark, tmp_path, "results", requests_per_trigger=2, test_ids=ids)) == 0
    assert sandbox.requests(before) == []


def test_a_checkpoint_and_another_plan_do_not_mix(spark, tmp_path):
    """The plan was lost and made anew, with other calls: an error, not rows from anywhere."""
    streamed(spark, tmp_path, "results", test_ids="1001,1002")
    shutil.rmtree(tmp_path / "plan")
    with pytest.raises(Exception, match="a checkpoint and its plan belong together"):
        streamed(spark, tmp_path, "results", test_ids="1001,1002,1003")


def test_a_stream_without_a_place_for_its_plan_is_refused(spark, tmp_path):
    """A restart could not know where it was."""
    found = frame(spark, "results", stream=True)
    with pytest.raises(Exception, match="a stream needs a place for its frozen plan"):
        found.writeStream.format("noop").option("checkpointLocation", str(tmp_path)).trigger(
            availableNow=True
        ).start().awaitTermination()


def test_a_call_that_fails_stops_the_stream_where_it_is(spark, sandbox, tmp_path):
    """What was committed stays; when the server is well again, the rest follows and nothing twice."""
    sandbox.faults({"action": "status", "args": {"code": 400}, "path": "1003/result$"})
    options = {"test_ids": "1001,1002,1003,1004", "requests_per_trigger": 1}
    with pytest.raises(Exception, match="'test_id': '1003'"):
        streamed(spark, tmp_path, "results", **options)
    sandbox.clear_faults()
    before = sandbox.requests()[-1]["number"]
    streamed(spark, tmp_path, "results", **options)
    assert [seen.split("/")[5] for seen in reports(sandbox, before)] == ["1003", "1004"]
    sink = spark.read.parquet(str(tmp_path / "sink"))
    plan = frame(spark, "results", plan=str(tmp_path / "plan"), end_date=None)
    assert of_frame(sink) == of_frame(plan)
