"""All keys in one place, for the screens' bindings and for texts that name a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from textual.binding import Binding
from textual.widget import Widget

from keyrack.domain.status import Action

Way = Literal["vault", "memory"]
StoreTask = Literal["lock", "passphrase", "move"]
Escape = Literal["cancel", "stop", "hide"]
FormPhase = Literal["typing", "asking", "failed", "refused"]
LoginPhase = Literal["working", "waiting", "pasting", "failed", "done"]

PALETTE_KEY = "ctrl+p"

APP = [
    Binding(
        PALETTE_KEY, "command_palette", "Commands", id="palette", key_display="^p", show=False, priority=True
    ),
    Binding("ctrl+q", "quit", "Quit", id="quit", show=False, priority=True),
    Binding("ctrl+z", "suspend_process", "Suspend", id="suspend", show=False, priority=True),
]

# Actions on one server, in the list and on the details screen.
ROW = [
    Binding("l", "row('login')", "Login", id="login", tooltip="Log in with OAuth"),
    Binding("r", "row('refresh')", "Refresh", id="refresh", tooltip="Get a new access token"),
    Binding("t", "row('token')", "Token", id="token", tooltip="Store an access token or API key"),
    Binding("c", "row('check')", "Check", id="check", tooltip="Test the credential on the server"),
    Binding("d", "row('clear')", "Clear", id="clear", tooltip="Delete or revoke the credential"),
    Binding(
        "m",
        "row('import')",
        "Take over",
        id="import",
        show=False,
        tooltip="Take over the login of another program",
    ),
    Binding(
        "p",
        "row('publish')",
        "Publish",
        id="publish",
        show=False,
        tooltip="Write the token to another program, also after each refresh",
    ),
    Binding(
        "n",
        "row('connect')",
        "Connect",
        id="connect",
        show=False,
        tooltip="Let another program take its token from keyrack",
    ),
    Binding(
        "S",
        "row('adopt')",
        "Move secrets",
        id="adopt",
        show=False,
        tooltip="Move a token or secrets from a file to the keychain",
    ),
    Binding(
        "A",
        "row('accounts')",
        "Accounts",
        id="accounts",
        show=False,
        tooltip="Add an account, or choose the default",
    ),
    Binding(
        "y",
        "row('copy')",
        "Copy token",
        id="copy-token",
        show=False,
        tooltip="Copy the access token (asks first)",
    ),
    Binding(
        "v",
        "row('show')",
        "Show token",
        id="show-token",
        show=False,
        tooltip="Show the access token for 10 seconds (asks first)",
    ),
    Binding(
        "e",
        "row('edit')",
        "Edit",
        id="edit",
        show=False,
        tooltip="Change a server of keyrack's own file",
    ),
    Binding(
        "X",
        "row('remove')",
        "Remove",
        id="remove",
        show=False,
        tooltip="Remove a server from keyrack's own file",
    ),
    Binding(
        "o",
        "row('open')",
        "Open file",
        id="open",
        show=False,
        tooltip="Open the configuration file at the server's entry in your editor",
    ),
    Binding(
        "h",
        "row('history')",
        "History",
        id="history",
        show=False,
        tooltip="Show all that the log knows of the credential",
    ),
    Binding(
        "x",
        "row('command')",
        "Copy command",
        id="copy-command",
        show=False,
        tooltip="Copy the command for the next step",
    ),
]

# The footer's keys where the list has no rows, because there are none or the filter hides them.
WITHOUT_SERVERS = ("add", "look-again", "demo", "clients", "help")
WITHOUT_MATCH = ("filter-complete", "filter-clear", "filter-leave", "stop", "filter", "clients", "help")
# The same in the list of programs, without a program or without a server of it.
WITHOUT_PROGRAM = (
    "filter-clear",
    "filter-leave",
    "clients-back",
    "clients-filter",
    "clients-servers",
    "clients-help",
)
WITHOUT_ENTRY = (*WITHOUT_PROGRAM[:2], "clients-open", "clients-undo", *WITHOUT_PROGRAM[3:])

TAKE_OVER = next(binding for binding in ROW if binding.id == "import")
OPEN = next(binding for binding in ROW if binding.id == "open")
SHOW_HISTORY = next(binding for binding in ROW if binding.id == "history")
EDIT = next(binding for binding in ROW if binding.id == "edit")

MAIN = [
    *ROW,
    Binding("space", "mark", "Mark", id="mark", tooltip="Mark or unmark the server"),
    Binding(
        "asterisk",
        "mark_all",
        "Mark all",
        id="mark-all",
        key_display="*",
        show=False,
        tooltip="Mark or unmark all servers that are shown",
    ),
    Binding("slash", "filter", "Filter", id="filter", key_display="/", tooltip="Filter the list"),
    Binding("2", "clients", "Programs", id="clients", tooltip="Show the programs, and what each holds"),
    Binding(
        "question_mark",
        "help",
        "Help",
        id="help",
        key_display="?",
        tooltip="Show all keys and states",
    ),
    Binding(
        "enter",
        "detail",
        "Details",
        id="detail",
        show=False,
        tooltip="Show all details of the selected server",
    ),
    Binding(
        "exclamation_mark",
        "next_need",
        "Next to do",
        id="next-need",
        key_display="!",
        show=False,
        tooltip="Go to the next server that needs you",
    ),
    Binding("s", "sort", "Sort", id="sort", show=False, tooltip="Sort by the next column"),
    Binding("I", "reverse", "Reverse", id="reverse", show=False, tooltip="Reverse the order"),
    Binding(
        "z",
        "group",
        "Group",
        id="group",
        show=False,
        tooltip="Group by program, by state, or not at all",
    ),
    Binding(
        "vertical_line",
        "columns",
        "Columns",
        id="columns",
        key_display="|",
        show=False,
        tooltip="Choose the columns",
    ),
    Binding(
        "R",
        "refresh_due",
        "Refresh all due",
        id="refresh-due",
        show=False,
        tooltip="Refresh all credentials that are due",
    ),
    Binding(
        "C",
        "check_all",
        "Check all",
        id="check-all",
        show=False,
        tooltip="Test the credentials of all servers",
    ),
    Binding(
        "a",
        "add",
        "Add server",
        id="add",
        show=False,
        tooltip="Add a server to keyrack's own file",
    ),
    Binding(
        "i",
        "places",
        "Reload",
        id="look-again",
        show=False,
        tooltip="Reload the programs' files",
    ),
    Binding(
        "N",
        "connect_all",
        "Connect all",
        id="connect-all",
        show=False,
        tooltip="Choose the entries of all programs that are to take their token from keyrack",
    ),
    Binding(
        "D",
        "clear_stale",
        "Clear stale",
        id="clear-stale",
        show=False,
        tooltip="Find and delete stale credentials",
    ),
    Binding(
        "u",
        "undo",
        "Undo",
        id="undo",
        show=False,
        tooltip="Undo the last change to another program's file",
    ),
    Binding(
        "K",
        "unlock",
        "Unlock",
        id="unlock",
        show=False,
        tooltip="Lock, unlock or change the store for credentials",
    ),
    # Only where no server was found.
    Binding("E", "demo", "Try the demo", id="demo", show=False),
    Binding("escape", "stop", "Clear filter", id="stop", show=False, tooltip="Stop / unmark / clear filter"),
    Binding("q", "app.quit", "Quit", id="leave", show=False),
]

# The list of programs, and that of the servers of one. They have LIST's keys too.
CLIENTS = [
    Binding("m", "entry('import')", "Take over", id="clients-import"),
    Binding("p", "entry('publish')", "Publish", id="clients-publish"),
    Binding("n", "entry('connect')", "Connect", id="clients-connect"),
    Binding("d", "entry('clear-there')", "Clear there", id="clients-clear"),
    Binding("o", "open", "Open file", id="clients-open", show=False),
    Binding("u", "undo", "Undo", id="clients-undo"),
    Binding("R", "read_keychain", "Read the keychain", id="clients-keychain", show=False),
    Binding("enter", "detail", "Details", id="clients-detail", show=False),
    Binding("slash", "filter", "Filter", id="clients-filter", key_display="/"),
    Binding("1", "servers", "Servers", id="clients-servers"),
    Binding("question_mark", "help", "Help", id="clients-help", key_display="?"),
    Binding("escape", "back", "Back", id="clients-back", show=False),
    Binding("q", "app.quit", "Quit", id="clients-quit", show=False),
]

TABLE = [
    Binding("down,j", "cursor_down", "Down", id="down", show=False),
    Binding("up,k", "cursor_up", "Up", id="up", show=False),
    Binding("pagedown", "page_down", "Page down", id="page-down", show=False),
    Binding("pageup", "page_up", "Page up", id="page-up", show=False),
    Binding("g,home", "scroll_top", "First", id="first", show=False),
    Binding("G,end", "scroll_bottom", "Last", id="last", show=False),
]

FILTER = [
    Binding("tab", "complete", "Complete", id="filter-complete", key_display="tab"),
    Binding("escape", "clear_filter", "Clear", id="filter-clear"),
    Binding("down", "leave", "List", id="filter-leave", key_display="↓"),
]

CLOSE = [Binding("escape", "close", "Close", id="close")]

CLEAR_THERE = Binding(
    "D",
    "row('clear-there')",
    "Clear elsewhere",
    id="clear-there",
    tooltip="Delete the login of another program (in the details)",
)

# Moving has the same names everywhere, so that a key of the user's own moves in dialogs too.
SCROLL = [
    Binding("j,down", "scroll('down')", id="down", show=False),
    Binding("k,up", "scroll('up')", id="up", show=False),
    Binding("pagedown,space", "scroll('page_down')", id="page-down", show=False),
    Binding("pageup", "scroll('page_up')", id="page-up", show=False),
    Binding("g,home", "scroll('home')", id="first", show=False),
    Binding("G,end", "scroll('end')", id="last", show=False),
]

# On screens that ask nothing. What opened one closes it too, by the same name.
LEAVE = [
    Binding("enter", "close", show=False),
    Binding(
        "q", "close", id="dialog-close", show=False, tooltip="Close a screen that asks nothing, as esc does"
    ),
]

DETAIL = [
    *CLOSE,
    *ROW,
    CLEAR_THERE,
    Binding("question_mark", "help", "Help", id="detail-help", key_display="?"),
    *LEAVE,
    *SCROLL,
]

OVERLAY = [
    *CLOSE,
    *LEAVE,
    Binding("question_mark", "close", id="help", show=False),
    *SCROLL,
]

PLACES_LOOK = Binding("i", "look", "Reload", id="places-look")
PLACES_OPEN = Binding("o", "open", "Open file", id="places-open")
PLACES = [*OVERLAY, PLACES_LOOK, PLACES_OPEN]

HISTORY_EACH = Binding("f", "fold", "Each event", id="history-fold")
HISTORY_FOLDED = Binding("f", "fold", "Fold", id="history-fold")
HISTORY = [*OVERLAY, HISTORY_EACH, Binding("h", "close", id="history", show=False)]

LOGIN_TRACE = Binding("v", "trace", "Trace", id="login-trace")
LOGIN_DEVICE = Binding("d", "device", "Code for another device", id="login-device")
LOGIN_WORKING = [LOGIN_TRACE, Binding("escape", "close", "Cancel", id="login-cancel")]
LOGIN_WAITING = [
    Binding("o", "open_again", "Open again", id="login-open"),
    Binding("y", "copy_link", "Copy link", id="login-copy"),
    Binding("p", "paste", "Paste callback URL", id="login-paste"),
    *LOGIN_WORKING,
]
# If the issuer offers device codes.
LOGIN_WAITING_DEVICE = [*LOGIN_WAITING[:3], LOGIN_DEVICE, *LOGIN_WORKING]
# For a sign-in page that shows an error and never redirects back. They are shown beside the page's address,
# not in the key line.
LOGIN_REGISTER = Binding("n", "register_again", "register again", id="login-register", show=False)
LOGIN_LOCALHOST = Binding("h", "use_localhost", "use localhost", id="login-localhost", show=False)
LOGIN_PASTING = [Binding("escape", "close", "Back", id="login-paste-back")]
LOGIN_FAILED = [
    Binding("l", "again", "Retry", id="login-again"),
    LOGIN_TRACE,
    Binding("escape", "close", "Close", id="login-close"),
]
# If the user has to register an app with the issuer.
LOGIN_CLIENT_NEEDED = [
    Binding("i", "client", "Enter client ID", id="login-client"),
    Binding("y", "copy_redirect", "Copy redirect URI", id="login-copy-redirect"),
    *LOGIN_FAILED,
]
# If the issuer refuses scopes, and some had been added to the server's own.
LOGIN_RESET_SCOPES = Binding("s", "reset_scopes", "Without the added scopes", id="login-reset-scopes")
# If a manual token might work instead.
LOGIN_TOKEN = Binding("t", "token", "Token", id="login-token")
LOGIN_DONE = [LOGIN_TRACE, Binding("enter", "finish", "Close", id="login-done")]
# One binding of escape for all phases; the screen knows which phase it is in.
LOGIN = [
    *LOGIN_WAITING_DEVICE,
    LOGIN_REGISTER,
    LOGIN_LOCALHOST,
    *LOGIN_CLIENT_NEEDED[:3],
    LOGIN_RESET_SCOPES,
    LOGIN_TOKEN,
    LOGIN_DONE[-1],
    *SCROLL,
]

# One login of several.
LOGIN_SKIP = Binding("s", "skip", "Skip", id="login-skip")
LOGIN_STOP = Binding("escape", "close", "Stop all", id="login-stop", show=False)
LOGIN_OPEN_PAGE = Binding("enter", "open_page", "Open the sign-in page", id="login-open-page")
LOGIN_OF_SEVERAL = [*LOGIN, LOGIN_SKIP, LOGIN_OPEN_PAGE]

DEVICE = [
    Binding("y", "copy", "Copy address", id="device-copy"),
    Binding("escape", "close", "Back", id="device-back"),
    *LEAVE,
    Binding("d", "close", id="login-device", show=False),
    *SCROLL,
]
TRACE = [
    Binding("y", "copy", "Copy all", id="trace-copy"),
    *OVERLAY,
    Binding("v", "close", id="login-trace", show=False),
]
CLIENT = [
    Binding("escape", "close", "Back", id="client-back"),
    Binding("ctrl+s", "save", "Log in", id="client-save"),
    Binding("enter", "save", "Log in", show=False),  # in the last field; in the first, enter moves to it
]

LIST = [
    Binding("j", "cursor_down", id="down", show=False),
    Binding("k", "cursor_up", id="up", show=False),
    Binding("g,home", "first", id="first", show=False),
    Binding("G,end", "last", id="last", show=False),
]
TICK_LIST = [
    Binding("space", "tick", id="tick", show=False, tooltip="Tick or untick a line of a list"),
    Binding("enter", "tick", show=False),
]

COLUMNS = [
    Binding("space", "tick", "Show or hide", id="tick"),
    Binding("escape", "close", "Close", id="columns-close"),
    LEAVE[-1],
    Binding("vertical_line", "close", id="columns", show=False),
]

WHICH = [*CLOSE]
ACCOUNTS = [
    Binding("enter", "make_default", "Make default", id="accounts-default", show=False),
    Binding("n", "new", "New", id="accounts-new"),
    Binding("l", "on_account('login')", "Log in", id="accounts-login"),
    Binding("d", "on_account('clear')", "Clear", id="accounts-clear"),
    Binding("escape", "close", "Close", id="accounts-close"),
    LEAVE[-1],
    Binding("A", "close", id="accounts", show=False),
]
ACCOUNT_NAME = [
    Binding("escape", "close", "Cancel", id="account-name-cancel"),
    Binding("ctrl+s", "save", "Log in", id="account-name-save"),
]

# What escape does while something is in progress.
PROGRESS: dict[Escape, Binding] = {
    "cancel": Binding("escape", "leave", "Cancel", id="progress"),
    "stop": Binding("escape", "leave", "Stop", id="progress"),
    "hide": Binding("escape", "leave", "Continue in background", id="progress"),
}

WAYS = [
    Binding("escape,n", "answer('')", "Cancel", id="ways-no", show=False),
    Binding("v", "answer('vault')", "Sealed vault", id="ways-vault", show=False),
    Binding("m", "answer('memory')", "In memory", id="ways-memory", show=False),
    Binding("left", "app.focus_previous", show=False),
    Binding("right", "app.focus_next", show=False),
]
# The dialog for an open store.
IN_USE = [
    Binding("l", "do('lock')", "Lock", id="in-use-lock"),
    Binding("p", "do('passphrase')", "Passphrase", id="in-use-passphrase"),
    Binding("m", "do('move')", "Move all", id="in-use-move"),
    Binding("escape", "close", "Close", id="in-use-close"),
    *LEAVE,
    Binding("K", "close", id="unlock", show=False),
]
VAULT_INIT = [
    Binding("escape", "close", "Cancel", id="vault-init-cancel"),
    Binding("ctrl+s", "save", "Create the vault", id="vault-init-save"),
    Binding("enter", "next", show=False),
]
VAULT_PASSPHRASE = [
    Binding("escape", "close", "Cancel", id="vault-passphrase-cancel"),
    Binding("ctrl+s", "save", "Change", id="vault-passphrase-save"),
    Binding("enter", "next", show=False),
]
VAULT_NEW = [*VAULT_INIT, *VAULT_PASSPHRASE]  # a new vault is a kind of new passphrase
VAULT_UNLOCK = [
    Binding("escape", "close", "Cancel", id="vault-unlock-cancel"),
    Binding("enter,ctrl+s", "save", "Open", id="vault-unlock-open"),
]

TOKEN = [
    Binding("escape", "close", "Cancel", id="token-cancel"),
    Binding("ctrl+s", "save", "Save", id="token-save"),
]
# After an unknown service has refused a token.
TOKEN_OTHERS = [
    Binding("ctrl+t", "try_others", "Try other headers", id="token-others"),
    Binding("ctrl+n", "name_header", "Name a header", id="token-header"),
]
TOKEN_MORE = [  # only outside the fields, where they would be typed
    Binding(
        "o",
        "open_page",
        id="token-page-outside",
        show=False,
        tooltip="Open the page for tokens (outside the fields)",
    ),
    Binding("enter", "app.focus_next", show=False),
]
SAVED = [
    Binding("escape", "close", "Close", id="saved-close"),
    *LEAVE,
    Binding("space", "close", show=False),
]
SERVER_FORM_CANCEL = Binding("escape", "close", "Cancel", id="server-cancel")
SERVER_FORM_STOP = Binding("escape", "close", "Stop", id="server-cancel")
SERVER_FORM_SAVE = Binding("ctrl+s", "save", "Save", id="server-save")
SERVER_FORM_MORE = Binding("ctrl+o", "more", "More", id="server-more")
SERVER_FORM_ANYWAY = Binding("ctrl+y", "save_anyway", "Save anyway", id="server-save-anyway")
SERVER_FORM = [SERVER_FORM_SAVE, SERVER_FORM_ANYWAY, SERVER_FORM_MORE, SERVER_FORM_CANCEL]
REMOVE = [
    Binding("escape,n", "answer('')", "Cancel", id="remove-no", show=False),
    Binding("y", "answer('remove')", "Remove", id="remove-yes", show=False),
    Binding("d", "answer('clear')", "Remove and clear", id="remove-clear", show=False),
    Binding("left", "app.focus_previous", show=False),
    Binding("right", "app.focus_next", show=False),
]
TOKEN_PAGE = Binding("ctrl+o", "open_page", "Open page", id="token-page")
TOKEN_FORM = [*TOKEN, TOKEN_PAGE, *TOKEN_OTHERS, *TOKEN_MORE]

ASK = [
    Binding("escape,n", "answer(False)", "Cancel", id="ask-no", show=False),
    Binding("y", "answer(True)", "Yes", id="ask-yes", show=False),
    Binding("left", "app.focus_previous", show=False),
    Binding("right", "app.focus_next", show=False),
]
CLEAR = [
    Binding("down,j", "pick(1)", "Choose", id="down", key_display="↑ ↓"),
    Binding("up,k", "pick(-1)", id="up", show=False),
]
CLEAR_PAGE = Binding(
    "o", "open_page", id="clear-page", show=False, tooltip="Open the page where the token can be revoked"
)
CLEAR_ONE = [*ASK, *CLEAR, CLEAR_PAGE]

SCROLL_MARKED = [
    Binding("pagedown", "scroll('page_down')", id="page-down", show=False),
    Binding("pageup", "scroll('page_up')", id="page-up", show=False),
]
CLEAR_MARKED = [*ASK, *CLEAR, *SCROLL_MARKED]
LOGIN_MARKED = [
    *ASK,
    *SCROLL_MARKED,
    Binding("down,j", "scroll('down')", id="down", show=False),
    Binding("up,k", "scroll('up')", id="up", show=False),
]

# For clearing many; the list's keys also work from the buttons.
STALE = [
    *ASK,
    Binding("down,j", "to_list", id="down", show=False),
    Binding("up,k", "to_list", id="up", show=False),
    Binding("space", "tick", "Toggle", id="tick"),
    Binding("a", "tick_all", "Select all or none", id="stale-all"),
]

LINK = [Binding("enter,space", "follow", show=False)]
TICK = [Binding("space,enter", "tick", "Toggle", show=False)]
PICK = [
    Binding("up,left", "pick(-1)", "Up", show=False),
    Binding("down,right", "pick(1)", "Down", show=False),
    Binding("space", "pick(0)", "Next", show=False),
]
SECRET_INPUT = [
    Binding("backspace", "delete", "Delete", show=False),
    Binding("ctrl+u", "wipe", "Empty", show=False),
    Binding("ctrl+c,super+c,ctrl+x,super+x", "refuse_copy", "Can't be copied", show=False),
]

TOGETHER = ("login", "refresh", "check", "clear")  # actions on all marked servers; by their bindings' ids

_ACTION_KEYS = {
    Action.LOGIN: "login",
    Action.REFRESH: "refresh",
    Action.TOKEN: "token",
    Action.CHECK: "check",
    Action.CLEAR: "clear",
    Action.UNLOCK: "unlock",
    Action.IMPORT: "import",
    Action.OPEN_FILE: "open",
    Action.ADOPT: "adopt",
}


ALL_SERVERS = ("refresh-due", "check-all", "clear-stale", "look-again", "add", "undo")  # in the help


def login_keys(
    phase: LoginPhase, *, offers_code: bool, client_needed: bool, scopes_added: bool, token_may_do: bool
) -> list[Binding]:
    """The keys for the login's key line."""
    match phase:
        case "working":
            return LOGIN_WORKING
        case "waiting":
            return LOGIN_WAITING_DEVICE if offers_code else LOGIN_WAITING
        case "pasting":
            return LOGIN_PASTING
        case "failed":
            keys = LOGIN_CLIENT_NEEDED if client_needed else LOGIN_FAILED
            keys = [LOGIN_RESET_SCOPES, *keys] if scopes_added else keys
            return [LOGIN_TOKEN, *keys] if token_may_do else keys
        case "done":
            return LOGIN_DONE


