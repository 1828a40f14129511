"""Become a server: give up rights, promise to die with the parent, then run the command.

Run as a script of its own (`python -I -S launch.py parent farewell uid gid command ...`), because
doing this between fork and exec of a process with threads can hang. A uid of -1 keeps the rights.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def become(parent: int, farewell: int, uid: int, gid: int, command: list[str]) -> None:
    """Replace this process by the command; the kernel sends it `farewell` when the parent dies."""
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, farewell)
        if os.getppid() != parent:  # it died before we could ask
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - to become the command is the purpose


if __name__ == "__main__":
    parent, farewell, uid, gid = (int(word) for word in sys.argv[1:5])
    become(parent, farewell, uid, gid, sys.argv[5:])
