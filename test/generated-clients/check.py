"""Judges what openapi-python-client printed, and reads a page of events with its client."""

import re
import sys

from waybill_client import models
from waybill_client.models import (
    EventCarrierAccount,
    EventErased,
    EventPage,
    EventShipment,
    EventShipmentAssigned,
    Problem,
    ShipmentDetail,
)
from waybill_client.api.operators import list_dead_letters
from waybill_client.api.shipments import get_shipment, list_shipments

SHIPMENT = {
    "id": "01930000-0000-7000-8000-0000000000aa",
    "carrier": "acme",
    "tracking_number": "ACME1",
    "status": "created",
    "created_at": "2026-03-10T12:00:00.000Z",
}
ASSIGNED = {"courier": {"id": "cou_1", "at": "2026-03-10T12:00:00.000Z", "how": "auto"}}
ACCOUNT = {
    "id": SHIPMENT["id"],
    "carrier": "acme",
    "label": "main",
    "state": "healthy",
    "previous_state": "failing",
    "reason": "It works again.",
}
# Options that are maps or have no kind of their own, such as the hours of `quiet_hours`.
NUMBERED_MAX = 20
EVENTS = [
    ("shipment.created", SHIPMENT, EventShipment),
    ("shipment.created", {"id": SHIPMENT["id"], "deleted": True}, EventErased),
    ("shipment.assigned", {**SHIPMENT, **ASSIGNED}, EventShipmentAssigned),
    ("carrier_account.health_changed", ACCOUNT, EventCarrierAccount),
]


def warnings_of(printed):
    """Each warning, without those about files: the generator makes no code for CSV, images and PDF."""
    starts = r"(?m)^(?=WARNING |ERROR |Unable to process)"
    return [
        text
        for text in re.split(starts, printed)[1:]
        if "nsupported content" not in text or "reference" in text
    ]


def event_of(event_type, data):
    return {
        "id": SHIPMENT["id"],
        "type": event_type,
        "sequence": 1,
        "previous_sequence": None,
        "occurred_at": "2026-03-10T12:00:00.000Z",
        "data": data,
        "previous_attributes": {},
    }


def assert_reads_well():
    """Operations are called by their names, and options are classes with names, not numbers."""
    answers = get_shipment.sync.__annotations__["return"]
    if answers != Problem | ShipmentDetail | None:
        sys.exit(f"get_shipment answers {answers}")
    for operation in (list_shipments, list_dead_letters):
        if "limit" not in operation.sync.__annotations__:
            sys.exit(f"{operation.__name__} takes no limit")
    numbered = [name for name in dir(models) if re.search(r"Type\d", name)]
    if len(numbered) > NUMBERED_MAX:
        sys.exit(f"classes without a name of their own: {', '.join(numbered)}")


found = warnings_of(open(sys.argv[1], encoding="utf-8").read())
if found:
    sys.exit("\n".join(found))

assert_reads_well()
page = EventPage.from_dict(
    {
        "data": [event_of(event_type, data) for event_type, data, _ in EVENTS],
        "next_cursor": "x",
        "has_more": False,
    }
)
for event, (event_type, _, expected) in zip(page.data, EVENTS, strict=True):
    if event.type_ != event_type or not isinstance(event.data, expected):
        sys.exit(f"{event_type} was read as {type(event).__name__} with {type(event.data).__name__}")
print(f"The client is complete and tells {len(EVENTS)} kinds of events apart.")
