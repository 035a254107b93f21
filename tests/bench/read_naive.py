"""The usual ways of reading from a server into pandas, as ``read_child`` runs them."""

from importlib import import_module

import pandas as pd
import pyarrow.compute as pc

EVENTS = ("student_id", "day", "minutes", "logins")
CHUNK_ROWS = 500_000
DAYS_A_WEEK = 7


def read_sql(request):
    """``pandas.read_sql`` of a whole table, over PyMySQL."""
    engine = _engine(request)
    return lambda lap: pd.read_sql(f"SELECT * FROM {request['table']}", engine), _sum_of(request)


def driver(request):
    """The fastest driver by itself, in two halves, into Arrow: nothing typed, watched or counted."""
    connectorx = import_module("connectorx")
    given = request["connection"]
    login = f"{given['user']}:{given['password']}@{given['host']}:{given['port']}"
    address = f"mysql://{login}/{given['database']}?prefer_socket=false"
    query = f"SELECT * FROM {request['table']}"
    halves = {"partition_on": request["key"], "partition_num": 2}
    return (
        lambda lap: connectorx.read_sql(address, query, return_type="arrow", **halves),
        lambda table: {request["sum_of"]: pc.sum(table.column(request["sum_of"])).as_py()},
    )


def find(request):
    """A frame of the list of all documents."""
    collection = _collection(request)
    return lambda lap: pd.DataFrame(list(collection.find())), _sum_of(request)


def group_sql(request):
    """Events by ``pandas.read_sql`` in chunks over a server-side cursor, then grouped."""
    engine = _engine(request).execution_options(stream_results=True)
    query = f"SELECT {', '.join(EVENTS)} FROM {request['table']}"
    return _grouped(request, lambda: pd.concat(pd.read_sql(query, engine, chunksize=CHUNK_ROWS)))


def group_find(request):
    """Events by a list of all documents, only with the fields that are needed, then grouped."""
    collection = _collection(request)
    fields = dict.fromkeys(EVENTS, 1) | {"_id": 0}
    return _grouped(request, lambda: pd.DataFrame(list(collection.find({}, fields))))


def group_parquet(request):
    """Events by ``pandas.read_parquet`` of the folder, only the columns that are needed, then grouped."""
    import_module("pyarrow.dataset")
    place = f"{request['connection']['folder']}/{request['table']}"
    return _grouped(request, lambda: pd.read_parquet(place, columns=list(EVENTS)))


def measures(events, as_of):
    """Return count, sum, mean, last, trend and days since of each student, in vectorised pandas."""
    events["day"] = pd.to_datetime(events["day"])
    x = (events["day"] - pd.Timestamp("2000-01-01")).dt.days
    events = events.assign(x=x, xx=x * x, xy=x * events["minutes"])
    students = events.groupby("student_id")
    sums = students[["x", "xx", "xy", "minutes"]].sum()
    n = students.size()
    top = sums["xy"] - sums["x"] * sums["minutes"] / n
    below = sums["xx"] - sums["x"] * sums["x"] / n
    latest = events.sort_values(["day", "logins"]).groupby("student_id")["logins"].last()
    return pd.DataFrame(
        {
            "count": n,
            "minutes_sum": sums["minutes"],
            "minutes_mean": sums["minutes"] / n,
            "logins_last": latest,
            "minutes_trend": (DAYS_A_WEEK * top / below).where(below > 0),
            "days_since": (pd.Timestamp(as_of) - students["day"].max()).dt.days,
        }
    )


def _grouped(request, read):
    def check(frame):
        return {name: float(frame[name].sum()) for name in frame.columns}

    return lambda lap: measures(read(), request["as_of"]), check


def _engine(request):
    import_module("pymysql")
    sqlalchemy = import_module("sqlalchemy")
    given = request["connection"]
    return sqlalchemy.create_engine(
        sqlalchemy.URL.create(
            "mysql+pymysql",
            username=given["user"],
            password=given["password"],
            host=given["host"],
            port=given["port"],
            database=given["database"],
            query={"charset": "utf8mb4"},
        )
    )


def _collection(request):
    given = request["connection"]
    client = import_module("pymongo").MongoClient(given["host"], given["port"])
    return client[given["database"]][request["table"]]


def _sum_of(request):
    return lambda frame: {request["sum_of"]: float(frame[request["sum_of"]].sum())}


WAYS = {
    "read_sql": read_sql,
    "driver": driver,
    "find": find,
    "group_sql": group_sql,
    "group_find": group_find,
    "group_parquet": group_parquet,
}
