"""How models say something or call a tool, as a whole and as a stream of events, in three vendors' APIs."""

from __future__ import annotations

from itertools import count
from typing import Any, NamedTuple

NUMBERS = count(1)


class Reply(NamedTuple):
    """A model's turn."""

    whole: Any
    events: list[Any]
    end: str = ""  # of a stream


def anthropic(model: str, tool: str, says: str) -> Reply:
    """The Messages API. Programs take messages and calls with the same ID for one."""
    number = next(NUMBERS)
    if tool:
        block: dict[str, Any] = {"type": "tool_use", "id": f"toolu_{number}", "name": tool, "input": {}}
        empty, delta = block, {"type": "input_json_delta", "partial_json": "{}"}
    else:
        block = {"type": "text", "text": says}
        empty, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": says}
    stop = {"stop_reason": "tool_use" if tool else "end_turn", "stop_sequence": None}
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "usage": usage,
        **stop,
    }
    return Reply(
        message | {"content": [block]},
        [
            {"type": "message_start", "message": message | {"content": [], "stop_reason": None}},
            {"type": "content_block_start", "index": 0, "content_block": empty},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": stop, "usage": usage},
            {"type": "message_stop"},
        ],
    )


def chat(model: str, tool: str, says: str) -> Reply:
    """OpenAI's Chat Completions."""
    function = {"index": 0, "id": "call_1", "type": "function", "function": {"name": tool, "arguments": "{}"}}
    said = {"role": "assistant", "content": None, "tool_calls": [function]}
    said = said if tool else {"role": "assistant", "content": says}
    reason = "tool_calls" if tool else "stop"
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    about = {"id": "chatcmpl-1", "created": 1, "model": model}
    chunk = about | {"object": "chat.completion.chunk"}
    whole = {"index": 0, "message": said, "finish_reason": reason}
    return Reply(
        about | {"object": "chat.completion", "choices": [whole], "usage": usage},
        [
            chunk | {"choices": [{"index": 0, "delta": said, "finish_reason": None}]},
            chunk | {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}], "usage": usage},
        ],
        "data: [DONE]\n\n",
    )


def gemini(model: str, tool: str, says: str) -> Reply:
    """Gemini's generateContent."""
    part = {"functionCall": {"name": tool, "args": {}}} if tool else {"text": says}
    candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    whole = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": model}
    return Reply(whole, [whole])