def history_keys(*, folded: bool) -> list[Binding]:
    """The keys for the key line of the history."""
    return [HISTORY_EACH if folded else HISTORY_FOLDED, *CLOSE]


def server_form_keys(phase: FormPhase) -> list[Binding]:
    """The keys for the key line of a server's form."""
    if phase == "asking":
        return [SERVER_FORM_STOP]
    anyway = [SERVER_FORM_ANYWAY] if phase == "refused" else []
    return [SERVER_FORM_SAVE, *anyway, SERVER_FORM_MORE, SERVER_FORM_CANCEL]


def scroll(widget: Widget, where: str) -> None:
    """Scroll an overlay, as its scrolling keys do."""
    moves = {
        "down": widget.scroll_down,
        "up": widget.scroll_up,
        "page_down": widget.scroll_page_down,
        "page_up": widget.scroll_page_up,
        "home": widget.scroll_home,
        "end": widget.scroll_end,
    }
    moves[where](animate=False)


_own: dict[str, str] = {}  # the user's own keys, by id


def use(keys: Mapping[str, str]) -> None:
    """Show these keys from now on; the application uses them."""
    _own.clear()
    _own.update(keys)


def keys_of(binding: Binding) -> list[str]:
    """A binding's keys, as Textual names them."""
    return _own.get(binding.id or "", binding.key).split(",")


