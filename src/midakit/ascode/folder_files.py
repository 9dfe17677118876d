"""A folder that describes a project: one YAML file per goal, experiment and group.

goals/purchase.yaml
experiments/homepage-headline.yaml
groups/checkout.yaml
project.yaml
.midakit/ids/PROJECT.json       which object of the server each file describes
.midakit/schemas/*.json         what editors complete from
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from midakit.ascode import known_ids, schemas, yaml_text
from midakit.ascode.documents import checked
from midakit.ascode.known_ids import KnownFile, KnownIds
from midakit.ascode.names import VALID, file_name
from midakit.core.files import write_whole
from midakit.core.printable import one_line
from midakit.errors import InvalidRequest

FOLDERS = {"goal": "goals", "experiment": "experiments", "group": "groups"}
LARGEST = 5_000_000
HEADING = "# yaml-language-server: $schema={up}.midakit/schemas/{kind}.json\n"

Written = dict[str, dict[str, dict[str, Any]]]
"""What files say: by kind, then by the name of the file."""


class FolderFiles:
    """The files of one folder; every file is replaced in one step.

    Args:
        place: The folder; it is made when something is written.
    """

    def __init__(self, place: Path | str) -> None:
        self.place = Path(place)

    def must_exist(self) -> None:
        """Refuse a folder that is not there: compared with a mistyped one, everything would be well.

        Raises:
            InvalidRequest: There is no such folder.
        """
        if not self.place.is_dir():
            raise InvalidRequest("folder", f"{str(self.place)!r} does not exist; a pull makes it")

    def read(self) -> Written:
        """Read and check all files.

        Returns:
            Their documents; a kind without files is empty.

        Raises:
            InvalidRequest: A file is not YAML, or not what its kind takes, or its name ends in `.yml`,
                or it lies in an inner folder; the message names it.
        """
        found: Written = {kind: dict(self._read(kind)) for kind in FOLDERS}
        projects = [file for file in self._yaml_files(self.place) if file.stem == "project"]
        found["project"] = {file.stem: self._document("project", file) for file in projects}
        return found

    def _read(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for file in self._yaml_files(self.place / FOLDERS[kind]):
            if not VALID.fullmatch(file.stem):
                raise InvalidRequest(
                    self._shown(file),
                    "the name of a file has small letters, digits, hyphens and underscores only",
                )
            yield file.stem, self._document(kind, file)

    def _yaml_files(self, folder: Path) -> Iterator[Path]:
        """Find what may be a file of ours; one that is left out would count as deleted."""
        inner = "*" if folder == self.place else "**/*"
        for file in sorted(folder.glob(inner)):
            if file.suffix.lower() not in (".yaml", ".yml"):
                continue
            if file.parent != folder:
                rule = f"only files directly in {folder.name}/ are read: move it there"
                raise InvalidRequest(self._shown(file), rule)
            if file.suffix != ".yaml" and (folder != self.place or file.stem == "project"):
                rule = f"the names of files end in .yaml: rename it to {file.stem}.yaml"
                raise InvalidRequest(self._shown(file), rule)
            yield file

    def _document(self, kind: str, file: Path) -> dict[str, Any]:
        shown = self._shown(file)
        return checked(kind, yaml_text.parse(_text_of(file, shown), shown), shown)

    def write(
        self, kind: str, name: str, document: Mapping[str, Any], *, notes: Sequence[str] = ()
    ) -> str:
        """Write one file, unless it says that already.

        Args:
            kind: `goal`, `experiment`, `group` or `project`.
            name: Name of the file, without its ending.
            document: What it shall say; comments and order of the file stay.
            notes: Comments at the top of a new file.

        Returns:
            `created`, `changed` or `same`.
        """
        file = self._file(kind, name)
        if not file.exists():
            up = "" if kind == "project" else "../"
            heading = HEADING.format(up=up, kind=kind)
            heading += "".join(f"# {one_line(note)}\n" for note in notes)
            write_whole(file, yaml_text.write(dict(document), heading))
            return "created"
        shown = self._shown(file)
        text = _text_of(file, shown)
        new = yaml_text.rewrite(text, dict(document), shown)
        if new == text:
            return "same"
        write_whole(file, new)
        return "changed"

    def remove(self, kind: str, name: str) -> None:
        """Delete a file, if it is there.

        Args:
            kind: `goal`, `experiment` or `group`.
            name: Name of the file, without its ending.
        """
        self._file(kind, name).unlink(missing_ok=True)

    def known(self, project_key: str) -> dict[str, dict[str, KnownFile]]:
        """Read which objects of a project the files describe.

        Args:
            project_key: The project; each has ids of its own.

        Returns:
            What is known; nothing before the first run.
        """
        file = self._ids(project_key)
        if not file.exists():
            return {}
        return known_ids.from_json(_text_of(file, self._shown(file)), file)

    def remember(self, project_key: str, known: KnownIds) -> None:
        """Write down which objects of a project the files describe.

        Args:
            project_key: The project.
            known: What is known.
        """
        write_whole(self._ids(project_key), known_ids.to_json(known))

    def write_schemas(self) -> None:
        """Write the JSON schemas that editors complete from."""
        for kind in schemas.KINDS:
            file = self.place / ".midakit" / "schemas" / f"{kind}.json"
            text = schemas.text(kind)
            if not file.exists() or file.read_text("utf-8") != text:
                write_whole(file, text)

    def _ids(self, project_key: str) -> Path:
        return self.place / ".midakit" / "ids" / f"{file_name(project_key)}.json"

    def _file(self, kind: str, name: str) -> Path:
        if not VALID.fullmatch(name):
            raise InvalidRequest("name", f"{name!r} is not the name of a file")
        inner = self.place / FOLDERS[kind] if kind in FOLDERS else self.place
        return inner / f"{name}.yaml"

    def _shown(self, file: Path) -> str:
        return file.relative_to(self.place).as_posix()


def _text_of(file: Path, shown: str) -> str:
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as error:
        raise InvalidRequest(shown, f"cannot be read: {error.strerror}") from None
    if len(data) > LARGEST:
        raise InvalidRequest(shown, "is larger than 5 MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidRequest(shown, f"is not UTF-8 text ({error.reason})") from None
