"""Files of Iceberg tables in object stores, through obstore as our own files are.

So one set of credentials counts for an export, and emulators work as for other formats; pyiceberg's own
way knows no `az://`. What a catalog or the settings say of a store counts instead: their credentials are
for pyiceberg's way. A table in an Azure store is named as engines name it:
`abfss://container@account.dfs.core.windows.net/path`.

What pyiceberg reads of a table before its rows, it reads as a whole: that is one request for each file,
where fsspec and Arrow would ask twice for its length before they read it.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Any, cast

from obstore.fsspec import BufferedFile, FsspecStore
from pyarrow import PythonFile
from pyarrow.fs import FSSpecHandler, PyFileSystem
from pyiceberg.io.pyarrow import PyArrowFileIO

from midakit.export.files.endpoints import client_options, store_options

OURS = {"s3": "s3.", "gs": "gcs.", "az": "adls."}
"""Schemes, and how properties begin that say something of such a store."""
WHOLE = (".avro", ".metadata.json")
"""How the files end that are read as a whole."""


class _File(BufferedFile):
    """A file of a store; one that could not be opened has nothing to close."""

    def close(self) -> None:
        if hasattr(self, "_reader") or hasattr(self, "_writer"):
            super().close()


class _Store(FsspecStore):
    def _open(self, path: str, mode: Any = "rb", *_: Any, **options: Any) -> Any:
        if mode == "rb" and path.endswith(WHOLE):
            return BytesIO(cast("bytes", self.cat_file(path)))
        known = {name: options[name] for name in ("attributes", "tags") if name in options}
        return _File(self, path, mode, **known)


class _Handler(FSSpecHandler):
    """What Arrow asks of a store; a file that is not there is found out when it is opened."""

    def open_input_file(self, path: str) -> Any:
        return PythonFile(self.fs.open(path, mode="rb"), mode="r")

    open_input_stream = open_input_file


class ObjectFiles(PyArrowFileIO):
    """Reads and writes files of a table through obstore."""

    @staticmethod
    def parse_location(location: str, properties: Mapping[str, Any] | None = None) -> Any:
        """Return scheme, bucket, and bucket with path, as obstore wants them.

        Args:
            location: The address of a file.
            properties: What the catalog and the settings say of files.
        """
        scheme, bucket, path = PyArrowFileIO.parse_location(location, dict(properties or {}))
        if scheme != "abfss" or _said("az", properties):
            return scheme, bucket, path
        container = bucket.partition("@")[0]
        return "az", container, f"{container}{path.removeprefix(bucket)}"

    def _initialize_fs(self, scheme: str, netloc: str | None = None) -> Any:
        if scheme not in OURS or _said(scheme, self.properties):
            return super()._initialize_fs(scheme, netloc)
        url, make = f"{scheme}://{netloc}", cast("Any", _Store)
        store = make(scheme, client_options=client_options(url), config=store_options(url))
        return PyFileSystem(_Handler(store))


def _said(scheme: str, properties: Mapping[str, Any] | None) -> bool:
    return any(name.startswith(OURS[scheme]) for name in properties or ())
