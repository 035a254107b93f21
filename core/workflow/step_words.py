"""The plain words in which a person is asked for a step of a recipe: its title, its settings, its choices."""

from __future__ import annotations

KINDS: dict[str, tuple[str, str]] = {
    "strip_text": ("Tidy spaces", "Spaces around a text go, and several in a row become one."),
    "normalise_text": (
        "Write text in one way",
        "Capitals, accents and look-alike signs are written the same everywhere.",
    ),
    "placeholders_to_missing": (
        "Empty cells that only say “missing”",
        "A question mark, “n/a” or 999 is no answer: such cells become empty.",
    ),
    "parse_numbers": (
        "Read text as numbers",
        "“1.200,5 €” becomes a number. What cannot be read becomes empty, and is counted.",
    ),
    "parse_dates": (
        "Read text as dates",
        "What cannot be read, and days that do not exist, become empty, and are counted.",
    ),
    "parse_flags": (
        "Read text as yes or no",
        "Any answer that is neither becomes empty, and is counted.",
    ),
    "map_values": (
        "Write a category in one way",
        "Each spelling on the left is written as on the right. All others stay.",
    ),
    "cast_columns": ("Change what a column holds", "Such as codes that were read as numbers: 1 is a name."),
    "rename_column": ("Rename a column", "Later steps know it by its new name."),
    "set_range": (
        "Say which numbers are possible",
        "Numbers outside are emptied, moved to the nearest possible one, or marked.",
    ),
    "drop_rows": (
        "Leave out rows without a value",
        "Meant for the student id: leaving students out for other gaps loses those who need help most.",
    ),
    "drop_rows_where": (
        "Leave out rows by a condition",
        "Every row that is left out is named, with the condition as the reason.",
    ),
    "drop_duplicates": (
        "Leave out exact copies",
        "Of rows that are equal in every column one stays. A row without an id is no copy.",
    ),
    "merge_students": (
        "Join students who are in the table twice",
        "The second of each pair is left out, and gaps of the first are filled from it.",
    ),
    "keep_one_per_student": (
        "Keep one row of each student",
        "The other rows are left out, each of them named.",
    ),
    "derive_column": ("Compute a new column", "From the other columns of the same row."),
    "cap_outliers": (
        "Move far-out numbers closer",
        "Numbers far from the usual ones are moved to the end of what is usual.",
    ),
    "bin_numbers": (
        "Put numbers into ranges",
        "Such as “below 50”, “50 to under 60”, “60 and above”.",
    ),
    "combine_rare": ("Put rare answers together", "Answers of only a few students become one answer."),
    "drop_columns": ("Leave out columns", "The columns go; no row does."),
    "fill_with_median": (
        "Fill gaps with the median",
        "The middle value of all rows; far-out numbers do not move it.",
    ),
    "fill_with_mean": ("Fill gaps with the mean", "The average of all rows."),
    "fill_with_mode": (
        "Fill gaps with the most frequent value",
        "Of values that are equally frequent, the smallest.",
    ),
    "fill_by_group": (
        "Fill gaps with what is usual in the student's group",
        "Groups in which fewer than five values are known take what is usual among all.",
    ),
    "fill_with_constant": ("Fill gaps with a value of your own", "The same value in every gap."),
    "fill_with_neighbours": (
        "Fill gaps from the most similar students",
        "Similar in the chosen columns of numbers. The rows are gathered on one computer for it.",
    ),
    "fill_with_model": (
        "Fill gaps with what the other columns suggest",
        "From the chosen columns of numbers. The rows are gathered on one computer for it.",
    ),
}
"""What each kind of step is called on the screen, and what it does."""

LABELS: dict[str, tuple[str, str]] = {
    "column": ("Column", ""),
    "columns": ("Columns", ""),
    "by": ("Columns that say who it is", "Rows that are equal in them belong to one student."),
    "fill_by_group.by": ("Column of the group", "Such as the programme or the class."),
    "merge_students.by": ("Column of the ids", ""),
    "accents": ("Leave out accents", "é is written e."),
    "at_least": ("Answers are kept from so many rows on", ""),
    "case": ("Capitals", ""),
    "condition": ("Leave out the rows where", 'Such as age < 15, or programme == "guest".'),
    "decimal": ("Decimal marks", "Each sign written here is read as one."),
    "derive_column.column": ("Name of the new column", ""),
    "edges": ("A new range starts at", "Numbers, rising. Leave it empty to have equally full ranges."),
    "expression": ("Computed as", "Such as work_hours + travel_minutes / 60."),
    "formats": ("How the dates are written", "The first that reads a cell counts."),
    "highest": ("Highest possible value", "Leave it empty where there is none."),
    "into": ("They are written as", ""),
    "keep": ("Which row is kept", ""),
    "lowest": ("Lowest possible value", "Leave it empty where there is none."),
    "mapping": ("Spellings", "Values that are not listed stay as they are."),
    "neighbours": ("How many similar students", "5 is usual."),
    "no": ("Words that mean no", ""),
    "order_by": ("Column that decides first and last", "Such as a date or a term."),
    "outside": ("What is done with values outside", ""),
    "pairs": ("Pairs of ids", ""),
    "percent_as_fraction": ("85 % is 0.85 instead of 85", ""),
    "quantiles": ("How many equally full ranges", "0 where the ranges are given above."),
    "rounds": ("How many rounds at most", "10 is usual."),
    "rule": ("What counts as far out", ""),
    "statistic": ("Filled with", ""),
    "strength": ("How far out", "3 is usual; for “the ends”, so many percent of the rows at each end."),
    "thousands": ("Thousands marks", "Spaces and apostrophes always count as one."),
    "to": ("New name", ""),
    "cast_columns.to": ("It holds", ""),
    "tokens": ("Words that mean “missing”", "Compared without outer spaces and capitals."),
    "units": ("Signs that are left out", "Such as a currency."),
    "value": ("Value", "A number for columns of numbers, a text for columns of text."),
    "was_missing": ("Also add a column that says where the gaps were", ""),
    "yes": ("Words that mean yes", ""),
}
"""Label and help of each setting, by its name, or by ``kind.name`` where kinds differ."""

CHOICES: dict[tuple[str, str], str] = {
    ("case", "keep"): "stay as they are",
    ("case", "lower"): "all small",
    ("case", "upper"): "all capital",
    ("case", "title"): "each word starts with a capital",
    ("formats", "ymd"): "year-month-day",
    ("formats", "dmy"): "day.month.year",
    ("formats", "mdy"): "month/day/year",
    ("formats", "dmy_words"): "day, name of the month, year",
    ("formats", "compact"): "yearmonthday",
    ("keep", "fullest"): "the one with the fewest gaps",
    ("keep", "first"): "the first",
    ("keep", "last"): "the last",
    ("outside", "missing"): "empty the cell",
    ("outside", "clip"): "move it to the nearest possible value",
    ("outside", "flag"): "keep it, and mark the row in a new column",
    ("rule", "iqr"): "far from the middle half of the rows",
    ("rule", "robust_z"): "far from the median",
    ("rule", "percentile"): "the ends",
    ("statistic", "median"): "the group's median",
    ("statistic", "mean"): "the group's mean",
    ("statistic", "mode"): "the group's most frequent value",
    ("to", "text"): "free text",
    ("to", "number"): "numbers",
    ("to", "category"): "categories",
}
"""Choices in words, by setting and value; others are shown as they are."""

HEADINGS: dict[str, tuple[str, str]] = {
    "map_values": ("As found", "Written as"),
    "merge_students": ("Kept", "Joined into it"),
}
"""What the two columns of a list of pairs hold, by kind of step."""
