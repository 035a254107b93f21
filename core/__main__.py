"""The command-line doors: ``python -m core ...`` for nightly jobs and scripts.

Exit status 0 when it worked, 2 for bad input with one sentence on standard error, 1 for a fault of ours.
"""

from __future__ import annotations

import argparse
import io
import os
import secrets
import sys
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from core.errors import AppError
from core.settings import SECRETS_FILE, Settings
from core.workflow import commands
from core.workflow.actors import LOCAL

MOST_SEED = 2**31 - 1


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one sentence."""

    def error(self, message: str) -> NoReturn:
        """Print the complaint and the way to the help; exit with status 2."""
        self.exit(2, f"{self.prog}: {message.rstrip('.')}. See '{self.prog} --help'.\n")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = Parser(prog="python -m core", description="Waymark without a screen.", allow_abbrev=False)
    commands_ = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)
    _at_risk(commands_.add_parser("at-risk", help="train, score every student, write the at-risk list"))
    _train(commands_.add_parser("train", help="train what a request asks for, and publish it"))
    _score(commands_.add_parser("score", help="score the students of a file by a published model"))
    _profile(commands_.add_parser("profile", help="say what is in a file"))
    _clean(commands_.add_parser("clean", help="clean a file by a recipe, and account for every row"))
    _segments(commands_.add_parser("segments", help="group the students of a file"))
    _load(commands_.add_parser("load", help="read and join the tables of a source plan"))
    _demo(commands_.add_parser("demo", help="write a made-up school with known truth"))
    return parser


def _at_risk(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Train with cross-validation, score every student with models that did not see them, "
        "and write the list: "
        "student_id, rank, listed, risk, need, segment, reasons; every student of the file, ordered by rank."
    )
    _file_options(parser)
    parser.add_argument(
        "--outcome",
        required=True,
        metavar="EXPR",
        help="what is to be avoided: 'math score < 50', 'Target == \"Dropout\"'",
    )
    parser.add_argument("--exclude", default="", metavar="COL,COL", help="columns to keep out of the model")
    cut = parser.add_mutually_exclusive_group(required=True)
    cut.add_argument("--capacity", type=int, metavar="N", help="list the N students with the highest risk")
    cut.add_argument(
        "--threshold", type=float, metavar="P", help="list the students with a risk of at least P (0 to 1)"
    )
    parser.add_argument(
        "--model", default="logistic_regression", metavar="NAME", help="default: logistic_regression"
    )
    parser.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="default: 0; the same seed gives the same list"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="LIST.csv", help="where the list goes")
    parser.add_argument("--json", type=Path, metavar="EVALUATION.json", help="where the evaluation goes")
    parser.set_defaults(run=commands.at_risk)


def _train(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Train what a request saved on Train asks for. A file in it is looked for in the workspace, then "
        "beside the request. A model with an issue is published only with --override."
    )
    parser.add_argument(
        "--request", required=True, type=Path, metavar="REQUEST.json", help="the training request"
    )
    parser.add_argument("--card", type=Path, metavar="CARD", help="where the card goes; .html, else Markdown")
    parser.add_argument("--metrics", type=Path, metavar="METRICS.json", help="where the figures go")
    parser.add_argument("--publish", action="store_true", help="keep it as a version in the workspace")
    parser.add_argument("--reason", metavar="WORDS", help="why it should be used; needed with --publish")
    parser.add_argument(
        "--override",
        action="append",
        metavar="WORDS",
        help="why it is published although checks found an issue, naming their codes; may stand twice",
    )
    parser.set_defaults(run=commands.retrain, keeps_workspace=True)


def _score(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Score the students of a file by a published model: student_id, risk, known_share. The file needs "
        "the columns that the model was trained with; further ones are ignored."
    )
    parser.add_argument("--model", required=True, metavar="ID", help="the model's id, or active")
    parser.add_argument("--file", required=True, type=Path, metavar="FILE", help="CSV, TSV, XLSX or Parquet")
    parser.add_argument("--out", required=True, type=Path, metavar="RISKS.csv", help="where the risks go")
    _reading_options(parser)
    parser.set_defaults(run=commands.score, keeps_workspace=True)


def _profile(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Say for each column what it holds in figures, what it is for and why, and what is wrong with it. "
        "Figures on fewer than 10 students are withheld. What is wrong is looked for in the rows together, "
        "whatever works out the figures."
    )
    _file_options(parser)
    parser.add_argument("--json", type=Path, metavar="PROFILE.json", help="also write it as JSON")
    _engine_option(parser)
    parser.set_defaults(run=commands.profile)


def _clean(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Clean a file by a recipe saved on Cleaning, or by the one that is proposed for it. The ledger adds "
        "up: rows in = rows out + rows left out, each of them named. Text that a spreadsheet could run is "
        "made harmless in CSV."
    )
    _file_options(parser)
    parser.add_argument(
        "--recipe", type=Path, metavar="RECIPE.json", help="the recipe; the proposed one when left out"
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="CSV", help="where the rows go; or .parquet"
    )
    parser.add_argument("--ledger", type=Path, metavar="LEDGER.csv", help="what each step did")
    parser.add_argument("--left-out", type=Path, metavar="CSV", help="each row that was left out, and why")
    parser.add_argument("--save-recipe", type=Path, metavar="RECIPE.json", help="where the recipe goes")
    parser.add_argument(
        "--keep-few", action="store_true", help="write it even if fewer than half of the students are left"
    )
    _engine_option(parser)
    parser.set_defaults(run=commands.clean)


def _segments(parser: argparse.ArgumentParser) -> None:
    parser.description = "Group the students with K-means and write student_id, segment, segment_name."
    _file_options(parser)
    parser.add_argument("--exclude", default="", metavar="COL,COL", help="columns to leave out")
    parser.add_argument(
        "--k", type=int, metavar="N", help="number of segments, 2 to 12; the recommended one when left out"
    )
    parser.add_argument("--seed", type=_seed, default=0, metavar="N", help="default: 0")
    parser.add_argument("--out", required=True, type=Path, metavar="CSV", help="where the segments go")
    parser.set_defaults(run=commands.write_segments)


def _load(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Replay a source plan made on Data sources: read each table where it is, join them to one row a "
        "student, write Parquet. Connections come from the environment, .streamlit/secrets.toml and the "
        "workspace; a server that does not answer is an error, never an older copy."
    )
    parser.add_argument("--plan", required=True, type=Path, metavar="PLAN.json", help="the source plan")
    parser.add_argument(
        "--out", required=True, type=Path, metavar="STUDENTS.parquet", help="where the students go"
    )
    parser.add_argument("--json", type=Path, metavar="REPORT.json", help="where each number came from")
    parser.set_defaults(run=commands.load, needs_connections=True)


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Write a made-up school (tables, documents, events) with the truth that was planted in it."
    )
    parser.add_argument("--students", type=int, required=True, metavar="N", help="how many students")
    parser.add_argument("--seed", type=_seed, default=7, metavar="N", help="default: 7")
    parser.add_argument("--clean", action="store_true", help="plant no dirt")
    parser.add_argument("--leaks", action="store_true", help="plant columns that give the outcome away")
    parser.add_argument("--drift", action="store_true", help="let the last cohort differ")
    parser.add_argument("--no-mentoring", action="store_true", help="let mentoring have no effect")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write into")
    parser.set_defaults(run=commands.demo)


def _file_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--file", required=True, type=Path, metavar="FILE", help="CSV, TSV, XLSX or Parquet")
    parser.add_argument(
        "--id", metavar="COLUMN", help="the student id; the row number serves when left out and none is found"
    )
    parser.add_argument(
        "--protected", default="", metavar="COL,COL", help="columns that are never a model input"
    )
    _reading_options(parser)


def _reading_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sheet", metavar="NAME", help="the sheet of a workbook; its first one when left out"
    )
    parser.add_argument("--delimiter", metavar="CHAR", help="detected when left out")
    parser.add_argument("--encoding", metavar="NAME", help="detected when left out")
    parser.add_argument("--decimal", metavar="MARK", help="'.' or ','; detected when left out")


def _engine_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--engine",
        choices=("pandas", "spark"),
        default="pandas",
        help="default: pandas; spark starts a Spark in this computer, and the answer is the same",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    options = build_parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        settings = Settings.read(env=os.environ, secrets_file=SECRETS_FILE)
        with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
            options.run(LOCAL, options, settings=_apart(settings, Path(folder), options))
    except AppError as error:
        print(_one_line(error), file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception:
        reference = secrets.token_hex(2).upper()
        log = _log_fault(reference)
        print(f"Something went wrong (reference {reference}); the details are in '{log}'.", file=sys.stderr)
        return 1
    return 0


def _apart(settings: Settings, folder: Path, options: argparse.Namespace) -> Settings:
    """Return the settings with a workspace for this one run; of the app's own, the connections are known.

    Published models, and the files of requests, lie in the app's own workspace: it serves their commands.
    """
    if getattr(options, "keeps_workspace", False):
        return commands.with_connections(LOCAL, settings)
    if getattr(options, "needs_connections", False):
        settings = commands.with_connections(LOCAL, settings)
    return replace(settings, workspace=folder)


def _log_fault(reference: str) -> Path:
    """Write what went wrong into a file that only its owner can read; return its place."""
    handle, name = tempfile.mkstemp(prefix=f"waymark-{reference}-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.write(traceback.format_exc())
    return Path(name)


def _seed(text: str) -> int:
    """Return a seed from the command line; the page takes the same range."""
    if not text.isdecimal() or int(text) > MOST_SEED:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number from 0 to {MOST_SEED}")
    return int(text)


def _one_line(error: AppError) -> str:
    """Return the sentence and the first line of the hint: what follows only points into the text."""
    first, _, _ = (error.hint or "").partition("\n")
    return " ".join(f"{error} {first}".split())


if __name__ == "__main__":
    sys.exit(main())
