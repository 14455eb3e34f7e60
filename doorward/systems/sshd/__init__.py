"""OpenSSH's server: who may sign in to a machine, and by what."""

from __future__ import annotations

from doorward.systems import System
from doorward.systems.sshd.log import LOG
from doorward.systems.sshd.reader import read, sniff
from doorward.systems.sshd.tally import tally_of

SYSTEM = System(
    kind="sshd",
    title="OpenSSH server",
    read=read,
    log=LOG,
    tally=lambda options: tally_of(LOG, options),
    sniff=sniff,
)
