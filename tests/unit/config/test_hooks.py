"""Hooks stand only in keyrack's own file, which nobody else can change."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from keyrack.config import hooks
from keyrack.domain.errors import KeyrackError
from keyrack.domain.hooks import Hooks, NoticeKind, hooks_of
from keyrack.sources.reader import read_all

on_posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no mode bits")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config/keyrack").mkdir(parents=True, mode=0o700)
    return {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}


def write(env: dict[str, str], text: str, mode: int = 0o600) -> Path:
    path = Path(env["XDG_CONFIG_HOME"], "keyrack/config.toml")
    path.write_text(text)
    path.chmod(mode)
    return path


def test_each_hook_is_a_list_of_arguments(env: dict[str, str]) -> None:
    write(
        env,
        'notifications = false\nbell = true\n[hooks]\non_expiring = ["a", "$(b)"]\n'
        'on_login_needed = ["~/bin/c"]\non_refreshed = ["./d"]\n',
    )
    assert hooks.read(env, "linux") == Hooks(
        {
            NoticeKind.EXPIRING: ("a", "$(b)"),
            NoticeKind.LOGIN_NEEDED: (f"{env['HOME']}/bin/c",),
            NoticeKind.REFRESHED: (f"{env['XDG_CONFIG_HOME']}/keyrack/./d",),
        },
        notify=False,
        bell=True,
    )


def test_without_a_file_there_are_none(env: dict[str, str]) -> None:
    assert hooks.read(env, "linux") == Hooks()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('hooks = "x"', "“hooks” should be a table, but is text."),
        ('[hooks]\non_login = ["x"]',
         "“on_login” is not a hook; they are on_expiring, on_login_needed, on_refreshed."),
        ('[hooks]\non_expiring = "rm x"',
         "“hooks.on_expiring” should be a list of a command and its arguments, like"
         ' ["notify-send", "x"].'),
        ("[hooks]\non_expiring = []", None),
        ('[hooks]\non_expiring = ["", "x"]', None),
        ("[hooks]\non_expiring = [1]", None),
        ('[hooks]\non_expiring = ["a\\u0000"]', None),
        ("notifications = 1", "“notifications” should be true or false."),
        ('bell = "loud"', "“bell” should be true or false."),
    ],
)  # fmt: skip
def test_a_wrong_hook_is_not_run_and_doctor_names_it(
    text: str, sentence: str | None, env: dict[str, str], tmp_path: Path
) -> None:
    path = write(env, text + "\n")
    assert hooks.read(env, "linux").commands == {}
    found = read_all(env, "linux", str(tmp_path), ()).problems
    assert [problem.path for problem in found] == [str(path)]
    assert sentence is None or found[0].sentence == sentence


def test_good_hooks_are_no_problem(env: dict[str, str], tmp_path: Path) -> None:
    write(env, 'notifications = true\nbell = true\n[hooks]\non_refreshed = ["x"]\n')
    assert read_all(env, "linux", str(tmp_path), ()).problems == ()


@on_posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_change_runs_nothing(mode: int, env: dict[str, str]) -> None:
    path = write(env, '[hooks]\non_refreshed = ["x"]\n', mode)
    with pytest.raises(KeyrackError, match="Other users can change") as caught:
        hooks.read(env, "linux")
    assert caught.value.hint == f"Run: chmod go-w {path}"
    path.chmod(mode & 0o755)
    assert hooks.read(env, "linux").commands


@on_posix
def test_a_folder_in_which_others_can_replace_the_file_runs_nothing(env: dict[str, str]) -> None:
    folder = write(env, '[hooks]\non_refreshed = ["x"]\n').parent
    folder.chmod(0o777)
    with pytest.raises(KeyrackError, match="Other users can change"):
        hooks.read(env, "linux")


@on_posix
def test_a_link_is_judged_by_its_target(env: dict[str, str], tmp_path: Path) -> None:
    path = write(env, '[hooks]\non_refreshed = ["x"]\n')
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    target = path.rename(tmp_path / "elsewhere/config.toml")
    path.symlink_to(target)
    assert hooks.read(env, "linux").commands
    target.chmod(0o666)
    with pytest.raises(KeyrackError):
        hooks.read(env, "linux")


@on_posix
def test_a_file_without_hooks_may_be_a_groups(env: dict[str, str]) -> None:
    write(env, "notifications = false\n", 0o664)
    assert hooks.read(env, "linux") == Hooks(notify=False)


def test_a_broken_file_runs_nothing(env: dict[str, str]) -> None:
    write(env, "[hooks\n")
    with pytest.raises(KeyrackError, match="No hooks are run"):
        hooks.read(env, "linux")


def test_a_projects_files_define_no_hooks(env: dict[str, str], tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / ".codex").mkdir(parents=True)
    (project / ".mcp.json").write_text(json.dumps({"mcpServers": {}, "hooks": {"on_refreshed": ["x"]}}))
    for name in ("config.toml", "keyrack.toml", ".codex/config.toml"):
        (project / name).write_text('[hooks]\non_refreshed = ["x"]\n')
    before = Path.cwd()
    os.chdir(project)
    try:
        assert hooks.read(env, sys.platform if sys.platform == "linux" else "linux") == Hooks()
    finally:
        os.chdir(before)


def test_a_command_is_never_split() -> None:
    problems: list[str] = []
    found = hooks_of({"hooks": {"on_refreshed": ["a b; c"]}}, problems.append)
    assert (found.commands, problems) == ({NoticeKind.REFRESHED: ("a b; c",)}, [])
