"""The list sorted by its headings, in groups, with the columns that were chosen."""

from __future__ import annotations

from keyrack.domain.status import State
from keyrack.tui.servers.column_choice import ColumnChoice
from keyrack.tui.servers.columns import Column
from support.demo_rows import DemoClock, demo_parts, many_servers
from support.screens import Terminal, app_with, screen_test, terminal


def heading_line(t: Terminal) -> str:
    return next(line for line in t.text().splitlines() if "Server" in line and "Status" in line)


async def click_on(t: Terminal, heading: str) -> None:
    await t.pilot.click(t.table, offset=(heading_line(t).index(heading) + 1, 1))
    await t.pilot.pause()


@screen_test
async def test_a_click_on_a_heading_sorts_by_it_and_another_reverses() -> None:
    async with terminal(app_with()) as t:
        assert "Status ▲" in heading_line(t) and "by urgency" in t.text()
        await t.select("sentry")
        await click_on(t, "Server")
        assert t.names() == sorted(t.names()) and t.selected == "sentry"
        assert "Server ▲" in heading_line(t) and "Status ▲" not in heading_line(t)
        await click_on(t, "Server")
        assert t.names() == sorted(t.names(), reverse=True) and t.selected == "sentry"
        assert "Server ▼" in heading_line(t) and "by name, reversed" in t.text()
        await click_on(t, "Expires")
        assert "Expires ▲" in heading_line(t) and "by expiry" in t.text()


@screen_test
async def test_the_keys_sort_by_the_next_column_and_reverse() -> None:
    async with terminal(app_with()) as t:
        first = t.names()
        await t.press("I")
        assert t.names()[-1] == first[0] and "by urgency, reversed" in t.text()
        await t.press("s")
        assert "by name" in t.text() and "reversed" not in t.text()


@screen_test
async def test_z_groups_by_program_and_by_state_and_the_cursor_skips_the_headings() -> None:
    async with terminal(app_with()) as t:
        await t.select("notion")
        await t.press("z")
        await t.sees("in groups by program")
        assert "Claude Code · " in t.text() and t.selected == "notion"
        seen = set()
        await t.press("g")
        for _ in t.names():
            seen.add(t.selected)
            await t.press("j")
        assert seen == set(t.names()) and t.selected == t.names()[-1]
        await t.press("g")
        assert t.selected == t.names()[0] and "Claude Code · " in t.text()
        await t.press("z")
        await t.sees("in groups by state")
        assert "✕ login needed · 1" in t.text()
        await t.press("z")
        await t.misses("in groups")


@screen_test
async def test_a_heading_of_a_group_can_not_be_clicked() -> None:
    async with terminal(app_with()) as t:
        await t.press("z", "j")
        before = t.selected
        await t.pilot.click(t.table, offset=(5, 2))
        assert t.selected == before


@screen_test
async def test_page_keys_move_by_what_is_seen() -> None:
    async with terminal(app_with(demo_parts(many_servers(100), ()))) as t:
        await t.press("pagedown")
        page = t.names().index(t.selected)
        assert 5 < page < 24 and t.line_of(t.selected)
        await t.press("pagedown", "pageup")
        assert t.names().index(t.selected) == page
        await t.press("pageup", "pageup")
        assert t.selected == t.names()[0]


@screen_test
async def test_columns_can_be_hidden_and_come_back() -> None:
    async with terminal(app_with()) as t:
        assert "Auth" in heading_line(t)
        await t.press("vertical_line")
        assert isinstance(t.app.screen, ColumnChoice)
        await t.press("space")
        await t.until(lambda: Column.AUTH not in t.table.columns)
        await t.press("escape")
        assert "Auth" not in heading_line(t)
        assert t.app.remembering.now.hidden == ("auth",)
        await t.press("vertical_line", "space", "escape")
        assert "Auth" in heading_line(t)


@screen_test
async def test_from_160_columns_there_are_more_columns_as_far_as_they_say_something() -> None:
    async with terminal(app_with(), (159, 30)) as t:
        assert "Checked" not in heading_line(t)
    async with terminal(app_with(), (200, 30)) as t:
        assert {"Account", "Found in", "Checked"} <= {column.heading for column in t.table.columns}
        assert "work" in t.line_of("figma · work") or "Account" in heading_line(t)
    async with terminal(app_with(demo_parts(many_servers(3), ())), (200, 30)) as t:
        assert not {"Account", "Elsewhere", "Scopes", "Checked"} & {c.heading for c in t.table.columns}


@screen_test
async def test_marked_rows_have_a_sign_before_their_name() -> None:
    async with terminal(app_with()) as t:
        t.main.marks.marked = {t.table.keys[1], t.table.keys[2]}
        t.main.refresh_rows()
        await t.until(lambda: f"│ ▌{t.names()[1]} " in t.text())
        assert f"│▸ {t.names()[0]} " in t.text() and f"│ ▌{t.names()[2]} " in t.text()
        await t.press("j")
        assert f"│▸▌{t.names()[1]} " in t.text()


@screen_test
async def test_a_long_name_loses_its_middle_where_there_is_no_room() -> None:
    reading = many_servers(2)
    long = "github-enterprise-for-the-whole-company-of-ours-production"
    servers = (reading.servers[0], reading.servers[1]._replace(name=long))
    async with terminal(app_with(demo_parts(reading._replace(servers=servers), ()))) as t:
        assert long in t.text()  # there is, beside columns that say nothing
    async with terminal(app_with(demo_parts(reading._replace(servers=servers), ())), (60, 20)) as t:
        await t.sees("github-enterprise-for")
        line = next(line for line in t.text().splitlines() if "github-enterprise-for" in line)
        assert "…" in line and "production " in line


@screen_test
async def test_what_was_scrolled_to_stays_in_sight_while_rows_change() -> None:
    async with terminal(app_with(demo_parts(many_servers(100), ()))) as t:
        t.table.scroll_to(y=50, animate=False)
        await t.sees("server-0055")
        t.main.refresh_rows()
        await t.pilot.pause()
        assert "server-0055" in t.text() and t.selected == "server-0000"
        await t.press("j")
        assert t.line_of("server-0001")


@screen_test
async def test_words_that_become_longer_get_their_room() -> None:
    clock = DemoClock()
    rows = demo_parts(clock=clock)
    async with terminal(app_with(rows)) as t:
        server = "linear"
        await t.press("slash", *server, "enter")
        await t.until(lambda: t.names() == [server])
        width = next(each.width for each in t.table._columns if each.column is Column.STATUS)
        row = t.main.selected()
        assert row is not None
        status = row.status._replace(state=State.NO_CREDENTIAL, held_by="A Program With a Long Name")
        t.table.update_rows({row.key: row._replace(status=status)}, clock.time)
        await t.sees("held by A Program With a Long Name")
        assert next(each.width for each in t.table._columns if each.column is Column.STATUS) > width
