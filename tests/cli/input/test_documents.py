"""YAML and JSON are read as written, and only their safe half."""

import io
import sys

import pytest

from midakit.cli.input.documents import read_text
from midakit.cli.options import STDIN
from midakit.errors import InvalidRequest


def test_files_are_read_as_written_and_only_the_safe_half(shop, home, midakit):
    """Broken YAML names its line, unknown fields the one meant, tags and aliases are refused."""
    for text, words in (
        ("test_name: [x\n", "test.yaml: line 2, column 1"),
        ("test_nam: x", "did you mean test_name?"),
        ("- 1", "must contain one object"),
        ("test_name: !!python/object/apply:os.system [ls]", "line 1"),
        ("a: &x [1]\nb: *x", "YAML aliases are not supported"),
        ("url: a\nurl: b", "'url' is given twice"),
        ("url: a", "test_name: is missing in test.yaml"),
        ("? [a]\n: b", "test.yaml: line 1, column 3: a name must be text"),
        ("[" * 100_000, "is nested too deeply"),
    ):
        (home / "test.yaml").write_text(text)
        done = midakit("experiments", "create", "test.yaml")
        assert done.code == 2, done
        assert words in done.err
    (home / "test.yaml").write_bytes(b"\xff\xfe")
    assert "test.yaml: is not UTF-8 text" in midakit("experiments", "create", "test.yaml").err


@pytest.mark.parametrize(
    ("text", "said"), [(b"\xff", "is not UTF-8"), (b"#" * 5_000_001, "is larger")]
)
def test_what_is_wrong_with_stdin_is_told_of_stdin(
    text: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not of the sign that stands for it inside."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    with pytest.raises(InvalidRequest, match=f"^stdin: {said}"):
        read_text(STDIN)


def test_json_and_stdin_are_files_too(shop, home, midakit):
    """A JSON file, a YAML file and stdin make the same experiment."""
    words = midakit.good("experiments", "template").out
    made = midakit.good("experiments", "create", "-", "--json", stdin=words).json
    body = '{"test_name": "J", "url": "https://shop.example.com/", "variants": [{"name": "Variant 1", "data": []}]}'
    (home / "test.json").write_text(body)
    other = midakit.good("experiments", "create", "test.json", "--json").json
    assert other["test_id"] == made["test_id"] + 1
