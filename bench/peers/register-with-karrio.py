"""Adds a user, a webhook and trackers to Karrio's database, and prints the user's key and their ids.

Its API registers a tracker only after it has asked the carrier, which a benchmark must not do.
"""

import json
import sys

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from karrio.server.events.models import Webhook  # noqa: E402
from karrio.server.manager.models import Tracking  # noqa: E402
from karrio.server.user.models import Token  # noqa: E402

shop, numbers = sys.argv[1], sys.argv[2].split(",")
user = get_user_model().objects.create_superuser("bench@example.com", "bench-not-a-secret")
token = Token.objects.create(user=user, test_mode=False)
Webhook.objects.create(
    url=shop, enabled_events=["tracker_updated"], test_mode=False, created_by=user
)
carrier = {"carrier_code": "fedex", "carrier_id": "fedex", "carrier_name": "fedex"}
trackers = [
    Tracking.objects.create(
        tracking_number=number,
        status="in_transit",
        carrier=carrier,
        test_mode=False,
        created_by=user,
    ).pk
    for number in numbers
]
print(json.dumps({"key": token.key, "trackers": trackers}))
