"""What each client raises for each refusal: its class and status, as JSON by code.

errors.py BASE_URL CODE… asks paths of the hub that refuse with the code in their name.
"""

import json
import sys
from typing import Any, Callable

import easypost
import tracking
from easypost.errors import ApiError
from tracking.configuration import Configuration
from tracking.exceptions import ApiException

[base_url, *codes] = sys.argv[1:]


def raised(call: Callable[[], Any]) -> list[Any]:
    try:
        call()
    except ApiError as error:
        return [type(error).__name__, error.http_status, bool(error.message)]
    except ApiException as error:
        return [type(error).__name__, error.status_code, bool(error.message)]
    raise AssertionError("it was not refused")


def both(code: str) -> dict[str, list[Any]]:
    first = easypost.EasyPostClient("wb_test_x", api_base=f"{base_url}/compat/easypost/forced/{code}/v2")
    second = tracking.Client(Configuration(domain=base_url, api_key="wb_test_x", max_retry=0))
    return {
        "easypost": raised(first.tracker.all),
        "aftership": raised(lambda: second.tracking.get_tracking_by_id(f"forced/{code}")),
    }


print(json.dumps({code: both(code) for code in codes}))
