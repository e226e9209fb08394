"""Calls every method of trackers, webhooks and events of EasyPost's own client.

easypost-methods.py BASE_URL API_KEY RECEIVER prints what it found as JSON.
"""

import json
import sys
import urllib.request
from typing import Any, Callable

import easypost
from easypost.errors import ApiError, EndOfPaginationError, SignatureVerificationError
from easypost.util import receive_event, validate_webhook

[base_url, api_key, receiver] = sys.argv[1:]
client = easypost.EasyPostClient(api_key, api_base=f"{base_url}/compat/easypost/v2")
SECRET = "sécret"


def refusal(call: Callable[[], Any]) -> list[Any]:
    try:
        call()
    except ApiError as error:
        return [type(error).__name__, error.http_status]
    raise AssertionError("it was not refused")


def kind(value: Any) -> str:
    return type(value).__name__


def sent_so_far() -> list[dict[str, Any]]:
    """What the hub has sent when it has nothing more to send."""
    with urllib.request.urlopen(receiver) as response:
        return json.load(response)


def trackers() -> dict[str, Any]:
    made = client.tracker.create(tracking_code="EZ1000000001", carrier="UPS")
    same = client.tracker.create(tracking_code="EZ1000000001")
    client.tracker.create(tracking_code="EZ4000000004")
    first = client.tracker.all(page_size=1)
    second = client.tracker.get_next_page(first, page_size=1)
    try:
        client.tracker.get_next_page(second, page_size=1)
        end = None
    except EndOfPaginationError as error:
        end = kind(error)
    retrieved = client.tracker.retrieve(made.id)
    batch = client.tracker.retrieve_batch(tracking_codes=["EZ1000000001", "EZ0000000000"])
    one = client.tracker.all(tracking_code="EZ4000000004")
    client.tracker.delete(made.id)
    return {
        "class": kind(made),
        "same": same.id == made.id == retrieved.id,
        "shown": [retrieved.tracking_code, retrieved.carrier, retrieved.status, retrieved.mode],
        "pages": sorted(each.tracking_code for page in (first, second) for each in page.trackers),
        "end": end,
        "batch": [each.tracking_code for each in batch.trackers],
        "one": [each.tracking_code for each in one["trackers"]],
        "deleted": refusal(lambda: client.tracker.retrieve(made.id)),
        "deleted again": refusal(lambda: client.tracker.delete(made.id)),
    }


def webhooks_and_events() -> dict[str, Any]:
    sent_so_far()
    headers = [{"name": "X-Token", "value": "mine"}]
    hook = client.webhook.create(
        url=receiver + "/easypost", webhook_secret="other", custom_headers=headers
    )
    updated = client.webhook.update(hook.id, webhook_secret=SECRET)
    ids = [hook.id, client.webhook.retrieve(hook.id).id, *(each.id for each in client.webhook.all()["webhooks"])]
    for code in ("EZ2000000002", "EZ3000000003"):
        client.tracker.create(tracking_code=code)
    sent = sent_so_far()
    events = []
    for each in sent:
        # Web frameworks look headers up in any case, as the client expects.
        signed = {"X-Hmac-Signature": each["headers"]["x-hmac-signature"]}
        validate_webhook(each["body"].encode(), signed, SECRET)
        events.append(receive_event(each["body"]))
    try:
        validate_webhook(sent[0]["body"].encode() + b" ", signed, SECRET)
        forged = None
    except SignatureVerificationError as error:
        forged = kind(error)
    first = client.event.all(page_size=1)
    second = client.event.get_next_page(first, page_size=1)
    event = client.event.retrieve(first.events[0].id)
    payloads = client.event.retrieve_all_payloads(event.id)
    payload = client.event.retrieve_payload(event.id, payloads.payloads[0].id)
    client.webhook.delete(hook.id)
    return {
        "class": kind(hook),
        "same": len(set(ids)),
        "custom headers": [each.name for each in updated.custom_headers],
        "received": sorted(
            [each.result.tracking_code, kind(each), each.description, kind(each.result)] for each in events
        ),
        "token": sent[0]["headers"]["x-token"],
        "forged": forged,
        "events": [kind(event), len({*[each.id for each in first.events], *[each.id for each in second.events]})],
        "payload": [kind(payload), payload.response_code, json.loads(payload.request_body)["id"] == event.id],
        "deleted": refusal(lambda: client.webhook.retrieve(hook.id)),
    }


def refused() -> dict[str, Any]:
    client_without_key = easypost.EasyPostClient("unknown", api_base=client.api_base)
    return {
        "no code": refusal(lambda: client.tracker.create()),
        "no such carrier": refusal(lambda: client.tracker.create(tracking_code="1", carrier="Nobody")),
        "no such event": refusal(lambda: client.event.retrieve("evt_1")),
        "no such payloads": refusal(lambda: client.event.retrieve_all_payloads("evt_1")),
        "new event": refusal(lambda: client.event.create(description="tracker.updated")),
        "no webhook URL": refusal(lambda: client.webhook.create()),
        "another service": refusal(lambda: client.shipment.create()),
        "unknown key": refusal(lambda: client_without_key.tracker.all()),
    }


print(json.dumps({"trackers": trackers(), "webhooks": webhooks_and_events(), "refused": refused()}))
