"""Settings: read once from the environment and ``.streamlit/secrets.toml``, then passed down as a value."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from core.connections import Connection, Secret
from core.errors import AppError, InvalidChoice

PREFIX = "WAYMARK_"
SECRETS_FILE = Path(".streamlit/secrets.toml")
CONNECTIONS = f"{PREFIX}CONNECTIONS__"
"""How the environment states a connection: ``WAYMARK_CONNECTIONS__SCHOOL__HOST``."""
MIB = 1024 * 1024


@dataclass(frozen=True)
class Settings:
    """What a school can set; each is ``WAYMARK_<NAME>`` in the environment or a key of ``[waymark]``.

    >>> Settings.load(env={"WAYMARK_DEMO_STUDENTS": "500"}).demo_students
    500
    """

    workspace: Path = field(default=Path("workspace"), metadata={"says": "folder for run-time files"})
    demo_students: int = field(default=3000, metadata={"says": "students in the embedded demo school"})
    demo_seed: int = field(default=7, metadata={"says": "seed of the embedded demo school"})
    max_file_mib: int = field(default=500, metadata={"says": "largest file that is read, in MiB"})
    max_unpacked_mib: int = field(
        default=1024, metadata={"says": "largest unpacked size of a workbook, in MiB"}
    )
    max_rows: int = field(default=5_000_000, metadata={"says": "most rows read from a table"})
    max_columns: int = field(default=2_000, metadata={"says": "most columns read from a table"})
    job_seconds: int = field(default=1_800, metadata={"says": "time limit of one job, in seconds"})
    job_memory_mib: int = field(default=12_288, metadata={"says": "memory limit of one job, in MiB"})
    jobs_at_once: int = field(default=2, metadata={"says": "jobs that run side by side; others wait"})
    read_seconds: int = field(
        default=900, metadata={"says": "time limit of one read from a server, in seconds"}
    )
    read_mib: int = field(default=8_192, metadata={"says": "largest table read from a server, in MiB"})
    source_hosts: tuple[str, ...] = field(
        default=(), metadata={"says": "hosts that connections made on the page may lead to, with commas"}
    )
    database_url: Secret = field(
        default_factory=Secret,
        metadata={"says": "database of the cases; a file in the workspace when not set"},
    )
    """Such as ``mysql://user:password@host/database``; it never prints."""
    connections: tuple[Connection, ...] = field(
        default=(), metadata={"says": "servers, each key by a variable of its own: see Connections"}
    )
    """Stated by ``WAYMARK_CONNECTIONS__NAME__KEY`` or ``[connections.NAME]``."""

    @classmethod
    def read(cls, *, env: Mapping[str, str], secrets_file: Path) -> Self:
        """Return the settings of the environment and of the secrets file, which need not exist.

        Raises AppError for a file that is no TOML, without showing what is in it; beside that as ``load``.
        """
        try:
            text = secrets_file.read_text(encoding="utf-8") if secrets_file.exists() else ""
            secrets = tomllib.loads(text)
        except (OSError, ValueError) as error:
            raise AppError(
                f"'{secrets_file}' cannot be read as TOML.", hint="Check quotes, brackets and equal signs."
            ) from error
        return cls.load(env=env, secrets=secrets.get("waymark"), connections=secrets.get("connections"))

    @classmethod
    def load(
        cls,
        *,
        env: Mapping[str, str],
        secrets: Mapping[str, Any] | None = None,
        connections: Mapping[str, Any] | None = None,
    ) -> Self:
        """Return the settings; the environment wins over ``secrets`` and ``connections``.

        ``secrets`` and ``connections`` are the parsed ``[waymark]`` and ``[connections]`` tables of the
        secrets file. Raises InvalidChoice for an unknown key, SourceNotConfigured for a connection that
        lacks something, and AppError for a value that is not a whole number above zero.
        """
        given = {name.lower(): value for name, value in (secrets or {}).items()}
        plain = {n: v for n, v in env.items() if n.startswith(PREFIX) and not n.startswith(CONNECTIONS)}
        given |= {n.removeprefix(PREFIX).lower(): v for n, v in plain.items()}
        valid = [item.name for item in fields(cls) if item.name != "connections"]
        for name in given:
            if name not in valid:
                raise InvalidChoice.of(
                    "setting", f"{PREFIX}{name.upper()}", [PREFIX + v.upper() for v in valid]
                )
        stated = _connections(env, connections or {})
        return cls(connections=stated, **{name: _value(name, value) for name, value in given.items()})


def _connections(env: Mapping[str, str], given: Mapping[str, Any]) -> tuple[Connection, ...]:
    """Return the connections of the secrets file, overlaid with those of the environment."""
    stated: dict[str, dict[str, Any]] = {}
    for name, keys in given.items():
        if not isinstance(keys, Mapping):
            raise AppError(
                f"'connections.{name}' in .streamlit/secrets.toml is no table.",
                hint=f"Write [connections.{name}] on a line of its own, and its settings below.",
            )
        stated[name] = dict(keys)
    for variable in sorted(name for name in env if name.startswith(CONNECTIONS)):
        name, _, key = variable.removeprefix(CONNECTIONS).partition("__")
        stated.setdefault(name.lower().replace("_", "-"), {})[key.lower()] = env[variable]
    return tuple(Connection.of(name, keys) for name, keys in stated.items())


def _value(name: str, value: Any) -> Any:
    """Return the value in its type; raises AppError with the name, never with a guess."""
    if name == "workspace":
        return Path(str(value)).expanduser()
    if name == "database_url":
        return value if isinstance(value, Secret) else Secret(str(value).strip())
    if name == "source_hosts":
        return tuple(host.strip() for host in str(value).split(",") if host.strip())
    text = str(value).strip().replace("_", "")
    if not text.isdecimal() or int(text) < 1:
        raise AppError(
            f"The setting '{PREFIX}{name.upper()}' must be a whole number above zero, not '{value}'.",
            hint="Change it in the environment or in .streamlit/secrets.toml, then start again.",
        )
    return int(text)