def is_everywhere(key: str) -> bool:
    """Whether the key is not meant for one screen."""
    return any(key in keys_of(binding) for binding in APP)


def shown(binding: Binding) -> str:
    """A binding's key as it is shown: "esc", "^s", "/"."""
    if binding.key_display and binding.id not in _own:
        return binding.key_display
    from textual.keys import key_to_character

    *modifiers, key = keys_of(binding)[0].split("+")
    named = {"escape": "esc", "space": "space"}.get(key) or key_to_character(key) or key
    return "".join("^" if each == "ctrl" else f"{each}+" for each in modifiers) + named


def key_of(binding_id: str) -> str:
    """The key of one of the bindings of the list or of the programs."""
    return shown(next(binding for binding in (*MAIN, *CLIENTS) if binding.id == binding_id))


def name_of(binding_id: str) -> str:
    """What one of the list's bindings does, in a word or two."""
    return next(binding.description for binding in MAIN if binding.id == binding_id)


def key_for(action: Action | None) -> str | None:
    """The list's key for the next step, or None."""
    return key_of(_ACTION_KEYS[action]) if action is not None and action in _ACTION_KEYS else None


def app_key(binding_id: str) -> str:
    """The key of one of the bindings that are in force everywhere."""
    return shown(next(binding for binding in APP if binding.id == binding_id))


