"""Documents become columns by a stated rule, whatever their keys are called."""

import bson
import pytest

from core.errors import ColumnNotFound, InvalidChoice, TableNotFound, WrongKind

TALKS = [
    {"_id": 1, "name": "Zoë", "contacts": [{"term": 1, "topic": "fees"}, {"term": 2}]},
    {"_id": 2, "name": "Ada", "contacts": []},
    {"_id": 3, "name": "Max"},
    {"_id": 4, "name": "Kim", "contacts": None},
    {"_id": 5, "name": "Bo", "contacts": [{"term": 3, "topic": "work"}]},
]


def table(source, name="students", **asked):
    return source.arrow(name, **asked).table.to_pydict()


def test_nested_documents_are_columns_and_what_lies_deeper_than_four_levels_is_json(source_of):
    deep = {"b": {"c": {"d": {"e": 1}}}}
    found = table(source_of([{"_id": 1, "address": {"city": "Ulm"}, "a": deep}, {"_id": 2, "address": None}]))

    assert found == {"_id": [1.0, 2.0], "address.city": ["Ulm", None], "a.b.c.d": ['{"e": 1}', None]}


def test_arrays_are_counted(source_of):
    source = source_of([{"_id": 1, "tags": ["a", "b"]}, {"_id": 2, "tags": []}, {"_id": 3}])
    field = source.describe("students").fields[1]

    assert table(source)["tags.count"] == [2, 0, None]
    assert (field.name, field.type, field.is_list, field.is_number) == ("tags.count", "array", True, True)


def test_arrays_of_any_length_and_content_are_counted(source_of):
    lengths = [0, 1, 9, 10, 11, 99, 100, 101, 250]
    elements = [1, "text", {"a": [1]}, [1, 2], None, bson.Regex("x"), b"abc", 2.5]
    documents = [
        {"_id": i, "tags": [elements[(i + k) % len(elements)] for k in range(n)]}
        for i, n in enumerate(lengths)
    ]

    assert table(source_of(documents))["tags.count"] == lengths


@pytest.mark.parametrize("explode", ["contacts", "contacts.count"])
def test_an_exploded_array_gives_one_row_an_element_and_keeps_documents_without_one(source_of, explode):
    found = table(source_of(TALKS), explode=explode)

    assert found["name"] == ["Zoë", "Zoë", "Ada", "Max", "Kim", "Bo"]
    assert found["contacts.term"] == [1, 2, None, None, None, 3]
    assert found["contacts.topic"] == ["fees", None, None, None, None, "work"]


def test_an_exploded_array_of_plain_values_is_a_column_of_its_own_name(source_of):
    found = table(source_of([{"_id": 1, "tags": ["a", "b"]}, {"_id": 2, "tags": []}]), explode="tags")

    assert found == {"_id": [1, 1, 2], "tags": ["a", "b", None]}


def test_what_is_no_array_cannot_be_exploded(source_of):
    source = source_of(TALKS)

    with pytest.raises(WrongKind, match="'name' is no array of 'students'") as caught:
        source.load("students", explode="name")
    with pytest.raises(ColumnNotFound, match="'talks'"):
        source.load("students", explode="talks")
    assert "Valid: 'contacts'" in caught.value.hint


def test_a_key_that_is_a_document_here_and_a_text_there_has_both_columns(source_of):
    found = table(source_of([{"_id": 1, "a": {"x": 1}}, {"_id": 2, "a": "plain"}, {"_id": 3, "a": [1]}]))

    assert found == {
        "_id": [1, 2, 3],
        "a.count": [None, None, 1],
        "a": [None, "plain", None],
        "a.x": [1, None, None],
    }


def test_a_text_where_all_sampled_documents_nest_is_counted_and_told(source_of):
    documents = [{"_id": i, "a": {"x": i}} for i in range(3_000)]
    documents[1_500]["a"] = "no address"
    found = source_of(documents).arrow("students", columns=["a.x"])

    assert found.table["a.x"].null_count == 1
    told = "Column 'a': 1 value of other types than its columns show (1 string) and left out ('no address')."
    assert [str(change) for change in found.changed] == [told]


