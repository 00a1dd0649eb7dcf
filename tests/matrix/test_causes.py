"""`awl doctor` names the right cause in every cell of the matrix, told by STUN servers, and what is
known without them in the networks of the lab.

AWL_MATRIX=all: every cell, not only some of each cause."""

import os

import pytest

from lab.doctor import examine, truth
from lab.matrix import CELLS, by_search, pool
from lab.net import kind_of

ALL = os.environ.get("AWL_MATRIX") == "all"
SOME = [
    "open/open", "nat/hostrej", "cgn-acc/nat22-acc", "sym/open", "sym/fwdrop", "hostfw/nat22-sym",
    "sym/nat22-sym", "udpblock/open", "udpblock/nat22-sym",
]
CHOSEN = CELLS if ALL else SOME
CAUSES = {
    "open": "open",
    "drop": "punched",
    "reject": "punched",
    "router": "punched",
    "nat": "punched",
    "six": "punched",
    "udpblock": "udp-blocked",
    "open6": "open",
}
JOBS = 4  # they mostly wait
STATUS = {"udp": 0, "ssh": 1, None: 255}


@pytest.fixture(scope="module")
def workers(run):
    with pool(JOBS) as workers:
        yield workers


@pytest.fixture(scope="module")
def told(workers):
    return {cell: workers.submit(examine, cell, True) for cell in CHOSEN}


@pytest.fixture(scope="module")
def untold(workers, told):
    return {kind: workers.submit(examine, kind) for kind in CAUSES}


def words(report):
    return report["cause"], report["here"]["nat"], report["there"]["nat"]


def parts(truth):
    return truth.cause, truth.here, truth.there


@pytest.mark.parametrize("cell", CHOSEN)
def test_cell(told, cell):
    report, kind = told[cell].result(), kind_of(cell)
    # A search without luck, which is to be named as well, or a machine that stalled.
    for _ in range(3 if by_search(cell) else 1):
        if report.error or words(report.json) == parts(truth(kind)):
            break
        if by_search(cell):
            assert words(report.json) == parts(truth(kind, lucky=False)), report
        report = examine(cell, stun=True)
    assert not report.error, report.error
    assert words(report.json) == parts(truth(kind)), report
    assert report.json["stun"] == ("answered" if kind.udp else "silent"), report
    assert report.status == STATUS[report.json["carried"]], report
    assert (report.status == 0) == (truth(kind).cause in ("open", "punched")), report


@pytest.mark.parametrize("name", CAUSES)
def test_without_stun(untold, name):
    report, kind = untold[name].result(), kind_of(name)
    assert not report.error, report.error
    said = report.json
    assert said["cause"] == CAUSES[name], said
    assert report.status == (0 if kind.udp else 1), report
    assert said["here"]["nat"] == ("port-kept" if name == "nat" else "none"), said
    assert said["there"]["nat"] == "none", said
    assert said["stun"] is None, said
    assert ("ufw" in said["rules"]) == (said["cause"] == "punched"), said
    assert said["ms"]["ssh"] > 0 and said["ms"]["first_state"] > 0, said
    assert (said["ms"]["direct"] is not None) == kind.udp, said
