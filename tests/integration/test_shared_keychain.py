"""One keychain for several data folders: two values of XDG_DATA_HOME, two containers, sudo -E.

A real gnome-keyring, and an issuer that ends a grant when its refresh token comes twice.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import chaos, killable
from support.authserver import AuthServer, Count
from support.chaos import Place, Process
from support.killable import Answer
from support.require import need

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
FOLDERS = ("one", "two", "three")
SLOW = 1500  # ms
# An own mount namespace, in which the data folder is empty, whoever else uses that path.
APART = ["unshare", *([] if os.geteuid() == 0 else ["-U", "--map-current-user", "--keep-caps"]), "-m",
         "sh", "-c", 'mount -t tmpfs none "$XDG_DATA_HOME" && exec "$@"', "sh"]  # fmt: skip


@pytest.fixture
def place(oidc_server: AuthServer, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with chaos.place(oidc_server, own_home, monkeypatch) as place:
        yield place


@pytest.fixture
def folders(place: Place) -> list[Place]:
    """Several data folders; the first one has a credential."""
    folders = [place.beside(name) for name in FOLDERS]
    folders[0].log_in()
    return folders


def all_at_once(processes: list[Process]) -> list[object]:
    """What each of them says."""
    for process in processes:
        process.tell()
    said = [process.hear() for process in processes]
    for process in processes:
        process.end()
    return said


def one_refresh(place: Place, before: Count, given: list[Answer]) -> None:
    """All have got one token, which is good, and the issuer was asked once."""
    assert [answer.words for answer in given if answer.code] == []
    [token] = {answer.token for answer in given}
    assert place.authority.accepts(token)
    happened = Count(*(now - then for now, then in zip(place.authority.count(), before, strict=True)))
    assert happened == Count(asked=1, renewed=1, refused=0, revoked=0, answered=1)


def test_logins_side_by_side_all_succeed(place: Place, folders: list[Place]) -> None:
    for _ in range(3):
        processes = [folder.start(killable.act, "login", False, "") for folder in folders for _ in range(2)]
        assert all_at_once(processes) == ["done"] * len(processes)
    left = {entry for entry in place.entries() if entry.startswith("probe-")}
    assert left == set()
    assert len({folder.stored().tokens.access_token for folder in folders}) == 1


@pytest.mark.parametrize("ms", [0, SLOW], ids=["at once", "slowly"])
def test_processes_that_want_one_expired_token_send_one_refresh_request(
    place: Place, folders: list[Place], ms: int
) -> None:
    assert len({folder.stored().tokens.access_token for folder in folders}) == 1
    for _ in range(3):
        folders[0].expire()
        before = place.authority.count()
        place.authority.fault("/token", "slow", ms=ms)
        processes = [folder.start(killable.ask) for folder in folders for _ in range(4)]
        one_refresh(place, before, all_at_once(processes))  # type: ignore[arg-type]
        assert all(place.lives(folder.stored()) for folder in folders)


def test_by_turns_each_goes_on_from_what_the_other_has_stored(place: Place, folders: list[Place]) -> None:
    for folder in (*folders, *folders):
        folder.expire()
        before = place.authority.count()
        for each in (folder, *folders):
            one_refresh(place, before, all_at_once([each.start(killable.ask)]))  # type: ignore[arg-type]


def test_a_killed_refresher_leaves_its_turn_to_another_data_folder(
    place: Place, folders: list[Place]
) -> None:
    folders[0].expire()
    before = place.authority.count()
    holder = folders[0].start(killable.hold_and_ask)
    holder.tell()
    assert holder.hear() == "held"
    waiting = [folder.start(killable.ask) for folder in folders[1:]]
    for process in waiting:
        process.tell()
    holder.kill()
    given = [process.hear() for process in waiting]
    for process in waiting:
        process.end()
    one_refresh(place, before, given)


def test_mount_namespaces_on_one_bus(place: Place) -> None:
    """Each has an empty data folder, in the same place, as containers have."""
    folder = Path(place.env["HOME"]) / "data"
    folder.mkdir()
    env = {**place.env, "XDG_DATA_HOME": str(folder)}
    possible = subprocess.run([*APART, "true"], env=env, capture_output=True).returncode == 0
    need("mount namespaces can't be made here (unshare -m)", possible)
    place.log_in()
    place.expire()
    before = place.authority.count()
    place.authority.fault("/token", "slow", ms=SLOW)
    running = [
        subprocess.Popen(
            [*APART, KEYRACK, "token", place.url],
            env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(6)
    ]  # fmt: skip
    given = []
    for process in running:
        out, err = process.communicate(timeout=chaos.PATIENCE)
        given.append(Answer(out.strip(), process.returncode, err))
    one_refresh(place, before, given)
    assert list(folder.iterdir()) == [], "they wrote into their own"