def _servers() -> Binding:
    return next(binding for binding in CLIENTS if binding.id == "clients-servers")


def _keys_together() -> str:
    return " ".join(key_of(each) for each in TOGETHER)


def help_groups() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """All keys of the list, for the help, as (group, ((keys, what), …))."""
    rows = tuple((shown(b), b.tooltip or b.description) for b in (*ROW, CLEAR_THERE))
    rest = {b.id: (shown(b), b.tooltip) for b in MAIN if b.id}
    app = {b.id: shown(b) for b in APP}
    return (
        ("Selected server", rows),
        ("All servers", tuple(rest[i] for i in ALL_SERVERS)),
        (
            "Moving",
            (
                (" ".join(("↑ ↓", *(key for key in map(shown, TABLE) if len(key) == 1))), "Move"),
                rest["detail"],
                rest["next-need"],
                rest["sort"],
                rest["reverse"],
                rest["group"],
                rest["columns"],
                rest["filter"],
                rest["mark"],
                rest["mark-all"],
                (_keys_together(), "Do it to all marked servers that are shown"),
                (shown(FILTER[0]), "Complete a filter word, such as state:"),
                rest["clients"],
                (shown(_servers()), "Go back to the servers"),
                ("esc", "Stop running tasks; then hide a message; then unmark; then clear the filter"),
            ),
        ),
        (
            "keyrack",
            (
                rest["unlock"],
                (app["palette"], "Run any command, or go to any server"),
                (app["suspend"], "Go to the shell; fg comes back"),
                (rest["help"][0], "Show this help"),
                (f"{rest['leave'][0]} {app['quit']}", "Quit"),
            ),
        ),
    )
