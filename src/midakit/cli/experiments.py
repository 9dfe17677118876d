"""`midakit experiments`."""

import re
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter
from cyclopts.validators import Number

from midakit.cli.arguments import Changes, File, Percent, TestId, need_one
from midakit.cli.asking import confirm
from midakit.cli.documents import check_fields, read_mapping
from midakit.cli.listing import LIMIT, Everything, Limit, show_pager
from midakit.cli.options import current
from midakit.cli.session import client
from midakit.cli.showing import done, note, show
from midakit.cli.tables import Column, Table, record
from midakit.mida import calls

experiments = App(name="experiments", help="List, show, create, change, serve, delete.")

State = Literal["draft", "live", "inactive"]

COLUMNS = (
    Column("test_id", "ID", "id"),
    Column("test_name", "Name", cut=24),
    Column("status", "Status", "state"),
    Column("is_completed", "Concluded", drop=4),
    Column("serving_variant_id", "Serves", drop=3),
    Column("created_at", "Created", drop=1),
    Column("updated_at", "Updated", drop=5),
    Column("url", "URL", cut=24, drop=2),
)
DETAILS = (
    Column("test_id", "ID"),
    Column("test_name", "Name"),
    Column("status", "Status", "state"),
    Column("url", "URL"),
    Column("is_completed", "Concluded"),
    Column("serving_variant_id", "Serves variant"),
    Column("primary_goal.goal_name", "Goal"),
    Column("primary_goal.goal_type", "Goal type"),
    Column("primary_goal.goal_key", "Goal key"),
    Column("configuration.traffic_allocation", "Traffic", "percent"),
    Column("configuration.distribution", "Split"),
    Column("configuration.is_mab", "Bandit"),
    Column("configuration.start_test_date", "Starts"),
    Column("configuration.end_test_date", "Ends"),
    Column("targeting.devices", "Devices"),
    Column("targeting.browsers", "Browsers"),
    Column("targeting.countries", "Countries"),
    Column("created_at", "Created"),
    Column("updated_at", "Updated"),
)
VARIANTS = (
    Column("report_id", "ID", "id"),
    Column("name", "Variant"),
    Column("nickname", "Nickname", cut=16),
    Column("changes", "Changes", "count"),
    Column("code", "Code"),
)
SHARES = (
    Column("variant_id", "ID", "id"),
    Column("name", "Variant", cut=20),
    Column("traffic_weight", "Share", "percent"),
    Column("variant_status", "Status"),
)
LINKS = (
    Column("variant_id", "ID", "id"),
    Column("name", "Variant", cut=12),
    Column("preview_url", "Preview", wrap=True),
)
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


@experiments.command(name="list")
def list_experiments(
    *,
    status: Annotated[State | None, Parameter(help="Only those in this state.")] = None,
    limit: Limit = LIMIT,
    everything: Everything = False,
) -> int:
    """The account's experiments; a listed one may belong to another project.

    $ midakit experiments list --status live
    $ midakit experiments list --all --csv -o experiments.csv
    """
    with client() as mida:
        return show_pager(
            mida.experiments.list, COLUMNS, what="experiments", limit=limit, everything=everything,
            keep=(lambda one: one.status == status) if status else None,
        )  # fmt: skip


@experiments.command(name="show")
def show_experiment(test_id: TestId, /) -> int:
    """One experiment with its variants, goal, targeting and configuration.

    $ midakit experiments show 1001
    $ midakit experiments show 1001 --json
    """
    with client() as mida:
        found = mida.experiments.get(test_id)
    variants = Table([_variant(one) for one in found.variants or []], VARIANTS, "Variants")
    show(found, record(found, DETAILS), variants)
    return 0


