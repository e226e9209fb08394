"""Verifies webhooks (Standard Webhooks)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterable, Sequence
from typing import Protocol, cast

from ._errors import WebhookError
from .models import WaybillEvent


class Headers(Protocol):
    """A mapping, or the headers of a framework, such as Flask's, which are none."""

    def items(self) -> Iterable[tuple[str, str]]: ...


def verify_webhook(
    body: bytes,
    headers: Headers,
    secret: str | Sequence[str],
    *,
    tolerance_s: float = 300,
    now_s: float | None = None,
) -> WaybillEvent:
    """Verifies the signature of a webhook and returns its event.

    `body` are the exact bytes: JSON that was parsed and written again has another signature. `secret`
    is the endpoint's, `whsec_…`; several while it is being rotated. Raises `WebhookError` with the
    reason; then respond with 401. Raises `ValueError` if a secret is not `whsec_` and Base64.
    """
    by_name = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in ("webhook-id", "webhook-timestamp", "webhook-signature") if name not in by_name]
    if missing:
        raise WebhookError(f"{missing[0]} is missing")
    timestamp = by_name["webhook-timestamp"]
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise WebhookError("webhook-timestamp is not a time")
    if abs((time.time() if now_s is None else now_s) - int(timestamp)) > tolerance_s:
        raise WebhookError(f"webhook-timestamp is more than {tolerance_s:g} s from now")
    signed = f"{by_name['webhook-id']}.{timestamp}.".encode() + body
    expected = [
        b"v1," + base64.b64encode(hmac.digest(_key(each), signed, hashlib.sha256))
        for each in ([secret] if isinstance(secret, str) else secret)
    ]
    for signature in by_name["webhook-signature"].split(" "):
        for each in expected:
            if hmac.compare_digest(each, signature.encode()):
                return cast(WaybillEvent, json.loads(body))
    raise WebhookError("no signature matches the secret")


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        raise ValueError("secret must be whsec_ and Base64")
    return key
