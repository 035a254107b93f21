"""The benchmarks are described, and a bar belongs to one of them."""

import re

import pytest

from tests.bench.__main__ import NAMES, chosen, plan
from tests.bench.result import BARS
from tests.setup.places import ROOT

TITLES = re.findall(r"\*\*(`[^*]+)\*\*", (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8"))
"""What the paragraphs are about: a whole name in each, and further ones by their size."""


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_is_described_by_its_name_and_its_size(name):
    stem, _, size = name.rpartition("_")

    assert any(f"`{name}`" in title or (f"`{stem}_" in title and f"`_{size}`" in title) for title in TITLES)


@pytest.mark.parametrize("bar", BARS)
def test_a_bar_belongs_to_a_benchmark(bar):
    assert any(bar.startswith(f"{name}_") for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_that_is_asked_for_is_planned(name, tmp_path):
    assert [what for what, _ in plan(chosen([name]), tmp_path)]
