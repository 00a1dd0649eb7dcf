"""`awl doctor` in a network of its own, and what it has to say there, by the boxes on the way."""

import dataclasses
import json
import traceback

from . import programs
from .gate import Stun
from .net import NAT_SYMMETRIC
from .run import Run
from .session import Lab
from .sshd import Sshd


def doctor(lab, *options, **how):
    """Exit status and report, as --json has it."""
    done = lab.output(programs.awl(), "doctor", "--json", f"--ssh={lab.sshd.ssh}",
                      *lab.family(), *options, Sshd.ALIAS, **how)
    assert done.stdout.count("\n") == 1, done
    return done.returncode, json.loads(done.stdout)


@dataclasses.dataclass
class Report:
    status: int = None
    json: dict = None
    error: str = ""


def examine(kind, stun=False, options=()):
    """stun: two servers are asked; they are beyond whatever blocks UDP here."""
    report = Report()
    try:
        with Run() as run, Lab(run, kind) as lab:
            if stun:
                options = [*options, f"--stun={','.join(Stun(run, lab.net, far=True).servers)}"]
            report.status, report.json = doctor(lab, *options)
    except Exception:  # a network that fails is a result
        report.error = traceback.format_exc()
    return report


def symmetric(side):
    return NAT_SYMMETRIC in side.boxes


def nat_of(side, told=True):
    """told: by STUN servers, or by the other side."""
    if not any(box.translates for box in side.boxes):
        return "none"
    return "symmetric" if symmetric(side) else "port-kept" if told else "some"


@dataclasses.dataclass(frozen=True)
class Truth:
    cause: str
    here: str                 # what NAT
    there: str


def truth(kind, lucky=True):
    """What a doctor has to say who asks STUN servers. Not lucky: a search found nothing."""
    here, there = nat_of(kind.client), nat_of(kind.server, told=kind.udp)
    if not kind.udp:
        cause = "udp-blocked-here"
    elif kind.open:
        cause = "open"
    elif lucky and (here != "symmetric" or there != "symmetric"):
        cause = "punched"  # the right order does that, or a search through one side's ports
    elif here == "symmetric":
        cause = "symmetric-here" if there == "none" else "both-symmetric"
    else:
        cause = "symmetric-there"
    return Truth(cause, here, there)
