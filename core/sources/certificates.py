"""Whether the certificate authority that a connection names can be used, told before connecting."""

from __future__ import annotations

import ssl
from pathlib import Path

from core.connections import Connection
from core.errors import SourceNotConfigured


def checked_ca(connection: Connection) -> None:
    """Do nothing if the file of ``ca_file`` holds certificates, or none is needed.

    Raises SourceNotConfigured for a file that cannot be read or holds none; the sentence names the
    connection, never the path.
    """
    if not connection.tls or not connection.ca_file:
        return
    if not _is_readable(connection.ca_file):
        raise SourceNotConfigured(
            f"The file of 'ca_file' of '{connection.name}' cannot be read.",
            hint="Check the path, and that the account Waymark runs under may read it.",
        )
    try:
        found = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        found.load_verify_locations(cafile=connection.ca_file)
    except OSError as error:
        raise _no_authority(connection) from error
    if not found.cert_store_stats()["x509"]:
        raise _no_authority(connection)


def _no_authority(connection: Connection) -> SourceNotConfigured:
    return SourceNotConfigured(
        f"The file of 'ca_file' of '{connection.name}' is no certificate authority.",
        hint="Give the authority's certificate in PEM form: it begins with -----BEGIN CERTIFICATE-----.",
    )


def _is_readable(path: str) -> bool:
    """Tell whether there is a plain file that may be read."""
    try:
        if not Path(path).is_file():
            return False
        with Path(path).open("rb") as file:
            file.read(1)
    except (OSError, ValueError):
        return False
    return True
