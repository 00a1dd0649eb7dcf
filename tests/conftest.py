import contextlib
import glob
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from lab.run import Run, end_on_signals  # noqa: E402
from lab.session import Lab  # noqa: E402
from lab.sshd import SANITIZERS  # noqa: E402


@pytest.fixture(scope="session")
def run():
    if os.getuid() != 0:
        pytest.skip("network namespaces need root")
    end_on_signals()
    with Run() as r:
        # Where a sanitizer of any program of the run, servers included, leaves its report.
        for name in SANITIZERS:
            os.environ[name] = f"log_path={r.path('sanitizer')}"
        yield r


@pytest.fixture
def lab(run):
    """lab(KIND, ...) makes a network with an sshd, gone after the test."""
    with contextlib.ExitStack() as stack:
        yield lambda *words, **how: stack.enter_context(Lab(run, *words, **how))


@pytest.fixture(autouse=True)
def no_reports(run):
    yield
    for path in glob.glob(run.path("sanitizer") + ".*"):
        with open(path, errors="replace") as report:
            text = report.read()
        os.unlink(path)
        pytest.fail(f"a sanitizer found:\n{text}")
