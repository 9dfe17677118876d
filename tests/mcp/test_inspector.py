"""The inspector of the protocol's own project, in its command-line mode, accepts the server."""

import json
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.soak

PACKAGE = "@modelcontextprotocol/inspector@0.17"


@pytest.fixture(scope="module")
def inspect(tmp_path_factory):
    """Ask the server one thing: `inspect("tools/list")`."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("inspector")
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, PACKAGE]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the npm registry cannot be reached: {done.stderr[-200:]}")
    program = folder / "node_modules" / ".bin" / "mcp-inspector"

    def ask(method, *words):
        server = [sys.executable, "-m", "midakit.cli", "mcp", "--sandbox", "--write"]
        asked = [program, "--cli", *server, "--method", method, *words]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


def test_it_lists_tools_prompts_and_resources(inspect):
    tools = inspect("tools/list")["tools"]
    assert len(tools) == 9
    assert all(one["outputSchema"]["type"] == "object" for one in tools)
    assert len(inspect("prompts/list")["prompts"]) == 3
    assert inspect("resources/templates/list")["resourceTemplates"][0]["uriTemplate"] == (
        "midakit://report/{test_id}"
    )


def test_it_calls_a_tool_and_gets_the_structure_that_was_promised(inspect):
    found = inspect("tools/call", "--tool-name", "explain_experiment", "--tool-arg", "test_id=1001")
    assert found["structuredContent"]["name"] == "Homepage headline"
    assert json.loads(found["content"][0]["text"]) == found["structuredContent"]
