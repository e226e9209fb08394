"""Sends requests to a hub, and repeats those that may be repeated."""

from __future__ import annotations

import itertools
import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from ._errors import WaybillConnectionError, WaybillError

# Refusals after which the same request may succeed.
RETRIED = (408, 429, 502, 503, 504)
WAIT_FIRST_S = 0.5
# The hub may ask for a longer wait than this; then the caller decides.
WAIT_MAX_S = 60.0
# The hub sends a comment on a quiet stream every 20 s.
STREAM_SILENCE_S = 90.0


@dataclass(frozen=True)
class Options:
    """What a single call may add.

    `idempotency_key` is a new UUID by default, for each write that accepts one. `headers` are more
    headers, such as `If-Match`. `content_type` is the type of a file.
    """

    idempotency_key: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = None


class Transport:
    """One hub and one key."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        *,
        retries: int,
        timeout_s: float,
        http: httpx.Client | None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._key = api_key
        self._retries = retries
        self._timeout_s = timeout_s
        self.http = http or httpx.Client()
        self._sleep = sleep

    def send(
        self,
        method: str,
        path: str,
        *parts: str,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        body: Any = None,
        keyed: bool = False,
        options: Options | None = None,
    ) -> Any:
        """Returns JSON as its value, a file as bytes, and None for 204.

        `parts` replace each `{}` of the path. `body` is sent as it is, or as a form if it is a dict.
        Raises `WaybillError` if the hub refuses, and `WaybillConnectionError` if it cannot be reached.
        """
        request = self._request(method, path, parts, query, json, body, keyed, options or Options())
        repeatable = keyed or method not in ("POST", "PATCH")
        retries = self._retries if repeatable else 0
        for attempt in itertools.count():
            wait_s = WAIT_FIRST_S * 2**attempt * random.uniform(0.5, 1.5)
            try:
                response = self.http.send(request)
            except httpx.TransportError as error:
                if attempt >= retries:
                    raise WaybillConnectionError(f"{self._base} did not respond") from error
            else:
                if response.is_success:
                    return _value(response)
                refused = WaybillError(response)
                if refused.retry_after_s is not None:
                    wait_s = refused.retry_after_s
                if attempt >= retries or not _is_temporary(refused) or wait_s > WAIT_MAX_S:
                    raise refused
            self._sleep(wait_s)

    def stream(self, path: str, *parts: str, query: Mapping[str, Any] | None = None) -> Iterator[str]:
        """Yields the lines of a stream of server-sent events."""
        request = self._request("GET", path, parts, query, None, None, False, Options())
        request.extensions["timeout"] = httpx.Timeout(self._timeout_s, read=STREAM_SILENCE_S).as_dict()
        try:
            response = self.http.send(request, stream=True)
            try:
                if not response.is_success:
                    response.read()
                    raise WaybillError(response)
                yield from response.iter_lines()
            finally:
                response.close()
        except httpx.TransportError as error:
            raise WaybillConnectionError(f"{self._base} did not respond") from error

    def _request(
        self,
        method: str,
        path: str,
        parts: tuple[str, ...],
        query: Mapping[str, Any] | None,
        json: Any,
        body: Any,
        keyed: bool,
        options: Options,
    ) -> httpx.Request:
        if any(part.strip(".") == "" for part in parts):
            raise ValueError(f"a parameter of {path} is empty")
        headers = {"accept": "application/json, */*;q=0.5"}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        if keyed:
            headers["idempotency-key"] = options.idempotency_key or str(uuid.uuid4())
        if options.content_type:
            headers["content-type"] = options.content_type
        form = body if isinstance(body, dict) else None
        return self.http.build_request(
            method,
            f"{self._base}/v1" + path.format(*(quote(part, safe="") for part in parts)),
            params=_pairs(query or {}) or None,
            json=json,
            content=None if form is not None else body,
            files=form,
            headers={**headers, **{name.lower(): value for name, value in options.headers.items()}},
            timeout=self._timeout_s,
        )


def _is_temporary(refused: WaybillError) -> bool:
    """A 409 with `Retry-After`: the first request with the same Idempotency-Key is not finished."""
    return refused.status in RETRIED or (refused.status == 409 and refused.retry_after_s is not None)


def _pairs(query: Mapping[str, Any]) -> list[tuple[str, str | int | float | bool | None]]:
    """`a=1&a=2` for sequences, `a[b]=1` for mappings; None is left out."""
    pairs: list[tuple[str, str | int | float | bool | None]] = []
    for name, value in query.items():
        if isinstance(value, Mapping):
            pairs += [(f"{name}[{key}]", _text(each)) for key, each in value.items()]
        elif isinstance(value, (list, tuple)):
            pairs += [(name, _text(each)) for each in value]
        elif value is not None:
            pairs.append((name, _text(value)))
    return pairs


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _value(response: httpx.Response) -> Any:
    if response.status_code == 204:
        return None
    kind = response.headers.get("content-type", "").split(";")[0]
    return response.json() if kind.endswith(("/json", "+json")) else response.content
