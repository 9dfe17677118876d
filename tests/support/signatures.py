"""What cyclopts reads in the signatures of commands, kept between the lines that tests type in this process.

It reads them up to six times for one line, and anew for each line: three quarters of what a command in this
process costs. Commands in a process of their own, as those on the pages of the docs, read them as users do.
"""

from copy import copy

from cyclopts import App, ArgumentCollection

read = App.assemble_argument_collection
kept = {}


def read_once(patch):
    """Read each signature once from now on, until the patch is undone."""
    patch.setattr(App, "assemble_argument_collection", _assemble)


def _assemble(self, *, default_parameter=None, parse_docstring=False):
    found = self.default_command
    if not hasattr(found, "__code__"):
        return read(self, default_parameter=default_parameter, parse_docstring=parse_docstring)
    asked = (
        found.__code__,  # a command line is built anew for each run, and its functions with it
        default_parameter,
        *((one.name, one.default_parameter) for frame in self.app_stack.stack for one in frame),
        self._group_arguments,
        self._group_parameters,
        self.help_flags,
        self.version_flags,
        parse_docstring,
    )
    if asked not in kept:
        kept[asked] = read(
            self, default_parameter=default_parameter, parse_docstring=parse_docstring
        )
    return _without_values(kept[asked])


def _without_values(found):
    """Copy arguments: parsing writes values into them."""
    own = {id(one): copy(one) for one in found}
    for one in own.values():
        one.tokens = []
        one.children = ArgumentCollection(own[id(child)] for child in one.children)
    return ArgumentCollection(own.values())
