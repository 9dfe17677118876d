"""Answers to reads are kept, and nobody can tell but by the time they take."""

import pytest

from support.api import Api

READS = ("/experiment/1001", "/experiments", "/experiment/1001/distribution", "/goals", "/goal/101",
         "/experiment/1001/preview-urls", "/experiment/1001/share-link", "", "/projects",
         "/configuration", "/account/members", "/exclusion-groups",
         "/experiment/1001/discussion")  # fmt: skip


@pytest.mark.parametrize("path", READS)
def test_a_second_read_is_the_same_to_the_byte(api, path):
    """Status, headers and body of the second answer are those of the first; both are in the log."""
    count = len(api.sandbox.requests())
    answers = [api.http.get(f"/project/{api.project}{path}") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(set(answer.headers.items()) - {("date", answer.headers.get("date"))}))
                for answer in answers}) == 1  # fmt: skip
    seen = api.sandbox.requests()[count:]
    assert [one["status"] for one in seen] == [200, 200, 200]


def test_every_write_and_a_reset_are_seen_at_once(api, sandbox):
    """A change of the experiment, and taking it back, show in the very next read."""
    for name in ("One", "Two"):
        assert api.get("/experiment/1001")["experiment"]["test_name"] != name
        api.patch("/experiment/1001", {"test_name": name})
        assert api.get("/experiment/1001")["experiment"]["test_name"] == name
    sandbox.reset()
    assert api.get("/experiment/1001")["experiment"]["test_name"] == "Homepage headline"


def test_a_kept_answer_is_not_for_everybody(api, sandbox):
    """Another key, no key, another person, another host and a fault get answers of their own."""
    path = f"/project/{api.project}/experiment/1001"
    assert api.http.get(path).status_code == 200
    assert api.http.get(path, headers={"x-api-key": "wrong"}).status_code == 401
    assert api.http.get(path, headers={"x-sandbox-fault": "status;code=503"}).status_code == 503
    access = f"/project/{api.project}/account/my-access"
    alone, person = (
        api.http.get(access, headers=headers).json()
        for headers in ({}, {"x-sandbox-user": "mei@example.com"})
    )
    assert alone["role"] is None
    assert person["role"] is not None
    link = f"/project/{api.project}/experiment/1001/share-link"
    links = {api.http.get(link, headers={"host": host}).json()["share_link"]
             for host in ("localhost:1", "localhost:2")}  # fmt: skip
    assert len(links) == 2
    with Api(sandbox) as other:
        assert other.get("/experiment/1001")["success"]
