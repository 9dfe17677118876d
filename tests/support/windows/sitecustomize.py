"""Makes a Python process on Linux live by the rules of Windows, as far as they can be simulated.

Put this folder on PYTHONPATH: Python imports this module first, in child processes too.

- Modules and functions that only POSIX has are not there for the package. Libraries keep them: they choose
  by the system that they are on.
- A file that is open in this process is not renamed, replaced or removed; nor is a folder with such a file.
- `rename` replaces nothing, folders cannot be opened, and a name must be one that Windows takes.
- A lock is mandatory: nobody else reads the file.
- What is written to a descriptor that was opened without O_BINARY must hold no line end.
- A text file that the package opens without saying its encoding is an error.

What it cannot show: time, consoles, how far a real Windows differs from its documentation.
"""

import asyncio
import builtins
import os
import select
import shutil
import signal
import socket
import sys
import warnings
from pathlib import Path
from types import ModuleType

import filelock

HIDDEN = ("fcntl", "grp", "pty", "pwd", "resource", "spwd", "syslog", "termios", "tty", "uvloop")
"""Modules that do not exist on Windows."""
HIDDEN_ATTRIBUTES = {
    "os": {
        "chown", "fchmod", "fchown", "fork", "forkpty", "geteuid", "getegid", "getgid", "getloadavg", "getpgid",
        "getuid", "killpg", "mkfifo", "nice", "pread", "pwrite", "register_at_fork", "sched_getaffinity",
        "sendfile", "setsid", "sysconf", "uname", "wait", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK",
    },
    "select": {"epoll", "poll"},
    "signal": {
        "SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm", "pause",
        "pthread_kill", "pthread_sigmask", "setitimer", "sigwait",
    },
    "socket": {"AF_UNIX", "MSG_DONTWAIT", "SO_REUSEPORT"},
}  # fmt: skip
SYSTEM = ("/dev/", "/proc/", "/sys/")
RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)),
}
ILLEGAL = frozenset('<>:"|?*\\') | frozenset(map(chr, range(32)))
O_BINARY = 0x8000  # Linux takes it for O_LARGEFILE, which 64-bit systems set anyhow

locked = {}
"""Descriptor -> the file that it has locked."""
as_text = {}
"""Descriptor -> the file that it was opened for, without O_BINARY."""


def windows_error(code, number, path):
    error = PermissionError(number, "refused as on Windows", os.fspath(path))
    error.winerror = code
    return error


def identity(path_or_descriptor):
    try:
        found = os.stat(path_or_descriptor)  # noqa: PTH116 -- of a descriptor too
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_open_here(path):
    real = os.path.realpath(path)
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            held = str(descriptor.readlink())
        except OSError:
            continue
        if held == real or held.startswith(real + "/"):
            return True
    return False


def refuse_open(path, dir_fd=None):
    if dir_fd is None and is_open_here(path):
        raise windows_error(32, 13, path)


def without_open_files(genuine, *, keeps_target=False):
    def call(source, target=None, **options):
        refuse_open(source, options.get("dir_fd"))
        if target is None:
            return genuine(source, **options)
        if keeps_target and os.path.lexists(target):
            raise FileExistsError(17, "refused as on Windows", os.fspath(target))
        refuse_open(target)
        return genuine(source, target, **options)

    return call


def open_file(path, flags, mode=0o777, *, genuine=os.open, **options):
    if not flags & getattr(os, "O_TMPFILE", 0) and Path(path).is_dir():
        raise windows_error(5, 13, path)
    descriptor = genuine(path, flags, mode, **options)
    if not flags & O_BINARY:
        as_text[descriptor] = identity(descriptor)
    return descriptor


def write(descriptor, data, *, genuine=os.write):
    if as_text.get(descriptor, "") == identity(descriptor) and b"\n" in bytes(data):
        raise AssertionError(
            "Windows would change the line ends: the file was opened without O_BINARY"
        )
    return genuine(descriptor, data)


def fdopen(descriptor, *arguments, genuine=os.fdopen, **options):
    as_text.pop(descriptor, None)  # a file object makes its descriptor binary
    return genuine(descriptor, *arguments, **options)


def lock_descriptor(descriptor, *arguments, genuine=filelock.lock_descriptor, **options):
    done = genuine(descriptor, *arguments, **options)
    if done:
        locked[descriptor] = identity(descriptor)
    return done


def is_locked(path):
    file = identity(path)
    return file is not None and any(
        one == file and identity(descriptor) == file for descriptor, one in [*locked.items()]
    )


def check_name(path):
    if not isinstance(path, (str, bytes, os.PathLike)):
        return
    text = os.fsdecode(path)
    if text.startswith(SYSTEM):
        return
    for part in text.split("/"):
        illegal = ILLEGAL & set(part) or part.partition(".")[0].lower() in RESERVED
        if illegal or (part not in ("", ".", "..") and part[-1] in ". "):
            raise OSError(22, "a name that Windows does not take", text)


def audit(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if flags & os.O_CREAT:
            check_name(path)
        if (
            isinstance(mode, str)
            and mode[0] == "r"
            and not isinstance(path, int)
            and is_locked(path)
        ):
            raise windows_error(33, 13, path)
    elif event == "os.mkdir":
        check_name(arguments[0])
    elif event in ("os.rename", "os.link", "os.symlink"):
        check_name(arguments[1])


def is_ours(namespace):
    return str((namespace or {}).get("__name__")).partition(".")[0] == "midakit"


def import_(name, namespace=None, *others, genuine=builtins.__import__, **options):
    if name.partition(".")[0] in HIDDEN and is_ours(namespace):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return genuine(name, namespace, *others, **options)


class WithoutPosix(ModuleType):
    """A module of the standard library that hides names from the package."""

    def __getattribute__(self, name):
        hidden = HIDDEN_ATTRIBUTES.get(ModuleType.__getattribute__(self, "__name__"), ())
        if name in hidden and is_ours(sys._getframe(1).f_globals):
            raise AttributeError(
                f"module has no attribute {name!r} on Windows", name=name, obj=self
            )
        return ModuleType.__getattribute__(self, name)


def not_implemented(*_):
    raise NotImplementedError


def apply():
    builtins.__import__ = import_
    for module in (os, select, signal, socket):
        module.__class__ = WithoutPosix
    for name in ("add_signal_handler", "add_reader", "add_writer"):
        setattr(asyncio.SelectorEventLoop, name, not_implemented)
    os.O_BINARY = O_BINARY
    os.rename = without_open_files(os.rename, keeps_target=True)
    os.replace = without_open_files(os.replace)
    os.remove = os.unlink = without_open_files(os.unlink)
    os.rmdir = without_open_files(os.rmdir)
    os.open, os.write, os.fdopen = open_file, write, fdopen
    shutil._use_fd_functions = False
    shutil._rmtree_impl = shutil._rmtree_unsafe  # the same, from Python 3.14 on
    filelock.lock_descriptor = lock_descriptor
    warnings.filterwarnings("error", category=EncodingWarning, module="midakit")
    sys.addaudithook(audit)


apply()
