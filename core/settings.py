"""Settings: read once from the environment and ``.streamlit/secrets.toml``, then passed down as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from core.errors import AppError, InvalidChoice

PREFIX = "WAYMARK_"
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

    @classmethod
    def load(cls, *, env: Mapping[str, str], secrets: Mapping[str, Any] | None = None) -> Self:
        """Return the settings; the environment wins over ``secrets``.

        ``secrets`` is the parsed ``[waymark]`` table of the secrets file. Raises InvalidChoice for an
        unknown key and AppError for a value that is not a whole number above zero.
        """
        given = {name.lower(): value for name, value in (secrets or {}).items()}
        given |= {n.removeprefix(PREFIX).lower(): v for n, v in env.items() if n.startswith(PREFIX)}
        valid = [item.name for item in fields(cls)]
        for name in given:
            if name not in valid:
                raise InvalidChoice.of(
                    "setting", f"{PREFIX}{name.upper()}", [PREFIX + v.upper() for v in valid]
                )
        return cls(**{name: _value(name, value) for name, value in given.items()})


def _value(name: str, value: Any) -> Any:
    """Return the value in its type; raises AppError with the name, never with a guess."""
    if name == "workspace":
        return Path(str(value)).expanduser()
    text = str(value).strip().replace("_", "")
    if not text.isdecimal() or int(text) < 1:
        raise AppError(
            f"The setting '{PREFIX}{name.upper()}' must be a whole number above zero, not '{value}'.",
            hint="Change it in the environment or in .streamlit/secrets.toml, then start again.",
        )
    return int(text)
