"""zstd, from the standard library (Python 3.14) or from the packages that the tests install."""

from importlib import import_module


def _is_here(name):
    try:
        import_module(name)
    except ImportError:
        return False
    return True


ZSTD_MODULES = [*filter(_is_here, ("compression.zstd", "backports.zstd", "zstandard"))]
"""What can unpack zstd here; the backport is the standard library's module for older Pythons."""


def zstd_compress(data):
    """Pack bytes into one zstd frame."""
    return import_module(ZSTD_MODULES[0]).compress(data)
