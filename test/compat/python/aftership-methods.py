"""Calls every method of AfterShip's own SDK, with plain and with signed requests.

aftership-methods.py BASE_URL API_KEY COURIER CREDENTIALS prints what it found as JSON.
"""

import datetime
import json
import sys
from typing import Any, Callable

import tracking
from tracking.auth import Aes, ApiKey
from tracking.configuration import Configuration
from tracking.exceptions import ApiException

[base_url, api_key, courier, credentials] = sys.argv[1:]


def client(kind: str, key: str = api_key) -> tracking.Client:
    # The SDK drops the path of `domain`.
    return tracking.Client(
        Configuration(domain=base_url, authentication_type=kind, api_key=key, api_secret=key, max_retry=0)
    )


def refusal(call: Callable[[], Any]) -> list[Any]:
    try:
        call()
    except ApiException as error:
        return [type(error).__name__, error.status_code, error.code.value]
    raise AssertionError("it was not refused")


def trackings(sdk: tracking.Client, number: str) -> dict[str, Any]:
    of = sdk.tracking
    made = of.create_tracking({"tracking_number": number, "slug": "fedex", "title": "Größe, no. 1"}).data
    of.create_tracking({"tracking_number": number + "9", "slug": "fedex", "order_id": "a b"})
    first = of.get_trackings(limit=1, slug="fedex")
    second = of.get_trackings(limit=1, slug="fedex", cursor=first.data.pagination.next_cursor)
    found = of.get_trackings(tracking_numbers=f"{number},{number}9", order_id="a b").data
    changed = of.update_tracking_by_id(made.id, {"note": "Ring twice & wait"}).data
    shown = of.get_tracking_by_id(made.id, fields="note,tag").data
    repeated = refusal(lambda: of.create_tracking({"tracking_number": number, "slug": "fedex"}))
    retracked = refusal(lambda: of.retrack_tracking_by_id(made.id))
    completed = refusal(lambda: of.mark_tracking_completed_by_id(made.id, {"reason": "DELIVERED"}))
    deleted = of.delete_tracking_by_id(made.id).data
    return {
        "made": [made.tracking_number == number, made.slug, made.tag.value, made.title],
        "pages": len({each.id for page in (first, second) for each in page.data.trackings}),
        "rate": "x-ratelimit-limit" in first.response_header,
        "found": [each.order_id for each in found.trackings],
        "changed": [changed.id == made.id, changed.note, shown.note, shown.tag.value],
        "repeated": repeated,
        "retracked": retracked,
        "completed": completed,
        "deleted": [deleted.id == made.id, refusal(lambda: of.get_tracking_by_id(made.id))],
    }


def couriers(sdk: tracking.Client) -> dict[str, Any]:
    of = sdk.courier_connection
    fields = json.loads(credentials)
    all_of_them = sdk.courier.get_couriers().data
    one = sdk.courier.get_couriers(slug=f"{courier},ups", active=False).data
    detected = sdk.courier.detect_courier({"tracking_number": "1Z999AA10123456784"}).data
    made = of.post_courier_connections({"courier_slug": courier, "credentials": fields}).data
    changed = of.put_courier_connections_by_id(made.id, {"credentials": {next(iter(fields)): "new"}}).data
    shown = of.get_courier_connections_by_id(made.id).data
    listed = of.get_courier_connections(courier_slug=courier).data
    deleted = of.delete_courier_connections_by_id(made.id).data
    return {
        "all": all_of_them.total == len(all_of_them.couriers) > 5,
        "named": sorted(each.slug for each in one.couriers) == sorted([courier, "ups"]),
        "detected": detected.couriers[0].slug,
        "connection": len({made.id, changed.id, shown.id, deleted.id, *(each.id for each in listed.courier_connections)}),
        "secret": set(made.credentials.values()) == {"********"},
        "gone": refusal(lambda: of.get_courier_connections_by_id(made.id)),
    }


def estimates(sdk: tracking.Client) -> dict[str, Any]:
    of = sdk.estimated_delivery_date
    now = datetime.datetime.now(datetime.timezone.utc)
    wanted = {
        "slug": "fedex",
        "origin_address": {"country_region": "DEU", "postal_code": "10115"},
        "destination_address": {"country_region": "DEU", "postal_code": "80331"},
        "pickup_time": now.strftime("%Y-%m-%dT12:00:00"),
    }
    one = of.predict(wanted).data
    both = of.predict_batch({"estimated_delivery_dates": [wanted, {**wanted, "slug": "ups"}]}).data
    return {
        "later": one.estimated_delivery_date >= wanted["pickup_time"][:10],
        "confidence": one.confidence_code,
        "batch": [each.slug for each in both.estimated_delivery_dates],
        "without": refusal(lambda: of.predict({"slug": "fedex"})),
    }


def every_method(kind: str, number: str) -> dict[str, Any]:
    sdk = client(kind)
    return {"trackings": trackings(sdk, number), "couriers": couriers(sdk), "estimates": estimates(sdk)}


plain, signed = every_method(ApiKey, "40000000001"), every_method(Aes, "50000000002")
unknown = refusal(lambda: client(ApiKey, "wb_test_unknown").tracking.get_trackings())
print(json.dumps({"plain": plain, "signed": signed, "unknown key": unknown}))
