"""The commands there are. Each lives in a module that is imported when it is asked for."""

from typing import Annotated

from cyclopts import App, Group, Parameter

from midakit._version import __version__
from midakit.cli.options import GLOBAL, STDIN, Options, use

START = Group("Start here", sort_key=1)
WORK = Group("Manage", sort_key=2)
READ = Group("Read", sort_key=3)
TOOLS = Group("Tools", sort_key=4)

FAMILIES = (
    # group, name, "module:function or App", one line of help
    (START, "demo", "demo:demo", "See everything on made-up data: no account, no network."),
    (START, "login", "accounts:login", "Keep a project's key, and use it from now on."),
    (START, "logout", "accounts:logout", "Forget it."),
    (START, "profile", "accounts:profile", "The accounts and projects you have logged in to."),
    (START, "doctor", "doctor:doctor", "What is set, from where, and what the API says to it."),
    (WORK, "experiments", "experiments:experiments", "List, show, create, change, serve, delete."),
    (WORK, "projects", "projects:projects", "The account's projects and their defaults."),
    (WORK, "goals", "goals:goals", "What counts as a conversion."),
    (WORK, "events", "events:events", "What visitors did."),
    (WORK, "groups", "groups:groups", "Exclusion groups: experiments that share no visitor."),
    (WORK, "comments", "comments:comments", "The discussion on an experiment's report."),
    (READ, "result", "reports:result", "Visitors, conversions and statistics per variant."),
    (READ, "metrics", "reports:metrics", "Secondary metrics per variant."),
    (READ, "timeseries", "reports:timeseries", "Days and variants, with running figures."),
    (READ, "compare", "reports:compare", "Segments side by side."),
    (READ, "report", "reporting:report", "Verdicts and charts on one page that needs no network."),
    (READ, "watch", "watching:watch", "A running test as it comes in."),
    (TOOLS, "calls", "curls:calls", "Print any request as curl, without sending it."),
    (TOOLS, "export", "exporting:export", "Bulk exports: Parquet, CSV, JSON lines, DuckDB."),
    (TOOLS, "ld", "importing:ld", "LaunchDarkly metrics, as Mida goals."),
    (TOOLS, "sandbox", "sandboxing:sandbox", "Serve a local Mida API; no account, no network."),
    (TOOLS, "completion", "completing:completion", "Completion for bash, zsh or fish."),
)
"""The one list of commands: add a line here for a new one."""

app = App(
    name="midakit",
    version=__version__,
    help="Mida A/B tests from the command line.",
    help_format="markdown",
    default_parameter=Parameter(negative=(), show_default=False),
)
for _group, _name, _home, _help in FAMILIES:
    app.command(f"midakit.cli.{_home}", name=_name, group=_group, help=_help)
app.register_install_completion_command(group=GLOBAL, help="Complete commands in this shell.")
for _flag in ("--help", "--version"):
    app[_flag].group = GLOBAL
app.suppress_keyboard_interrupt = app.meta.suppress_keyboard_interrupt = False  # see `running`


@app.meta.default
def launch(
    *words: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    options: Options | None = None,
) -> int:
    """Take the global options out of the words, wherever they stand, and run the command."""
    use(options or Options())
    words = tuple(STDIN if word == "-" else word for word in words)  # no option, but a file
    command, bound, _ = app.parse_args(words, exit_on_error=False, print_error=False)
    found = command(*bound.args, **bound.kwargs)
    return found if isinstance(found, int) else 0
