"""A shop's code that mypy checks in strict mode, and that runs against a hub.

python-client.py BASE_URL API_KEY HOOK prints what it found as JSON.
"""

import inspect
import json
import sys
import urllib.request
from collections.abc import Iterator

import httpx
from waybill import Pages, Waybill, WaybillError, WaybillEvent, WebhookError, verify_webhook
from waybill import models
from waybill._transport import Transport


def how(event: WaybillEvent) -> str:
    if event["type"] == "shipment.assigned":
        data = event["data"]
        return "erased" if "deleted" in data else data["courier"]["how"]
    return event["id"]


def numbers(pages: Pages[models.Shipment, models.ShipmentPage]) -> list[str]:
    return [shipment["tracking_number"] for shipment in pages]


def retried() -> tuple[list[float], list[str]]:
    """A hub that is overloaded twice: the waits, and the Idempotency-Keys that it gets."""
    keys: list[str] = []
    waits: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        if len(keys) < 3:
            return httpx.Response(503, headers={"retry-after": "7"}, json={"type": "/docs/errors#overloaded"})
        return httpx.Response(200, json={})

    http = httpx.Client(transport=httpx.MockTransport(answer))
    transport = Transport("http://hub", "k", retries=3, timeout_s=1, http=http, sleep=waits.append)
    transport.send("POST", "/shipments", json={}, keyed=True)
    return waits, keys


def called() -> tuple[list[str], list[str]]:
    """What calling every function of the client sends, and the functions without a last `_`."""
    sent: list[str] = []
    functions: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(f"{request.method} {request.url.path}")
        return httpx.Response(200, json={"data": [], "next_cursor": None})

    client = Waybill("http://hub", "k", http=httpx.Client(transport=httpx.MockTransport(answer)))
    for member, resource in vars(client).items():
        if not type(resource).__name__.endswith("Resource"):
            continue
        for name, function in inspect.getmembers(resource, inspect.ismethod):
            if name.startswith("_"):
                continue
            functions.append(f"{member}.{name.rstrip('_')}")
            needed = {
                each.name: {} if each.name == "body" else "x"
                for each in inspect.signature(function).parameters.values()
                if each.default is inspect.Parameter.empty
            }
            answered = function(**needed)
            if isinstance(answered, (Pages, Iterator)):
                list(answered)
    return sorted(sent), sorted(functions)


def refusal(client: Waybill) -> WaybillError:
    try:
        client.shipments.get("nothing")
    except WaybillError as error:
        return error
    raise AssertionError("nothing was found")


def accepts_empty_secret(body: bytes, headers: dict[str, str]) -> bool:
    try:
        verify_webhook(body, headers, "whsec_")
    except ValueError:
        return False
    return True


def forged(body: bytes, headers: dict[str, str], secret: str) -> str:
    try:
        verify_webhook(body + b" ", headers, secret)
    except WebhookError as error:
        return str(error)
    raise AssertionError("a forged webhook was accepted")


def main() -> None:
    [base_url, api_key, hook] = sys.argv[1:]
    with Waybill(base_url, api_key) as client:
        number = "SBX000000000017"
        created = client.shipments.create({"carrier": "sandbox", "tracking_number": number})
        listed = numbers(client.shipments.list(limit=1))
        status: models.Status = client.shipments.get(created["id"])["status"]
        events = [event["type"] for event in client.events.list()]
        refused = refusal(client)
        endpoint = client.webhook_endpoints.create({"url": hook, "events": ["*"]})
        client.webhook_endpoints.test(endpoint["id"])
        with urllib.request.urlopen(hook) as response:
            received = json.load(response)
        body = received["body"].encode()
        event = verify_webhook(body, received["headers"], endpoint["secret"])
        label = client.shipments.get_code(created["id"])
        client.shipments.delete(created["id"])
    waits, keys = retried()
    sent, functions = called()
    found = {
        "listed": number in listed,
        "status": isinstance(status, str),
        "registered": "shipment.created" in events,
        "refused": [refused.status, refused.code],
        "type": event["type"],
        "forged": forged(body, received["headers"], endpoint["secret"]),
        "empty_secret": accepts_empty_secret(body, received["headers"]),
        "svg": label.startswith(b"<svg"),
        "called": sent,
        "functions": functions,
        "waits": waits,
        "keys": [len(keys), len(set(keys))],
    }
    print(json.dumps(found))


main()
