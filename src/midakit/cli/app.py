"""The commands there are. Each lives in a module that is imported when it is asked for."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Group, Parameter

from midakit._version import __version__
from midakit.cli.options import GLOBAL, GlobalOptions, use

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions

START = Group("Start here", sort_key=1)
WORK = Group("Manage", sort_key=2)
READ = Group("Read", sort_key=3)
CODE = Group("Experiments as code", sort_key=4)
TOOLS = Group("Tools", sort_key=5)

COMMANDS = (
    (START, "demo", "Show everything with made-up data: no account, no network."),
    (START, "login", "Store a project's key, and use it from now on."),
    (START, "logout", "Delete a profile and its key."),
    (START, "profile", "The accounts and projects you have logged in to."),
    (START, "doctor", "Check settings, keys and network, and explain problems."),
    (WORK, "experiments", "List, show, create, change, serve and delete experiments."),
    (WORK, "projects", "The account's projects and their defaults."),
    (WORK, "goals", "Goals: what counts as a conversion."),
    (WORK, "events", "Events: what visitors did."),
    (WORK, "groups", "Exclusion groups: experiments that do not share visitors."),
    (WORK, "comments", "The discussion on an experiment's report."),
    (READ, "verdict", "What the data allow to decide, and why."),
    (READ, "result", "Visitors, conversions and statistics per variant."),
    (READ, "metrics", "Secondary metrics per variant."),
    (READ, "timeseries", "Daily figures per variant, with always-valid statistics."),
    (READ, "compare", "Compare segments."),
    (READ, "report", "Write verdicts and charts to one HTML page."),
    (READ, "watch", "Show a running test and refresh it."),
    (CODE, "pull", "Write goals, experiments and groups to YAML files."),
    (CODE, "plan", "Show what the files would change on the server."),
    (CODE, "apply", "Make the server say what the files say."),
    (CODE, "drift", "Show what was changed on the server and not in the files."),
    (CODE, "copy", "Copy an experiment or a project to another profile."),
    (CODE, "backup", "Save a project."),
    (CODE, "restore", "Bring a saved project back."),
    (CODE, "import", "Write another service's metrics and experiments as files."),
    (CODE, "schema", "Print the JSON schema of a kind of file."),
    (TOOLS, "calls", "Print any request as curl, without sending it."),
    (TOOLS, "contract", "Print the API's contract, or ask an account about it."),
    (READ, "guard", "Watch all live tests: harm, broken splits, winners, no traffic."),
    (TOOLS, "export", "Bulk exports: Parquet, CSV, JSON lines, DuckDB."),
    (TOOLS, "ld", "Import LaunchDarkly metrics as Mida goals."),
    (TOOLS, "mcp", "Let assistants ask your experiments (MCP)."),
    (TOOLS, "sandbox", "Run a local Mida server: no account, no network."),
    (TOOLS, "proxy", "Record what a service answers, and replay it to any client."),
    (TOOLS, "completion", "Shell completion for bash, zsh or fish."),
)
"""Group, name and one line of help; `commands/NAME.py` holds the command, or the app, called NAME."""

OPTIONS = "options"
"""The topic of the help that tells the global options."""
MODULES = {"import": "import_from"}
"""Commands whose name no module can have."""

PAGES = (("report",), ("demo",))
"""Commands for which --output is a page or a folder: they make it themselves."""

HELP = """Mida A/B tests from the command line.

$ midakit demo              everything with made-up data, no account
$ midakit login             then: midakit experiments list
$ midakit result --help     every command's help has examples

Options shown with ... may be given several times.

