"""Load the demo school into the servers of ``compose.yaml``, once: what its service ``load`` runs.

Takes addresses and passwords from the environment, as the service states them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from core.sources.base import DemoSpec
from core.sources.demo.write import write_school
from tests.servers import school
from tests.servers.mariadb_login import MariaDb
from tests.servers.mongo_login import Mongo

READER = "waymark_reader"
"""The account that Waymark uses; it may only read."""


def main() -> None:
    """Load everything unless the mark says that it is there, then give the account its password anew."""
    password = os.environ["ROOT_PASSWORD"]
    host, port = os.environ["MYSQL"].split(":")
    sql = MariaDb(host=host, port=int(port), password=password)
    host, port = os.environ["MONGO"].split(":")
    documents = Mongo(host=host, port=int(port), user="root", password=password)
    events = Path(os.environ["EVENTS"])
    spec = DemoSpec(students=int(os.environ["STUDENTS"]), dirt=False)
    mark = events / "_loaded"
    if not mark.exists() or mark.read_text(encoding="utf-8") != str(spec):
        mark.unlink(missing_ok=True)
        _load(spec, sql, documents, events)
        mark.write_text(str(spec), encoding="utf-8")
    reader = os.environ["READER_PASSWORD"]
    sql.account("read", database="school", user=READER, password=reader, comes_from="%")
    documents.account("read", database="surveys", user=READER, password=reader)
    print(f"The demo school of {spec.students:,} students is loaded.", flush=True)


def _load(spec: DemoSpec, sql: MariaDb, documents: Mongo, events: Path) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        write_school(spec, folder / "school")
        school.load_tables(folder / "school", server=sql, database="school", spec=spec)
        school.load_documents(folder / "school", server=documents, database="surveys")
        school.place_events(folder / "school", into=events)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
