"""The real servers start here, and what is written to them comes back as it was."""

import pandas as pd
import sqlalchemy

from core import frames


def test_mariadb_answers_through_sqlalchemy_and_keeps_names_in_every_script(mariadb_database):
    engine = sqlalchemy.create_engine(mariadb_database.url)
    with engine.begin() as connection:
        create = "CREATE TABLE students (id VARCHAR(9) PRIMARY KEY, name TEXT, gpa DOUBLE)"
        connection.execute(sqlalchemy.text(create))
        insert = sqlalchemy.text("INSERT INTO students VALUES (:id, :name, :gpa)")
        connection.execute(insert, [{"id": "007", "name": "Zoë 李 🙂", "gpa": None}])
        rows = connection.execute(sqlalchemy.text("SELECT id, name, gpa FROM students")).all()
    engine.dispose()

    assert rows == [("007", "Zoë 李 🙂", None)]


def test_each_test_has_a_mariadb_database_to_itself(mariadb_database):
    with mariadb_database.server.connect(mariadb_database.name) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW TABLES")

        assert cursor.fetchall() == ()


def test_mongodb_gives_back_the_document_it_was_given(mongo_database):
    document = {"_id": "007", "name": "Zoë 李", "contacts": [{"term": 1, "count": None}]}
    mongo_database["students"].insert_one(document)

    assert list(mongo_database["students"].find()) == [document]


def test_each_test_has_a_mongodb_database_to_itself(mongo_database):
    assert mongo_database.list_collection_names() == []


def test_spark_counts_rows_that_crossed_by_arrow_and_missing_stays_missing(spark):
    students = pd.DataFrame({"id": ["007", "NA", None], "gpa": [1.5, None, 3.0]})
    on_spark = frames.on_spark(students, spark)

    assert frames.count(on_spark) == 3
    assert frames.collect(on_spark).isna().sum().to_dict() == {"id": 1, "gpa": 1}
    pd.testing.assert_frame_equal(frames.collect(on_spark), students)


def test_a_frame_is_held_by_pandas_and_then_by_spark(frame_of):
    frame = frame_of({"id": ["a", None], "gpa": [None, 2.0]})

    assert frames.collect(frame)["gpa"].isna().tolist() == [True, False]
    assert frames.count(frame) == 2
