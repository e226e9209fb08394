"""Typed client of a Waybill hub: parcels, events and webhooks."""

from ._api import Waybill
from ._errors import ProblemMember, WaybillConnectionError, WaybillError, WebhookError
from ._pages import Pages
from ._transport import Options
from ._webhooks import verify_webhook
from .models import WaybillEvent

__all__ = [
    "Options",
    "Pages",
    "ProblemMember",
    "Waybill",
    "WaybillConnectionError",
    "WaybillError",
    "WaybillEvent",
    "WebhookError",
    "verify_webhook",
]
