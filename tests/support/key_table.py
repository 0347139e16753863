"""A line for each key of each screen: where it is pressed, and what must be true after it.

To add one, find the scene of its screen and write `Line("key", effect, on="server")`, with an effect of
`keys`. A key that needs more than that has a pilot test of its own; name it in `ELSEWHERE`.
"""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.dom import DOMNode

from keyrack.domain.event import Event
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.tui.accounts.account_name import AccountNameScreen
from keyrack.tui.accounts.accounts import AccountsScreen
from keyrack.tui.app import KeyrackApp
from keyrack.tui.clear.clear import ClearScreen
from keyrack.tui.clear.stale import StaleScreen
from keyrack.tui.clients.clients import ClientsScreen
from keyrack.tui.editing.form import ServerForm
from keyrack.tui.editing.remove import RemoveScreen
from keyrack.tui.kit.choice import Pick, Tick
from keyrack.tui.kit.confirm import ConfirmScreen
from keyrack.tui.kit.dialog import Dialog
from keyrack.tui.kit.help import HelpScreen
from keyrack.tui.kit.line_table import LineTable
from keyrack.tui.kit.link import Link
from keyrack.tui.kit.options import Options
from keyrack.tui.kit.palette import Palette
from keyrack.tui.kit.progress import ProgressScreen
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.kit.secret_input import SecretInput
from keyrack.tui.kit.tick_list import TickList
from keyrack.tui.login.device import DeviceScreen
from keyrack.tui.login.login import LoginScreen
from keyrack.tui.login.trace import TraceScreen
from keyrack.tui.many.clear_marked import ClearMarkedScreen
from keyrack.tui.many.login_start import LoginStartScreen
from keyrack.tui.servers.column_choice import ColumnChoice
from keyrack.tui.servers.detail import DetailScreen
from keyrack.tui.servers.filter_line import FilterLine
from keyrack.tui.servers.history import HistoryScreen
from keyrack.tui.servers.main import MainScreen
from keyrack.tui.servers.sources import SourcesScreen
from keyrack.tui.sharing.adopt import AdoptScreen
from keyrack.tui.sharing.clear_there import ClearThereScreen
from keyrack.tui.sharing.connect import ConnectScreen
from keyrack.tui.sharing.connect_all import ConnectAllScreen
from keyrack.tui.sharing.plan_dialog import PlanDialog
from keyrack.tui.sharing.publish import PublishScreen
from keyrack.tui.sharing.take_over import TakeOverScreen
from keyrack.tui.sharing.undo import UndoScreen
from keyrack.tui.sharing.which import WhichScreen
from keyrack.tui.storage.current import CurrentStoreScreen
from keyrack.tui.storage.passphrase import NewPassphraseScreen, NewVaultScreen, UnlockScreen
from keyrack.tui.storage.ways import WaysScreen
from keyrack.tui.token.reveal import RevealScreen
from keyrack.tui.token.token import TokenScreen
from keyrack.tui.token.token_saved import TokenSavedScreen
from support.full_home import DAY, FullHome, url_of
from support.keys import (
    ASKS,
    CLOSES,
    FOCUS,
    SCROLLS,
    Effect,
    Line,
    Scene,
    User,
    changes,
    copies,
    focuses,
    moves,
    opens,
    sees,
)
from support.openings import (
    by,
    clearing_marked,
    coding,
    connecting,
    connecting_ticked,
    focused,
    logging_in,
    login_of_all,
    login_of_marked,
    naming,
    passphrase_typed,
    programs,
    pushed,
    receipt,
    revealed,
    saved_token,
    the_filter,
    the_list,
    token_typed,
    tracing,
    undoing,
)

SMALL = (50, 10)  # so that everything has to be scrolled


class Linked(Dialog[None]):
    """A link alone."""

    AUTO_FOCUS = "Link"
    followed = 0

    def compose(self) -> ComposeResult:
        yield Link(Content("Open the page"), "follow_it")

    def action_follow_it(self) -> None:
        self.followed += 1


# -- what changes


def tokens(name: str) -> Effect:
    return changes(lambda user: user.home.stored()[CredentialKey.of(url_of(name))].tokens)


def checked(name: str) -> Effect:
    def look(user: User) -> Any:
        record = user.home.store.record(CredentialKey.of(url_of(name)))
        return record and record.check

    return changes(look)