def test_keys_with_dots_and_dollars_are_shown_so_that_none_can_be_mistaken(source_of, mongo_database):
    mongo_database["students"].insert_one({"_id": 1, "a": {"b": "nested"}})
    mongo_database["students"].insert_one({"_id": 2, "a.b": "dotted", "$where": "x", "": "empty", '["': 5})
    source = source_of([])
    found = table(source)

    assert found["a.b"] == ["nested", None]
    assert found['["a.b"]'] == [None, "dotted"]
    assert found['["$where"]'] == [None, "x"]
    assert found['[""]'] == [None, "empty"]
    assert found['["[\\""]'] == [None, 5]
    assert table(source, columns=['["$where"]', "a.b"]) == {
        '["$where"]': [None, "x"],
        "a.b": ["nested", None],
    }


@pytest.mark.parametrize(
    "name", ["a'b", 'x"; drop', "weird name", "$cmd2"[1:], "名前", "x" * 64, "a.b.c", "`"]
)
def test_collections_of_any_name_are_read(source_of, name):
    assert table(source_of([{"_id": 1}], name=name), name) == {"_id": [1]}


def test_a_field_that_no_sampled_document_has_is_named(source_of):
    documents = [{"_id": i, "n": i} for i in range(3_000)]
    documents[1_500]["rare"] = "x"
    documents[1_501]["rare"] = "x"

    assert source_of(documents).arrow("students").notes == (
        "Fields that none of the 1,000 sampled documents has were not read: 'rare'.",
    )


def test_only_the_columns_asked_for_are_read_in_their_order_each_once(source_of):
    source = source_of(TALKS)
    found = source.arrow("students", columns=["name", "_id", "name"])

    assert list(found.table.column_names) == ["name", "_id"]
    assert '{"$project": {"name": 1, "_id": 1}}' in found.query


def test_unknown_tables_columns_and_limits_are_named(source_of):
    source = source_of(TALKS)

    with pytest.raises(TableNotFound, match="has no collection 'studnts'") as caught:
        source.load("studnts")
    assert caught.value.hint == "Did you mean 'students'? Valid: 'students'."
    with pytest.raises(ColumnNotFound, match=r"no column 'nme' \(needed by table 'students'\)\.") as caught:
        source.load("students", columns=["nme"])
    with pytest.raises(InvalidChoice, match="'limit' cannot be '-1'") as caught:
        source.load("students", limit=-1)
    assert caught.value.hint.endswith("Valid: '0 or more'.")


def test_a_limit_gives_the_first_documents_and_zero_gives_none(source_of):
    source = source_of([{"_id": i} for i in range(30)])

    assert table(source, limit=3) == {"_id": [0, 1, 2]}
    assert table(source, limit=0) == {"_id": []}


def test_views_are_read_like_collections(source_of, mongo_database):
    source = source_of(TALKS)
    mongo_database.create_collection(
        "named", viewOn="students", pipeline=[{"$match": {"name": {"$gt": "K"}}}]
    )

    assert source.tables() == ("named", "students")
    assert table(source, "named")["name"] == ["Zoë", "Max", "Kim"]
    info = source.describe("named")
    assert (info.what, info.n_rows, info.n_sampled) == ("view", None, 3)


def test_documents_of_many_shapes_and_orders_are_read_alike(source_of):
    documents = [
        dict.fromkeys([["a", "b", "c"], ["c", "a"], ["b"], ["c", "b", "a"], ["x", "a"]][i % 5], i)
        | {"_id": i}
        for i in range(200)
    ]
    found = table(source_of(documents))

    for key in ("a", "b", "c", "x"):
        assert found[key] == [document.get(key) for document in documents]


def test_progress_rises_to_one_and_tells_the_rows(source_of):
    told = []
    source_of(TALKS).load("students", progress=lambda fraction, words: told.append((fraction, words)))

    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert (fractions[0], told[-1]) == (0.0, (1.0, "5 rows read from 'students'"))
