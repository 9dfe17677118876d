"""What the commands of experiments as code share."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

FolderPath = Annotated[Path, Parameter(name="FOLDER")]
HERE = Path("mida")
"""The folder that is meant when none is named."""