def view(part: str) -> Effect:
    return changes(lambda user: getattr(user.t.main.view, part))


def _ticks(user: User) -> Any:
    return user.top.query_one(TickList).ticked


def gone(name: str) -> Effect:
    key = CredentialKey.of(url_of(name))
    return Effect(lambda user, before: key not in user.home.stored())


def _filled(user: User) -> None:
    user.t.main.query_one(FilterLine).value = "notes"


def _picked(user: User) -> Any:
    return user.top.query_one(Pick).value


def publishable(home: FullHome) -> None:
    home.save("tracker", DAY)


def logged(home: FullHome) -> None:
    for _ in range(20):
        home.adapters.events().add(Event(home.clock(), "login", "notes", url_of("notes"), "default"))


def _typed(user: User) -> int:
    return len(user.top.query(SecretInput).first().secret.reveal())


def _own_file(user: User) -> str:
    return (user.home.path / ".config/keyrack/config.toml").read_text()


def _nothing(passphrase: Secret) -> None: ...


def only(down: str, up: str) -> tuple[Line, ...]:
    """These of the keys that scroll."""
    return SCROLLS[0]._replace(keys=down), SCROLLS[1]._replace(keys=up)


SAYS = Effect(lambda user, before: user.top.query_one("#said").display)
STAYS = Effect(lambda user, before: _typed(user) == before and not user.copied, _typed)
NEW_PASSPHRASE = (Line("enter", FOCUS), Line("ctrl+s", SAYS), Line("escape", CLOSES))
BROWSES = changes(lambda user: len(user.home.browsed))
ENDS = Effect(lambda user, before: not user.t.app.is_running or user.t.app._exit)

ROW = (
    Line("l", opens(LoginScreen), on="drive"),
    Line("r", tokens("issues"), on="issues"),
    Line("t", opens(TokenScreen), on="own-tools"),
    Line("c", checked("notes"), on="notes"),
    Line("d", opens(ClearScreen), on="mail"),
    Line("m", opens(TakeOverScreen), on="drive"),
    Line("p", opens(PublishScreen), on="tracker"),
    Line("n", opens(WhichScreen), on="notes"),
    Line("S", opens(AdoptScreen), on="local-db"),
    Line("A", opens(AccountsScreen), on="notes"),
    Line("y v", opens(ConfirmScreen), on="notes"),
    Line("e", opens(ServerForm), on="own-tools"),
    Line("X", opens(RemoveScreen), on="own-tools"),
    Line("h", opens(HistoryScreen), on="notes"),
    Line("x", copies(), on="crm"),
)
PICKS = Line("down k j up", changes(_picked))
TICKED = (Line("up down j k", focuses("TickList")), Line("space a", changes(_ticks)))

