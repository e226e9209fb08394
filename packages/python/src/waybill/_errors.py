"""What goes wrong, as exceptions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class ProblemMember:
    """A member of the request that the hub refused.

    `pointer` is a JSON pointer into the body, `?name` for a query parameter, or the name of a header.
    """

    pointer: str
    reason: str
    fix: str


class WaybillError(Exception):
    """The hub, or a proxy in front of it, refused the request.

    `code` names the kind of error (docs/errors.md); it is `http_<status>` if a proxy responded.
    `request_id` identifies the request in the operator's log. `retry_after_s` are the seconds to wait
    before another attempt, if the hub said so.
    """

    def __init__(self, response: httpx.Response) -> None:
        body = _problem(response)
        code = re.search(r"([\w-]+)$", _text(body.get("type")) or "")
        self.status = response.status_code
        self.code = code.group(1) if code else f"http_{self.status}"
        self.title = _text(body.get("title")) or response.reason_phrase
        self.detail = _text(body.get("detail")) or response.text[:200]
        self.fix = _text(body.get("fix"))
        self.errors = [_member(each) for each in _list(body.get("errors")) if isinstance(each, dict)]
        self.request_id = _text(body.get("request_id")) or response.headers.get("x-request-id")
        retry_after = response.headers.get("retry-after", "")
        self.retry_after_s = int(retry_after) if retry_after.isascii() and retry_after.isdigit() else None
        super().__init__(f"{self.status} {self.code}: {self.detail or self.title}")


class WaybillConnectionError(Exception):
    """The hub could not be reached, or did not respond in time."""


class WebhookError(Exception):
    """The webhook is not from the hub, is too old, or was changed on its way."""


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        body = json.loads(response.text)
    except ValueError:
        return {}  # A proxy's page: the status says what is known.
    return body if isinstance(body, dict) else {}


def _member(each: dict[str, Any]) -> ProblemMember:
    return ProblemMember(*(str(each.get(name, "")) for name in ("pointer", "reason", "fix")))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
