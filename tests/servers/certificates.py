"""A certificate authority for one test run, and a server certificate that it signed."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.setup import places

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Certificates:
    """The files that a server with encryption and its clients need."""

    authority: Path
    """What a client trusts."""
    certificate: Path
    key: Path
    both: Path
    """Certificate and key in one file, as MongoDB wants them."""


def make_certificates(
    folder: Path, *, names: tuple[str, ...] = ("DNS:localhost", "IP:127.0.0.1")
) -> Certificates:
    """Write an authority and a certificate for these names into the folder.

    A certificate for another name, or another folder's authority, is what a client must refuse.
    """
    made = Certificates(*(folder / name for name in ("ca.pem", "server.pem", "server.key", "both.pem")))
    request, extensions = folder / "request.pem", folder / "extensions"
    ca_key = folder / "ca.key"
    _openssl(
        "req", "-x509", *CURVE, "-days", "30", "-subj", "/CN=Waymark tests", "-keyout", ca_key, "-out",
        made.authority,
    )  # fmt: skip
    _openssl("req", *CURVE, "-subj", "/CN=waymark-test-server", "-keyout", made.key, "-out", request)
    extensions.write_text(f"subjectAltName={','.join(names)}\n", encoding="utf-8")
    _openssl(
        "x509", "-req", "-in", request, "-CA", made.authority, "-CAkey", ca_key, "-CAcreateserial",
        "-days", "30", "-extfile", extensions, "-out", made.certificate,
    )  # fmt: skip
    made.both.write_bytes(made.certificate.read_bytes() + made.key.read_bytes())
    return made


def _openssl(*arguments: str | Path) -> None:
    subprocess.run([places.program("openssl"), *arguments], check=True, capture_output=True)