def _variant(variant: Any) -> dict[str, Any]:
    """Reports and serving count from Control, 0; the stored ids do not, so names decide."""
    name = variant.name or ""
    numbered = re.match(r"Variant (\d+)\b", name)
    code = [word for word, text in (("JS", variant.customJS), ("CSS", variant.customCSS)) if text]
    return {
        "report_id": "0" if name.lower() == "control" else numbered[1] if numbered else None,
        "name": name,
        "nickname": variant.nickname,
        "changes": len(variant.data or []),
        "code": code,
    }


@experiments.command
def template() -> int:
    """Print an experiment to start from.

    $ midakit experiments template > test.yaml
    """
    from midakit.cli.showing import write

    write(TEMPLATE)
    return 0


@experiments.command
def create(
    file: File,
    /,
    *,
    status: Annotated[
        State | None, Parameter(help="Whatever the file says; live starts it at once.")
    ] = None,
) -> int:
    """Make an experiment from a YAML or JSON file; a draft, unless the file says otherwise.

    The fields are those of `mida.experiments.create`; `midakit experiments template` prints some.
    With --quiet only the new id is printed.

    $ midakit experiments create test.yaml
    $ midakit experiments template | midakit experiments create - --quiet
    """
    given = read_mapping(file)
    check_fields(given, calls.experiments.create)
    if status:
        given["status"] = status
    _need(given, file, "test_name", "variants")
    with client() as mida:
        made = mida.experiments.create(**given)
    for warning in made.warnings or []:
        note(f"warning: {warning}")
    return done(made, f"created experiment {made.test_id} ({made.status})", made.test_id)


def _need(given: dict[str, Any], file: str, *names: str) -> None:
    from midakit.errors import InvalidRequest

    for name in names:
        if name not in given:
            raise InvalidRequest(name, f"is missing in {file}")


@experiments.command
def update(
    test_id: TestId,
    file: Changes = None,
    /,
    *,
    name: Annotated[str | None, Parameter(help="What people call it.")] = None,
    url: Annotated[str | None, Parameter(help="The page it runs on.")] = None,
    traffic: Percent = None,
    tag: Annotated[
        list[str] | None, Parameter(help="Replaces the tags; as often as you like.")
    ] = None,
) -> int:
    """Change parts of an experiment, from a file or by options; what is left out stays.

    $ midakit experiments update 1001 --name "Shorter headline" --traffic 50
    $ echo 'targeting: {device_rule: [mobile]}' | midakit experiments update 1001 -
    """
    given = read_mapping(file) if file else {}
    check_fields(given, calls.experiments.update, "test_id")
    given |= {
        key: value
        for key, value in (("test_name", name), ("url", url), ("tags", tag))
        if value is not None
    }
    if traffic is not None:
        given["configuration"] = {**given.get("configuration", {}), "traffic_allocation": traffic}
    need_one(given, "FILE", "--name", "--url", "--traffic", "--tag")
    with client() as mida:
        reply = mida.experiments.update(test_id, **given)
    return done(reply, f"changed experiment {test_id}: {', '.join(given)}", test_id)


@experiments.command
def start(test_id: TestId, /) -> int:
    """Start an experiment, or resume it.

    $ midakit experiments start 1001
    """
    with client() as mida:
        reply = mida.experiments.start(test_id)
    return done(reply, f"experiment {test_id} is {reply.status}", test_id)


@experiments.command
def stop(test_id: TestId, /) -> int:
    """Stop an experiment; its data stays, and `start` resumes it.

    $ midakit experiments stop 1001
    """
    with client() as mida:
        reply = mida.experiments.stop(test_id)
    return done(reply, f"experiment {test_id} is {reply.status}", test_id)


@experiments.command
def draft(test_id: TestId, /) -> int:
    """Back to draft; stop a live one first.

    $ midakit experiments draft 1001
    """
    with client() as mida:
        reply = mida.experiments.to_draft(test_id)
    return done(reply, f"experiment {test_id} is {reply.status}", test_id)


