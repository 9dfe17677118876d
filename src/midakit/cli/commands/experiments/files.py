"""Experiments from YAML or JSON files."""

from typing import Literal

from midakit.cli.input.arguments import Changes, File, Percent, TestId, given, need_one
from midakit.cli.input.documents import check_fields, read_mapping
from midakit.cli.options import current
from midakit.cli.output.print_answer import done, note, write
from midakit.cli.support.session import client
from midakit.errors import InvalidRequest
from midakit.mida import calls

State = Literal["draft", "live", "inactive"]

TEMPLATE = """\
# midakit experiments create FILE
test_name: Shorter headline
url: https://shop.example.com/
status: draft                  # draft, live or inactive
variants:                      # the treatments; Control is always there
  - nickname: Short
    customCSS: "h1 { font-size: 2rem }"
primary_goal:                  # or primary_goal_key: a goal that exists
  goal_name: Order placed
  goal_type: pageview
  goal_value: /thank-you
configuration:
  traffic_allocation: 100      # percent of visitors in the test
targeting:
  device_rule: [mobile]
"""


def template() -> None:
    """Print an experiment to start from.

    $ midakit experiments template > test.yaml
    """
    write(TEMPLATE)


def create(
    file: File,
    /,
    *,
    status: State | None = None,
) -> int:
    """Make an experiment from a YAML or JSON file; a draft, unless the file says otherwise.

    The fields are those of `mida.experiments.create`; `midakit experiments template` prints some.
    With --quiet only the new id is printed.

    $ midakit experiments create test.yaml
    $ midakit experiments template | midakit experiments create - --quiet

    Args:
        file: YAML or JSON file with the experiment; - reads stdin.
        status: State of the new experiment, instead of the one in the file; live starts it immediately.
    """
    fields = read_mapping(file)
    check_fields(fields, calls.experiments.create)
    if status:
        fields["status"] = status
    for name in ("test_name", "variants"):
        if name not in fields:
            raise InvalidRequest(name, f"is missing in {file}")
    with client() as mida:
        made = mida.experiments.create(**fields)
    for warning in made.warnings:
        note(f"warning: {warning}")
    if made.status == "draft" and current().format == "text":
        note(f"`midakit experiments start {made.test_id}` starts it")
    return done(made, f"created experiment {made.test_id} ({made.status})", made.test_id)


def update(
    test_id: TestId,
    file: Changes = None,
    /,
    *,
    name: str | None = None,
    url: str | None = None,
    traffic: Percent = None,
    tag: list[str] | None = None,
) -> int:
    """Change parts of an experiment, from a file or by options; what is left out stays.

    $ midakit experiments update 1001 --name "Shorter headline" --traffic 50
    $ echo 'targeting: {device_rule: [mobile]}' | midakit experiments update 1001 -

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
        file: YAML or JSON file with the fields to change; - reads stdin.
        name: New name, as the dashboard shows it.
        url: New address of the page that the editor opens.
        traffic: Percentage of visitors who enter the experiment.
        tag: One tag; repeat the option for more. They replace all stored ones.
    """
    changes = read_mapping(file) if file else {}
    check_fields(changes, calls.experiments.update, "test_id")
    changes |= given(test_name=name, url=url, tags=tag)
    if traffic is not None:
        shared = changes.get("configuration", {})
        if not isinstance(shared, dict):
            raise InvalidRequest("configuration", "must be an object: names and their values")
        changes["configuration"] = {**shared, "traffic_allocation": traffic}
    need_one(changes, "FILE", "--name", "--url", "--traffic", "--tag")
    with client() as mida:
        reply = mida.experiments.update(test_id, **changes)
    return done(reply, f"changed experiment {test_id}: {', '.join(changes)}", test_id)
