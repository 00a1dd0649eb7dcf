"""Stock mosh against itself: the lab tells the truth about what it does."""

import pytest

from lab.session import PROMPT


@pytest.mark.parametrize("kind", ["open", "open6"])
def test_by_hand(lab, kind):
    lab = lab(kind)
    port, key = lab.server("mosh-server", command=["bash", "--norc"], env={"PS1": "awl-lab$ "})
    screen = lab.client("mosh-client", port, key)
    screen.wait(PROMPT)
    screen.line("exit 3")
    assert screen.exit_status() == 0
    lab.wait_gone("s", "mosh-server")
