"""What connecting does to the lines of an entry, in each syntax."""

from __future__ import annotations

from keyrack.sources.rewriting import entry_json, entry_toml, entry_yaml


def test_in_toml_comments_and_other_tables_stay() -> None:
    text = (
        "# mine\n[mcp_servers.lab] # the lab\nurl = 'https://lab.example/mcp' # here\n"
        "startup_timeout_sec = 5\n\n"
        '[mcp_servers.lab.http_headers]\nAuthorization = "Bearer x"\nX-Trace = "on" # why not\n\n'
        "[tui]\na = 1\n"
    )
    drops = [("http_headers", "Authorization")]
    assert entry_toml.edited(text, "mcp_servers", "lab", False, {"http_headers_helper": "k"}, drops) == (
        "# mine\n[mcp_servers.lab] # the lab\nurl = 'https://lab.example/mcp' # here\n"
        "startup_timeout_sec = 5\n"
        'http_headers_helper = "k"\n\n'
        '[mcp_servers.lab.http_headers]\nX-Trace = "on" # why not\n\n[tui]\na = 1\n'
    )


def test_in_yaml_comments_and_other_entries_stay() -> None:
    text = (
        "# mine\nextensions:\n  lab: # the lab\n    type: streamable_http\n"
        "    # where it is\n    uri: https://lab.example\n"
        "    headers:\n      Authorization: x\n    timeout: 300 # seconds\n\n  # another\n  other:\n"
        "    cmd: y\n"
    )
    fields = {"type": "stdio", "cmd": "keyrack", "args": ["bridge", "lab"]}
    assert entry_yaml.edited(text, "extensions", "lab", False, fields, [("uri",), ("headers",)]) == (
        '# mine\nextensions:\n  lab: # the lab\n    type: "stdio"\n'
        "    # where it is\n    timeout: 300 # seconds\n"
        '    cmd: "keyrack"\n    args: ["bridge", "lab"]\n\n  # another\n  other:\n    cmd: y\n'
    )


def test_in_a_list_of_yaml_the_first_field_may_go() -> None:
    text = "mcpServers:\n  - type: http\n    name: lab\n    url: https://lab.example\n"
    assert entry_yaml.edited(text, "mcpServers", "lab", True, {"command": "k"}, [("type",), ("url",)]) == (
        'mcpServers:\n  - name: lab\n    command: "k"\n'
    )


def test_in_json_a_comment_stays_beside_what_it_is_about() -> None:
    text = '{\n  "mcpServers": {\n    "a": {"x": 1}, // the first\n  },\n}\n'
    steps = entry_json.steps_for(text, ("mcpServers", "lab"), {"command": "k"}, ())
    assert entry_json.applied(text, steps) == (
        '{\n  "mcpServers": {\n    "a": {"x": 1}, // the first\n'
        '    "lab": {\n      "command": "k"\n    },\n  },\n}\n'
    )
    text = (
        '{"s": {"lab": {\n  "url": "u", // where\n  "headers": {"A": "b"}, // gone\n'
        '  // half a minute\n  "timeout": 30\n}}}'
    )
    steps = entry_json.steps_for(text, ("s", "lab"), {}, [("headers", "A")])
    assert "// half a minute" in entry_json.applied(text, steps)


def test_in_json_only_the_member_that_has_to_changes_in_an_object() -> None:
    text = (
        '{\n  "s": {\n    "lab": {\n      "headers": {\n        // who pays\n        "X-Tenant": "a", // us\n'
        '        "Authorization": "Bearer x", /* ours */\n        "X-Old": "1"\n      },\n'
        '      "env": {"A": "1"}\n    }\n  }\n}\n'
    )
    fields = {"headers": {"X-Tenant": "a", "Authorization": "Bearer ${T}", "X-New": "2"}, "env": {"B": "2"}}
    steps = entry_json.steps_for(text, ("s", "lab"), fields, ())
    assert entry_json.applied(text, steps) == (
        '{\n  "s": {\n    "lab": {\n      "headers": {\n        // who pays\n        "X-Tenant": "a", // us\n'
        '        "Authorization": "Bearer ${T}", /* ours */\n        "X-New": "2"\n      },\n'
        '      "env": {"B": "2"}\n    }\n  }\n}\n'
    )
    assert [step.path[2:] for step in steps] == [
        ("headers", "Authorization"),
        ("headers", "X-New"),
        ("headers", "X-Old"),
        ("env", "B"),
        ("env", "A"),
    ]


def test_in_json_an_object_with_equal_keys_is_written_again() -> None:
    text = '{"s": {"lab": {"headers": {"A": "1", "B": "2", "A": "3", "C": "4"}}}}'
    steps = entry_json.steps_for(text, ("s", "lab"), {"headers": {"B": "2"}}, ())
    assert entry_json.applied(text, steps) == '{"s": {"lab": {"headers": {"B": "2"}}}}'