SCENES = (
    Scene(
        MainScreen,
        the_list,
        (
            Line("R", tokens("issues")),
            *ROW,
            Line("space asterisk", changes(lambda user: frozenset(user.t.main.marks.marked))),
            Line("slash", focuses("FilterLine")),
            Line("2", opens(ClientsScreen)),
            Line("question_mark", opens(HelpScreen)),
            Line("enter", opens(DetailScreen), on="notes"),
            Line("exclamation_mark", changes(lambda user: user.t.selected), on="docs"),
            Line("s", view("sort")),
            Line("I", view("descending")),
            Line("z", view("group")),
            Line("vertical_line", opens(ColumnChoice)),
            Line("C", checked("docs")),
            Line("a", opens(ServerForm)),
            Line("i", opens(SourcesScreen)),
            Line("N", opens(ConnectAllScreen)),
            Line("D", opens(StaleScreen)),
            Line("u", sees("There is nothing to undo.")),
            Line("K", opens(CurrentStoreScreen)),
            Line("q", ENDS),
        ),
        setup=publishable,
    ),
    Scene(
        MainScreen,
        the_list,
        (Line("escape", changes(lambda user: user.t.main.query_one(FilterLine).value, _filled)),),
    ),
    Scene(
        LineTable,
        the_list,
        (
            Line("j down pagedown G end", moves(down=True)),
            Line("k up pageup g home", moves(down=False)),
        ),
    ),
    Scene(
        FilterLine,
        the_filter,
        (
            Line("tab", Effect(lambda user, before: user.t.main.query_one(FilterLine).value == "state:")),
            Line("escape", Effect(lambda user, before: user.t.main.query_one(FilterLine).value == "")),
            Line("down", focuses("ServerTable")),
        ),
    ),
    Scene(KeyrackApp, the_list, (Line("ctrl+p", opens(Palette)), Line("ctrl+q", ENDS))),
    Scene(
        DetailScreen,
        by("enter", kind=DetailScreen),
        (
            *ROW,
            Line("D", opens(ClearThereScreen), on="drive"),
            Line("question_mark", opens(HelpScreen)),
            Line("escape enter q", CLOSES, on="notes"),
        ),
        setup=publishable,
    ),
    Scene(DetailScreen, by("enter", kind=DetailScreen, on="notes"), SCROLLS, size=SMALL),
    Scene(
        HelpScreen,
        by("question_mark", kind=HelpScreen),
        (*SCROLLS, Line("escape enter q question_mark", CLOSES)),
        SMALL,
    ),
    Scene(
        HistoryScreen,
        by("h", kind=HistoryScreen, on="notes"),
        (*SCROLLS, Line("f", sees("Fold")), Line("escape enter q question_mark h", CLOSES)),
        SMALL,
        setup=logged,
    ),
    Scene(
        SourcesScreen,
        by("i", kind=SourcesScreen),
        (*SCROLLS, Line("i", sees("Where keyrack")), Line("escape enter q question_mark", CLOSES)),
        SMALL,
    ),
    Scene(ReceiptScreen, receipt, (*SCROLLS, Line("escape enter q question_mark", CLOSES)), (30, 7)),
    Scene(RevealScreen, revealed, (*SCROLLS, Line("escape enter q question_mark", CLOSES)), (20, 5)),
    Scene(
        ConfirmScreen,
        by("v", kind=ConfirmScreen, on="notes"),
        (*ASKS, Line("y", opens(RevealScreen))),
        setup=publishable,
    ),
    Scene(
        ClearScreen,
        by("d", kind=ClearScreen, on="mail"),
        (*ASKS, Line("y", gone("notes"), on="notes"), Line("down k j up", changes(_picked), on="mail")),
    ),
    Scene(ClearMarkedScreen, clearing_marked, (*ASKS, PICKS, Line("y", gone("mail")))),
    Scene(StaleScreen, by("D", kind=StaleScreen), (*ASKS, *TICKED, Line("y", gone("forgotten")))),
    Scene(ConnectAllScreen, by("N", kind=ConnectAllScreen), (*ASKS, *TICKED)),
    Scene(
        PlanDialog,
        connecting,
        (
            *ASKS,
            Line("y", changes(lambda user: (user.home.path / ".claude.json").read_text()), on="mail"),
        ),
    ),
    Scene(
        TakeOverScreen,
        by("m", kind=TakeOverScreen, on="drive"),
        (*ASKS, PICKS, Line("y", opens(ReceiptScreen))),
    ),
    Scene(UndoScreen, undoing, (*ASKS, Line("y", opens(ReceiptScreen)))),
    Scene(WhichScreen, by("n", kind=WhichScreen, on="notes"), (Line("escape", CLOSES, on="notes"),)),
    Scene(
        AccountsScreen,
        by("A", kind=AccountsScreen, on="notes"),
        (
            Line("n", opens(AccountNameScreen), on="notes"),
            Line("l", opens(LoginScreen), on="notes"),
            Line("d", opens(ClearScreen), on="notes"),
            Line("enter", sees("is now the default account"), on="notes"),
            Line("escape q A", CLOSES, on="notes"),
        ),
    ),
    Scene(
        CurrentStoreScreen,
        by("K", kind=CurrentStoreScreen),
        (Line("m", opens(ConfirmScreen)), Line("escape enter q K", CLOSES)),
    ),
    Scene(
        ColumnChoice,
        by("vertical_line", kind=ColumnChoice),
        (Line("space", changes(_ticks)), Line("escape q vertical_line", CLOSES)),
    ),
    Scene(TickList, by("vertical_line", kind=ColumnChoice), (Line("space enter", changes(_ticks)),)),
    Scene(
        Options,
        by("vertical_line", kind=ColumnChoice),
        (Line("j G end", moves(down=True)), Line("k g home", moves(down=False))),
    ),
    Scene(
        ClientsScreen,
        programs,
        (
            Line("m", opens(TakeOverScreen), on="drive"),
            Line("p", opens(PublishScreen), on="tracker"),
            Line("n", opens(ConnectScreen), on="notes"),
            Line("d", opens(ClearThereScreen), on="drive"),
            Line("u", sees("There is nothing to undo.")),
            Line("R", sees("All keychain items have been read.")),
            Line("enter", opens(DetailScreen), on="notes"),
            Line("slash", focuses("FilterLine")),
            Line("escape", focuses("#programs")),
            Line("question_mark", opens(HelpScreen)),
            Line("1", CLOSES),
            Line("q", ENDS),
        ),
        setup=publishable,
    ),
    Scene(
        TokenScreen,
        by("t", kind=TokenScreen),
        (
            Line("escape", CLOSES, on="own-tools"),
            Line("ctrl+s", Effect(lambda user, before: user.top.query_one("#said").display), on="billing"),
        ),
    ),
    Scene(TokenSavedScreen, saved_token, (Line("escape enter q space", CLOSES),)),
    Scene(ConnectAllScreen, connecting_ticked, (Line("y", opens(ConnectScreen)),)),
    Scene(AccountNameScreen, naming, (Line("escape", CLOSES), Line("ctrl+s", opens(LoginScreen)))),
    Scene(
        LoginScreen,
        logging_in,
        (
            Line("o", changes(lambda user: user.login.reopened)),
            Line("y", copies()),
            Line("d", changes(lambda user: user.login.codes_asked)),
            Line("v", opens(TraceScreen)),
            Line("escape", CLOSES),
            Line("p", focuses("#paste")),
        ),
    ),
    Scene(LoginScreen, logging_in, SCROLLS, SMALL),
    Scene(TraceScreen, tracing, SCROLLS, SMALL),
    Scene(TraceScreen, tracing, (Line("y", copies()), Line("escape enter q question_mark v", CLOSES))),
    Scene(DeviceScreen, coding, SCROLLS, SMALL),
    Scene(DeviceScreen, coding, (Line("y", copies()), Line("escape enter q d", CLOSES))),
    Scene(LoginStartScreen, login_of_marked, (*ASKS, Line("y", BROWSES))),
    Scene(LoginStartScreen, login_of_all, only("j down pagedown", "k up pageup"), (60, 15)),
    Scene(ClearMarkedScreen, clearing_marked, only("pagedown", "pageup"), (40, 9)),
    Scene(
        WaysScreen,
        pushed(lambda: WaysScreen("", "No keychain.")),
        (Line("left right", FOCUS), Line("escape n v m", CLOSES)),
    ),
    Scene(
        ProgressScreen,
        pushed(lambda: ProgressScreen(Content("Work"), "It runs…", "cancel")),
        (Line("escape", CLOSES),),
    ),
    Scene(NewVaultScreen, passphrase_typed(lambda: NewVaultScreen(_nothing)), NEW_PASSPHRASE),
    Scene(NewPassphraseScreen, passphrase_typed(lambda: NewPassphraseScreen(_nothing)), NEW_PASSPHRASE),
    Scene(
        UnlockScreen,
        pushed(lambda: UnlockScreen(_nothing)),
        (Line("enter ctrl+s", SAYS), Line("escape", CLOSES)),
    ),
    Scene(
        ServerForm,
        by("a", kind=ServerForm),
        (Line("ctrl+s", SAYS), Line("ctrl+o", changes(lambda user: user.t.text())), Line("escape", CLOSES)),
    ),
    Scene(
        RemoveScreen,
        by("X", kind=RemoveScreen, on="own-tools"),
        (Line("left right", FOCUS), Line("escape n", CLOSES), Line("y", changes(_own_file))),
    ),
    Scene(RemoveScreen, by("X", kind=RemoveScreen, on="own-tools"), (Line("d", gone("own-tools")),)),
    Scene(
        Pick,
        focused("Pick", by("d", kind=ClearScreen, on="mail")),
        (Line("down up right left space", changes(_picked)),),
    ),
    Scene(
        Tick,
        focused("Tick", by("d", kind=ClearScreen, on="mail")),
        (Line("space enter", changes(lambda user: user.top.query(Tick).first().value)),),
    ),
    Scene(Link, pushed(Linked), (Line("enter space", changes(lambda user: vars(user.top).get("followed"))),)),
    Scene(
        SecretInput,
        token_typed,
        (
            Line("ctrl+c super+c ctrl+x super+x", STAYS),
            Line("backspace", Effect(lambda user, before: _typed(user) == before - 1, _typed)),
            Line("ctrl+u", Effect(lambda user, before: _typed(user) == 0)),
        ),
    ),
)

