import contextlib
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from lab.run import Run, end_on_signals  # noqa: E402
from lab.session import Lab  # noqa: E402


@pytest.fixture(scope="session")
def run():
    if os.getuid() != 0:
        pytest.skip("network namespaces need root")
    end_on_signals()
    with Run() as r:
        yield r


@pytest.fixture
def lab(run):
    """lab(KIND, ...) makes a network with an sshd, gone after the test."""
    with contextlib.ExitStack() as stack:
        yield lambda *words, **how: stack.enter_context(Lab(run, *words, **how))
