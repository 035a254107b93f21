"""The school out of MySQL, MongoDB and Spark is the school out of its own files, to the last student."""

import pandas as pd
import pytest

from core.caseload.access import LOCAL
from core.modeling.thresholds import ForCapacity
from core.settings import Settings
from core.workflow.joining import join_plan
from core.workflow.listing import list_csv
from core.workflow.requests import CleaningRequest, TableRequest, TrainingRequest
from core.workflow.segmenting import segment
from core.workflow.training import train

pytestmark = [pytest.mark.servers, pytest.mark.spark]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("plain"))


def at_risk(plan, settings):
    """Return the list as the page downloads it."""
    request = TrainingRequest(CleaningRequest(TableRequest(plan)), 'not_retained == "yes"')
    training = train(LOCAL, request, settings=settings)
    return list_csv(LOCAL, training, ForCapacity(40), segments=segment(LOCAL, request, settings=settings))


def test_the_joined_students_are_the_same(in_servers, in_files, plain):
    ours = join_plan(LOCAL, in_servers.plan, settings=in_servers.settings)
    files = join_plan(LOCAL, in_files, settings=plain)

    pd.testing.assert_frame_equal(ours.dataset.collect(), files.dataset.collect(), rtol=1e-12)
    assert [(c.name, c.kind, c.role) for c in ours.dataset.schema] == [
        (c.name, c.kind, c.role) for c in files.dataset.schema
    ]
    assert [one.n_matched for one in ours.matches] == [one.n_matched for one in files.matches]


def test_the_list_is_the_same_to_the_last_byte(in_servers, in_files, plain):
    assert at_risk(in_servers.plan, in_servers.settings) == at_risk(in_files, plain)


def test_every_table_says_where_it_came_from(in_servers):
    joined = join_plan(LOCAL, in_servers.plan, settings=in_servers.settings)
    parts = joined.dataset.provenance.parts

    assert [part.source for part in parts] == ["MySQL 'school'", "MongoDB 'surveys'", "Spark 'lms'"]
    assert all(part.query and part.content_hash for part in parts)
    assert joined.dataset.provenance.as_of == in_servers.plan.as_of.isoformat()