# Keys that have a pilot test of their own: "class key …" → "file::test".
PAGE = "test_the_page_opens_by_its_line_by_ctrl_o_and_by_o_outside_of_the_fields"
ELSEWHERE = {
    "ClearScreen o": "test_clear_token.py::test_where_no_api_revokes_the_page_is_named_and_opened_by_its_key",
    "ClientsScreen o": "test_own_servers.py::test_a_bad_entry_and_a_program_open_too",
    "DetailScreen o": "test_own_servers.py::test_o_opens_the_file_at_the_entry_and_reads_it_again",
    "SourcesScreen o": "test_own_servers.py::test_a_problem_in_the_list_of_files_opens_at_its_line",
    "MainScreen E": "test_empty_screens.py::test_without_servers_a_key_starts_the_demo",
    "MainScreen o": "test_own_servers.py::test_o_opens_the_file_at_the_entry_and_reads_it_again",
    "KeyrackApp ctrl+z": "test_suspension.py::test_ctrl_z_waits_for_a_refresh",
    "CurrentStoreScreen l": "test_vault_open.py::test_k_on_an_open_vault_says_where_it_is_and_locks_it",
    "CurrentStoreScreen p": "test_vault_open.py::test_the_passphrase_of_an_open_vault_is_changed",
    "LoginOfSeveral s": "test_login_series.py::test_they_follow_each_other_and_a_failure_stops_nothing",
    "LoginOfSeveral enter": "test_login_series.py::test_a_page_that_was_not_listed_waits_for_a_key_once",
    "LoginScreen n": "test_login_screen.py::test_n_registers_a_client_of_an_earlier_login_anew",
    "LoginScreen h": "test_login_screen.py::test_h_begins_anew_with_localhost",
    "LoginScreen i": "test_login_client.py::test_a_client_id_and_its_secret_begin_the_login_anew",
    "LoginScreen l": "test_login_screen.py::test_a_failure_stays_on_its_step_with_a_hint_and_l_tries_again",
    "LoginScreen s": "test_login_screen.py::test_s_logs_in_without_the_scopes_that_were_added",
    "LoginScreen t": (
        "test_login_token.py::test_where_the_server_has_no_oauth_t_opens_the_token_screen_with_the_service"
    ),
    "LoginScreen enter": "test_login_screen.py::test_success_closes_with_enter_and_the_row_is_up_to_date",
    "ClientScreen enter": "test_login_client.py::test_a_client_id_and_its_secret_begin_the_login_anew",
    "ClientScreen ctrl+s": (
        "test_login_client.py::test_a_public_client_has_no_secret_and_a_retry_keeps_the_client"
    ),
    "ClientScreen escape": "test_login_client.py::test_esc_goes_back_to_the_failure",
    "ServerForm ctrl+y": (
        "test_own_servers.py::test_a_server_that_can_not_be_reached_is_saved_only_with_the_key_for_that"
    ),
    "TokenScreen ctrl+o o": f"test_token_services.py::{PAGE}",
    "TokenScreen ctrl+t": "test_token_screen.py::test_a_key_tries_the_other_usual_headers_only_when_pressed",
    "TokenScreen ctrl+n": "test_token_screen.py::test_after_a_refusal_a_key_leads_to_a_header_of_ones_own",
    "TokenScreen enter": "test_token_screen.py::test_ctrl_s_tries_and_saves_with_the_header_and_expiry_typed",
}


def driven() -> set[tuple[type[DOMNode], str]]:
    """The keys that have a line."""
    return {(scene.of, key) for scene in SCENES for line in scene.lines for key in line.keys.split()}