Exit codes: 0 done; 1 failed; 2 misused or refused; 3 partly done;
4 stopped, can be resumed; 130 interrupted; 141 output pipe closed."""


class HelpPage:
    """Help as cyclopts prints it, with lines broken where the terminal ends and nowhere else.

    Args:
        words: What was typed: the help of a command only points to the global options.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.topic = list(words[:1]) == [OPTIONS]
        self.brief = bool({name for _, name, _ in COMMANDS} & {*words})

    def __call__(self, console: "Console", options: "ConsoleOptions", panel: Any) -> None:
        """Print a list of commands or options.

        Args:
            console: Where to print.
            options: How wide the terminal is.
            panel: The list; its texts still have the line breaks of the docstrings.
        """
        from cyclopts.help import DefaultFormatter, InlineText
        from rich.text import Text

        shared = panel.title == GLOBAL.name
        if shared and self.brief:
            console.print(
                Text(f"Global options, such as --json and --profile: midakit help {OPTIONS}")
            )
            return
        if self.topic and not shared:
            return
        for entry in panel.entries:
            if isinstance(entry.description, InlineText):
                text: Any = entry.description.primary_renderable
                text.plain = " ".join(text.plain.split())
        DefaultFormatter()(console, options, panel)

    def render_usage(self, console: "Console", options: "ConsoleOptions", usage: Any) -> None:
        """Print how a command is typed.

        Args:
            console: Where to print.
            options: How wide the terminal is.
            usage: The line.
        """
        from cyclopts.help import DefaultFormatter

        if self.topic:
            return
        DefaultFormatter().render_usage(console, options, usage)

    def render_description(self, console: "Console", options: "ConsoleOptions", text: Any) -> None:
        """Print what a command does; lines that can be typed stay as they are.

        Args:
            console: Where to print.
            options: How wide the terminal is.
            text: The text of the docstring.
        """
        from rich.text import Text

        if self.topic:
            told = "Every command takes these, before or after its name."
            console.print(Text(f"{told}\n"))
            return
        wide = options.update(width=1_000)
        plain = "".join(part.text for part in console.render(text, wide)).strip()
        lines = re.sub(r"(?m)[ \t]+$", "", plain)
        for line in re.sub(r"(?<=\S)\n(?=[^\s$])", " ", lines).split("\n"):
            console.print(Text(line), soft_wrap=line.startswith("$ "))  # else it cannot be copied
        console.print()


def _plain_console() -> "Console":
    from rich.console import Console

    return Console(no_color=True)


def commands(words: Sequence[str] = ()) -> App:
    """Build the command line; a command named among the words brings the whole of its own help.

    Args:
        words: What was typed.

    Returns:
        The application; its `meta` takes the global options wherever they stand.
    """
    app = App(
        name="midakit",
        version=__version__,
        help=HELP,
        help_format="plaintext",
        help_formatter=HelpPage(words),
        default_parameter=Parameter(negative=(), show_default=False),
        console=_plain_console() if "--no-color" in words else None,
    )
    for place, (group, name, line) in enumerate(COMMANDS):
        module = MODULES.get(name, name)
        home = f"midakit.cli.commands.{module}:{module}"
        brief = None if name in words else line
        app.command(home, name=name, group=group, help=brief, sort_key=place)
        if brief is None and app[name].default_command is not None:
            app[name].help = None  # not the line that an earlier run of this process has given it
    for flag in ("--help", "--version"):
        app[flag].group = GLOBAL
    app.suppress_keyboard_interrupt = app.meta.suppress_keyboard_interrupt = False  # see `run`

    @app.meta.default
    def launch(
        *words: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
        options: GlobalOptions | None = None,
    ) -> int:
        """Take the global options out of the words, wherever they stand, and run the command."""
        use(options or GlobalOptions())
        if options is not None and options.place is not None and words[:1] not in PAGES:
            from midakit.cli.output.print_answer import check_output

            check_output()
        if words[:1] == (OPTIONS,):
            words = ("--help",)
        if words == ("export",):  # a place is missing: help says more than that
            words = ("export", "--help")
        command, bound, _ = app.parse_args(words, exit_on_error=False, print_error=False)
        found = command(*bound.args, **bound.kwargs)
        return found if isinstance(found, int) else 0

    return app
