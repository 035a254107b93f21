"""How large a file may be: the limits, stated before and enforced with TooLarge."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import TooLarge

SHORTER = "Split the file, or leave out rows and columns that are not needed."


@dataclass(frozen=True)
class FileLimits:
    """The largest file, table and cell that are read."""

    max_bytes: int = 500 * 1024**2
    max_rows: int = 5_000_000
    max_columns: int = 2_000
    max_unpacked_bytes: int = 1024**3
    """What a workbook or a Parquet file may grow to when it is unpacked."""
    max_cell_chars: int = 100_000

    def describe(self) -> tuple[str, ...]:
        """Return the limits as sentences, to show before a file is chosen.

        >>> FileLimits().describe()[0]
        'A file may have up to 500 MB.'
        """
        return (
            f"A file may have up to {megabytes(self.max_bytes)}.",
            f"A table may have up to {self.max_rows:,} rows and {self.max_columns:,} columns.",
            f"A workbook or Parquet file may unpack to up to {megabytes(self.max_unpacked_bytes)}.",
            f"A cell may hold up to {self.max_cell_chars:,} characters.",
        )

    def check_bytes(self, name: str, n: int) -> None:
        """Do nothing while the file is small enough; raises TooLarge."""
        if n > self.max_bytes:
            raise TooLarge(
                f"'{name}' has {megabytes(n)}; the limit is {megabytes(self.max_bytes)}.", hint=SHORTER
            )

    def check_unpacked(self, name: str, n: int) -> None:
        """Do nothing while the unpacked content is small enough; raises TooLarge."""
        if n > self.max_unpacked_bytes:
            limit = megabytes(self.max_unpacked_bytes)
            raise TooLarge(f"'{name}' would unpack to {megabytes(n)}; the limit is {limit}.", hint=SHORTER)

    def check_rows(self, name: str, n: int) -> None:
        """Do nothing while there are few enough rows; raises TooLarge."""
        if n > self.max_rows:
            raise TooLarge(
                f"'{name}' has more than {self.max_rows:,} rows, which is the limit.", hint=SHORTER
            )

    def check_columns(self, name: str, n: int) -> None:
        """Do nothing while there are few enough columns; raises TooLarge."""
        if n > self.max_columns:
            raise TooLarge(
                f"'{name}' has {n:,} columns; the limit is {self.max_columns:,}.",
                hint="Keep the columns that matter, such as the first 200, and export again.",
            )

    def check_cell(self, name: str, column: str, n: int) -> None:
        """Do nothing while the longest cell is short enough; raises TooLarge."""
        if n > self.max_cell_chars:
            raise TooLarge(
                f"A cell of column '{column[:60]}' in '{name}' has {n:,} characters;"
                f" the limit is {self.max_cell_chars:,}.",
                hint="Shorten the text, or check for a quotation mark that is never closed.",
            )


def megabytes(n: int) -> str:
    """Return a size in words.

    >>> megabytes(1024**3), megabytes(1536), megabytes(12)
    ('1 GB', '1.5 kB', '12 bytes')
    """
    for size, unit in ((1024**3, "GB"), (1024**2, "MB"), (1024, "kB")):
        if n >= size:
            return f"{n / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{n:,} bytes"