@experiments.command
def serve(
    test_id: TestId,
    variant_id: Annotated[
        str, Parameter(help="As in `midakit result`: 0 is Control, 1 is Variant 1.")
    ],
    /,
    *,
    traffic: Annotated[
        float | None,
        Parameter(
            help="Percent of eligible visitors; left out, it stays as it is.",
            validator=Number(gt=0, lte=100),
        ),
    ] = None,
) -> int:
    """Serve one variant to visitors. It asks first.

    $ midakit experiments serve 1001 1 --traffic 25
    """
    with client() as mida:
        if not current().yes:
            found = mida.experiments.get(test_id)
            share = found.configuration.traffic_allocation if found.configuration else None
            share = share if traffic is None else traffic
            percent = "the test's share" if share is None else f"{share:g} %"
            name = "Control" if variant_id == "0" else f"variant {variant_id}"
            if not confirm(
                f"this serves {name} of {test_id} ({found.test_name}) to {percent} of the visitors"
            ):
                return 1
        options = {} if traffic is None else {"traffic_allocation": traffic}
        reply = mida.experiments.serve_winner(test_id, variant_id, **options)
    share = reply.traffic_allocation
    to = f" to {share:g} % of visitors" if share is not None else ""
    return done(reply, f"experiment {test_id} serves variant {reply.serving_variant_id}{to}")


@experiments.command
def rollout(
    test_id: TestId,
    percent: Annotated[
        float, Parameter(help="Of the eligible visitors.", validator=Number(gt=0, lte=100))
    ],
    /,
) -> int:
    """Change to how many visitors the winner is served. It asks first.

    $ midakit experiments rollout 1006 50
    """
    if not confirm(f"this serves the winner of {test_id} to {percent:g} % of the visitors"):
        return 1
    with client() as mida:
        reply = mida.experiments.update_rollout(test_id, percent)
    return done(reply, f"experiment {test_id} serves to {reply.traffic_allocation:g} % of visitors")


@experiments.command
def stop_serving(test_id: TestId, /) -> int:
    """Stop serving the winner. It asks first.

    $ midakit experiments stop-serving 1006
    """
    if not confirm(f"this stops serving the winner of {test_id}"):
        return 1
    with client() as mida:
        reply = mida.experiments.stop_serving(test_id)
    return done(reply, f"experiment {test_id} serves nothing any more")


@experiments.command
def delete(test_id: TestId, /) -> int:
    """Delete an experiment; its results can no longer be read. It asks first.

    $ midakit experiments delete 1001
    $ midakit experiments delete 1001 --yes
    """
    with client() as mida:
        if not current().yes:
            found = mida.experiments.get(test_id)
            live = "; it is LIVE and stops at once" if found.status == "live" else ""
            name = f"experiment {test_id} ({found.test_name})"
            if not confirm(f"this deletes {name} and its results for good{live}"):
                return 1
        reply = mida.experiments.delete(test_id)
    live = ", which was live" if reply.was_live else ""
    return done(reply, f"deleted experiment {test_id}{live}", test_id)


@experiments.command
def split(test_id: TestId, /) -> int:
    """The configured traffic split.

    $ midakit experiments split 1001
    """
    with client() as mida:
        found = mida.experiments.distribution(test_id)
    share = f", {found.traffic_allocation:g} % of visitors" if found.traffic_allocation else ""
    title = f"{found.test_name} ({test_id}): {found.distribution_mode or 'unknown'} split{share}"
    show(found, Table(found.variants or [], SHARES, title))
    return 0


@experiments.command
def links(test_id: TestId, /) -> int:
    """Preview links of every variant, and the public link to the results.

    $ midakit experiments links 1001
    """
    with client() as mida:
        found, shared = mida.experiments.preview_urls(test_id), mida.experiments.share_link(test_id)
    show({"preview": found, "share": shared}, Table(found.variants or [], LINKS))
    state = "" if shared.is_public else " (switched off in the dashboard)"
    note(f"results: {shared.share_link}{state}")
    return 0
