"""The certificate of a sandbox that serves https: a given one, or one that is made for this run."""

import shutil
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

from midakit.sandbox.settings import Settings


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of a certificate."""

    cert: Path
    """The certificate and those that lead to its authority (PEM)."""
    key: Path | None
    """Its key, if it is in another file."""
    ca: Path | None = None
    """What a client has to trust, if the certificate was made for this run."""
    folder: Path | None = None
    """Where the files lie, if they were made for this run."""

    def remove(self) -> None:
        """Remove the files if they were made for this run."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def certificate_for(settings: Settings) -> Certificate | None:
    """Return the certificate that settings ask for.

    Args:
        settings: The settings.

    Returns:
        The certificate, or None for plain http.

    Raises:
        ValueError: The files are no certificate and key that belong together.
        ImportError: One has to be made, and the extra sandbox-tls is not installed.
    """
    if settings.tls_cert is not None:
        _check(settings.tls_cert, settings.tls_key)
        return Certificate(settings.tls_cert, settings.tls_key)
    if settings.tls_key is not None:
        raise ValueError("tls_key needs tls_cert")
    return _made(settings) if settings.tls else None


def _check(cert: Path, key: Path | None) -> None:
    """Refuse files that cannot be served with."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except OSError as error:  # an SSLError is one
        reason = error.strerror or str(error)
        raise ValueError(f"cannot serve https with {cert}: {reason}") from error


def _made(settings: Settings) -> Certificate:
    """Make an authority that nobody trusts yet, and a certificate of it."""
    try:
        import trustme
    except ModuleNotFoundError as error:
        words = "trustme is not installed; run: pip install 'midakit[sandbox-tls]'"
        raise ImportError(words, name="trustme") from error
    names = {"localhost", "127.0.0.1", "::1", settings.host}
    names |= {f"*{name}" if name.startswith(".") else name for name in settings.hosts}
    folder = Path(tempfile.mkdtemp(prefix="midakit-sandbox-"))  # of mode 0700
    authority = trustme.CA(organization_name="midakit sandbox")
    made = authority.issue_cert(*sorted(names - {"*", "0.0.0.0", "::"}))  # noqa: S104 -- no name
    made.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return Certificate(folder / "server.pem", None, folder / "ca.pem", folder)
