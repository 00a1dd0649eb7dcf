"""Client networks against server networks: a session comes up in every cell, is direct wherever
cells.def says that it can be, and loses nothing of what is typed while it moves.

AWL_MATRIX=all: all 64 cells of the matrix, not only the chosen third."""

import os

import pytest

from lab.matrix import CELLS, DIRECT_WITHIN, MORE, THIRD, by_search, expected, measure, pool

ALL = os.environ.get("AWL_MATRIX") == "all"
CHOSEN = (CELLS if ALL else THIRD) + MORE
JOBS = 4  # they mostly wait


@pytest.fixture(scope="module")
def results(run):
    """All cells side by side; each test waits for its own."""
    with pool(JOBS) as workers:
        yield {cell: workers.submit(measure, cell) for cell in CHOSEN}


@pytest.mark.parametrize("cell", CHOSEN)
def test_cell(results, cell):
    result = results[cell].result()
    # A machine that stalled for seconds, a search without luck, or a claim that is wrong.
    for _ in range(3 if by_search(cell) else 1):
        if expected(cell) and not result.error and result.direct is None:
            result = measure(cell)
    if not expected(cell):
        assert result.direct is None, f"direct, which cannot be:\n{result.log}"
    assert not result.error, f"{result.error}\n{result.log}"
    assert result.usable and result.counted, result
    if expected(cell):
        assert result.direct is not None, f"not on UDP in {DIRECT_WITHIN} s:\n{result.log}"
