"""The folder of models: whole or absent, checked when read, and nothing hostile in it is ever used."""

import json
import os
import pickle
import stat
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import AppError
from core.registry import active, store
from core.registry.bundle import KEYS, bundle_bytes, make_bundle
from core.registry.store import Damaged
from core.registry.strict_json import Unreadable
from tests.registry.contents import AT, CONTENT, made

NO_ID = [
    "",
    "..",
    "../../etc/passwd",
    "active",
    "0123456789ABCDEF",
    "0123456789abcde",
    "0123456789abcdef/",
    "a" * 17,
]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "models"


def kept(folder, **changes):
    return store.keep(folder, made(**changes), {"card.md": b"# Card\n"})


def spoilt(folder, change):
    """Publish, then change the bytes of the file."""
    bundle = kept(folder)
    place = folder / bundle.id / "bundle.json"
    place.write_bytes(change(place.read_bytes()))
    return bundle.id


def test_a_version_is_loaded_as_it_was_published(folder):
    bundle = kept(folder)
    loaded = store.load(folder, bundle.id)

    assert loaded == bundle
    assert loaded.content == CONTENT
    assert (folder / bundle.id / "card.md").read_bytes() == b"# Card\n"
    assert stat.S_IMODE((folder / bundle.id / "bundle.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_content_makes_the_id_and_the_time_does_not(folder):
    first = kept(folder)
    later = store.keep(folder, make_bundle(CONTENT, published_at=datetime(2027, 1, 1, tzinfo=UTC)), {})

    assert later == first
    assert kept(folder, checks=[]).id != first.id
    assert len(store.versions(folder)) == 2
    assert [one.name for one in folder.iterdir() if one.name.startswith(".")] == []


def test_the_last_published_stands_first_and_a_damaged_one_says_why(folder):
    old, new = kept(folder), store.keep(
        folder, make_bundle(CONTENT | {"checks": []}, published_at=datetime(2027, 1, 1, tzinfo=UTC)), {}
    )  # fmt: skip
    (folder / ("0" * 16)).mkdir()
    (folder / "notes.txt").write_text("not a model")
    found = store.versions(folder)

    assert found[:2] == (new, old)
    assert found[2:] == (Damaged("0" * 16, f"There is no model '{'0' * 16}'."),)
    assert store.versions(folder / "nowhere") == ()


@pytest.mark.parametrize("model", NO_ID)
def test_an_id_is_never_a_path(folder, model):
    kept(folder)
    with pytest.raises(Unreadable, match="is no id of a model"):
        store.load(folder, model)


def test_a_model_that_is_not_there_is_one_sentence(folder):
    with pytest.raises(Unreadable, match=r"^There is no model '0123456789abcdef'\.$"):
        store.load(folder, "0123456789abcdef")


def repacked(content, **envelope):
    """A file whose hash fits its content, under whatever id that makes."""
    bundle = make_bundle(content, published_at=AT)
    raw = json.loads(bundle_bytes(bundle)) | envelope
    return bundle.id, json.dumps(raw).encode()


def put(folder, model, content):
    (folder / model).mkdir(parents=True)
    (folder / model / "bundle.json").write_bytes(content)
    return model


def without(key):
    return {name: value for name, value in CONTENT.items() if name != key}


@pytest.mark.parametrize("key", KEYS)
def test_a_missing_part_is_named(folder, key):
    model, content = repacked(without(key))
    with pytest.raises(Unreadable, match=f"In the model '{model}', '\\$.content' has no '{key}'"):
        store.load(folder, put(folder, model, content))


@pytest.mark.parametrize(
    ("content", "envelope", "said"),
    [
        (CONTENT, {"waymark_model": 4}, "The model '{}' has the layout 4, which is not known."),
        (CONTENT, {"waymark_model": "1", "x": 1}, "In the model '{}', '$' has an unknown key 'x'."),
        (CONTENT, {"published_at": "soon"}, "In the model '{}', '$.published_at' must be a time."),
        (CONTENT, {"published_at": "2026-01-01"}, "In the model '{}', '$.published_at' must be a time."),
        (
            CONTENT | {"family": "oracle"}, {},
            "The model '{}' is of the family 'oracle', which cannot be loaded.",
        ),
        (CONTENT | {"family": ["x"]}, {}, "In the model '{}', '$.content.family' must be text."),
        (CONTENT | {"code": "import os"}, {}, "In the model '{}', '$.content' has an unknown key 'code'."),
        ([], {}, "In the model '{}', '$.content' must be an object."),
    ],
)  # fmt: skip
def test_another_layout_family_or_shape_says_why_not(folder, content, envelope, said):
    model, written = repacked(content, **envelope)
    with pytest.raises(Unreadable) as refused:
        store.load(folder, put(folder, model, written))

    assert str(refused.value) == said.format(model)


TAMPERED = "The model '{}' is not what was published: its content has another SHA-256."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda raw: raw.replace(b'"weight": 0.5', b'"weight": 0.6'), TAMPERED),
        (
            lambda raw: raw.replace(b'"weight": 0.5', b'"weight": NaN'),
            "The model '{}' holds 'NaN', which is no number.",
        ),
        (
            lambda raw: raw.replace(b'"weight": 0.5', b'"weight": 1e400'),
            "The model '{}' holds '1e400', which is too large for a number.",
        ),
        (lambda raw: raw.replace(b'"sha256": "', b'"sha256": "0'), TAMPERED),
        (lambda raw: raw[: len(raw) // 2], None),
        (lambda raw: b"", None),
        (lambda raw: b"[]", "In the model '{}', '$' must be an object."),
        (lambda raw: raw.replace(b'"family"', b'"family": "x", "family"'), None),
        (lambda raw: b"PK\x03\x04" + os.urandom(200), None),
        (lambda raw: pickle.dumps({"a": 1}), None),
        (lambda raw: b" " * (33 * 1024**2), "The model '{}' is too large."),
    ],
)  # fmt: skip
def test_a_changed_file_is_refused_in_one_sentence(folder, change, said):
    model = spoilt(folder, change)
    with pytest.raises(Unreadable) as refused:
        store.load(folder, model)

    assert "\n" not in str(refused.value)
    assert said is None or str(refused.value) == said.format(model)


def test_the_content_of_another_version_is_not_loaded_under_this_id(folder):
    first, second = kept(folder), kept(folder, checks=[])
    (folder / first.id / "bundle.json").write_bytes((folder / second.id / "bundle.json").read_bytes())

    with pytest.raises(Unreadable, match="is not what was published"):
        store.load(folder, first.id)


def linked_file(folder, bundle, outside):
    place = folder / bundle.id / "bundle.json"
    outside.write_bytes(place.read_bytes())
    place.unlink()
    place.symlink_to(outside)


def linked_folder(folder, bundle, outside):
    (folder / bundle.id).rename(outside)
    (folder / bundle.id).symlink_to(outside)


def pipe(folder, bundle, outside):
    place = folder / bundle.id / "bundle.json"
    place.unlink()
    os.mkfifo(place)


def a_folder(folder, bundle, outside):
    place = folder / bundle.id / "bundle.json"
    place.unlink()
    place.mkdir()


@pytest.mark.parametrize("spoil", [linked_file, linked_folder, pipe, a_folder])
def test_links_pipes_and_folders_are_not_read(folder, tmp_path, spoil):
    bundle = kept(folder)
    spoil(folder, bundle, tmp_path / "outside")

    with pytest.raises(Unreadable, match=f"^The model '{bundle.id}' cannot be read.$"):
        store.load(folder, bundle.id)


def test_a_disk_that_refuses_is_one_sentence_and_leaves_nothing(folder, monkeypatch):
    def full(_place, _content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_durably", full)
    with pytest.raises(AppError, match="The model could not be kept: No space left on device"):
        kept(folder)

    assert list(folder.iterdir()) == []


def aside(folder):
    return [one.name for one in folder.iterdir() if one.name.startswith(".damaged-")]


def missing_file(folder, bundle, outside):
    (folder / bundle.id / "bundle.json").unlink()


def changed_file(folder, bundle, outside):
    place = folder / bundle.id / "bundle.json"
    place.write_bytes(place.read_bytes().replace(b'"weight": 0.5', b'"weight": 0.6'))


@pytest.mark.parametrize(
    "spoil", [changed_file, missing_file, linked_file, linked_folder, pipe, a_folder]
)  # fmt: skip
def test_publishing_again_mends_a_damaged_version(folder, tmp_path, spoil):
    bundle = kept(folder)
    promote(folder, bundle.id)
    spoil(folder, bundle, tmp_path / "outside")

    assert kept(folder) == bundle
    assert active.active_bundle(folder) == bundle
    assert store.versions(folder) == (bundle,)
    (name,) = aside(folder)
    with pytest.raises(Unreadable, match="is no id of a model"):
        store.load(folder, name)
    assert [one.name for one in folder.iterdir() if one.name.startswith(store.DRAFT)] == []


def test_publishing_again_never_replaces_a_sound_version(folder, monkeypatch):
    bundle = kept(folder)
    before = (folder / bundle.id).stat().st_ino

    def busy(*_place):
        raise OSError(24, "Too many open files")

    kept(folder)
    monkeypatch.setattr(store, "_content", busy)
    with pytest.raises(Unreadable, match="cannot be read"):
        kept(folder)
    assert (folder / bundle.id).stat().st_ino == before
    assert aside(folder) == []


def test_what_somebody_else_mended_meanwhile_stays(folder, monkeypatch):
    bundle = kept(folder)
    place = folder / bundle.id / "bundle.json"
    sound = place.read_bytes()
    place.write_bytes(b"{}")

    @contextmanager
    def waited(_folder):
        place.write_bytes(sound)
        yield

    monkeypatch.setattr(store, "held", waited)
    assert kept(folder) == bundle
    assert aside(folder) == []
    assert sorted(one.name for one in folder.iterdir()) == [bundle.id]


def test_a_full_disk_leaves_a_damaged_version_as_it_is(folder, monkeypatch):
    model = spoilt(folder, lambda _: b"{}")

    def full(_place, _content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_durably", full)
    with pytest.raises(AppError, match="The model could not be kept: No space left on device"):
        kept(folder)
    assert [one.name for one in folder.iterdir()] == [model]


def test_a_workspace_that_cannot_be_written_is_one_sentence(folder, monkeypatch):
    first = kept(folder).id

    def read_only(*_args, **_options):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("core.registry.store.os.open", refusing(store.LOCK, read_only))
    with pytest.raises(AppError) as refused:
        promote(folder, first)

    assert str(refused.value) == "The active model could not be changed: Read-only file system."
    assert refused.value.hint == "This program must be allowed to write into the workspace."
    assert active.state(folder).model is None


def refusing(name, refuse):
    """The system's way to open a file, but for one name."""
    opened = os.open

    def chosen(place, *args, **options):
        return (refuse if Path(place).name == name else opened)(place, *args, **options)

    return chosen


WATCH = """
import sys
seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event in WATCHED else None)
WATCHED = {"pickle.find_class", "os.system", "os.exec", "os.posix_spawn", "subprocess.Popen"}
import json
import pickle
from pathlib import Path
from core.registry import active, store
from core.registry.strict_json import Unreadable
folder, expected = Path(sys.argv[1]), int(sys.argv[2])
pickle.loads(pickle.dumps(Path))  # our own bytes: shows that the hook would see one
works = seen == ["pickle.find_class"]
del seen[:]
refused = sum(isinstance(one, store.Damaged) for one in store.versions(folder))
for place in folder.iterdir():
    try:
        store.load(folder, place.name)
    except Unreadable:
        refused += 1
print(json.dumps([sorted(set(seen)), refused == expected, works]))
"""


class Harm:
    """A pickle that would write a file."""

    def __init__(self, place):
        self.place = place

    def __reduce__(self):
        return (Path.touch, (self.place,))


def test_no_hostile_bundle_runs_anything(folder, tmp_path):
    """An audit hook sees nothing unpickled, imported by a file, or started, while each of them is refused."""
    tripwire = tmp_path / "tripwire"
    hostile = [pickle.dumps(Harm(tripwire), protocol) for protocol in range(6)]
    hostile += [b"\x80\x04" + os.urandom(100), b"PK\x03\x04" + os.urandom(100), b'{"py/object": "os.system"}']
    hostile += [
        b"[" * 100_000,
        b'{"a": 1e400}',
        json.dumps({"__reduce__": ["os.system", ["touch x"]]}).encode(),
    ]
    for number, content in enumerate(hostile):
        put(folder, f"{number:016x}", content)
        for name in ("model.pkl", "model.joblib", "model.skops"):
            (folder / f"{number:016x}" / name).write_bytes(hostile[0])
    run = subprocess.run(
        [sys.executable, "-c", WATCH, str(folder), str(2 * len(hostile))],
        cwd=Path(__file__).parents[2], capture_output=True, text=True,
    )  # fmt: skip

    assert run.stderr == ""
    assert json.loads(run.stdout) == [[], True, True]
    assert not tripwire.exists()


def promote(folder, model, why="better", who="ana"):
    return active.promote(folder, model, who=who, why=why, at=AT)


def test_promotion_and_the_way_back_are_kept_with_who_when_and_why(folder):
    first, second, third = kept(folder).id, kept(folder, checks=[]).id, kept(folder, left_out=[]).id
    assert active.state(folder).model is None
    promote(folder, first)
    promote(folder, second)
    promote(folder, third)
    after = active.roll_back(folder, who="ben", why="too many false alarms", at=AT)

    assert after == active.state(folder)
    assert (after.model, after.before) == (second, first)
    assert [(e.who, str(e.act), e.model) for e in after.history][-2:] == [
        ("ana", "promoted", third),
        ("ben", "rolled back", second),
    ]
    assert after.history[-1].why == "too many false alarms"
    assert active.roll_back(folder, who="ben", why="again", at=AT).model == first
    assert active.active_bundle(folder).id == first
    with pytest.raises(AppError, match="There is no earlier model to go back to"):
        active.roll_back(folder, who="ben", why="again", at=AT)


def test_what_cannot_be_used_is_not_promoted_and_the_old_model_serves_on(folder):
    first, second = kept(folder).id, kept(folder, checks=[]).id
    promote(folder, first)
    (folder / second / "bundle.json").write_bytes(b"{}")

    with pytest.raises(Unreadable):
        promote(folder, second)
    with pytest.raises(Unreadable, match="There is no model"):
        promote(folder, "0" * 16)
    with pytest.raises(AppError, match="is in use already"):
        promote(folder, first)
    assert active.active_bundle(folder).id == first
    assert len(active.state(folder).history) == 1


def test_the_way_back_to_a_damaged_version_is_refused(folder):
    first, second = kept(folder).id, kept(folder, checks=[]).id
    promote(folder, first)
    promote(folder, second)
    (folder / first / "bundle.json").unlink()

    with pytest.raises(Unreadable, match="There is no model"):
        active.roll_back(folder, who="ben", why="x", at=AT)
    assert active.active_bundle(folder).id == second


def test_a_pointer_is_changed_whole_or_not_at_all(folder, monkeypatch):
    first, second = kept(folder).id, kept(folder, checks=[]).id
    promote(folder, first)
    before = (folder / "active.json").read_bytes()

    def full(_place, _target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(AppError, match="The active model could not be changed"):
        promote(folder, second)

    assert (folder / "active.json").read_bytes() == before
    assert [one.name for one in folder.iterdir() if one.name.startswith(".draft")] == []


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[]",
        b'{"waymark_active": 2, "history": []}',
        b'{"waymark_active": 1, "history": [{}]}',
        b"\x80\x04",
    ],
)
def test_a_strange_pointer_is_one_sentence(folder, content):
    first = kept(folder).id
    (folder / "active.json").write_bytes(content)

    with pytest.raises(Unreadable, match=r"^(In the|The) list of active models"):
        active.state(folder)
    with pytest.raises(Unreadable):
        promote(folder, first)


PROMOTE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from core.registry import active
active.promote(Path(sys.argv[1]), sys.argv[2], who="ana", why="x", at=datetime.now(UTC))
"""


def test_of_many_who_promote_at_once_nobody_is_lost(folder):
    ids = [kept(folder, left_out=[{"name": str(n), "reason": "x"}]).id for n in range(8)]
    runs = [
        subprocess.Popen([sys.executable, "-c", PROMOTE, str(folder), one], cwd=Path(__file__).parents[2])
        for one in ids
    ]
    assert [run.wait() for run in runs] == [0] * 8

    history = active.state(folder).history
    assert sorted(event.model for event in history) == sorted(ids)
