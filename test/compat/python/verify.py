"""How many of the webhooks on the standard input EasyPost's own verifier refuses.

A webhook a line: {"body": text, "signature": text, "secret": text}.
"""

import json
import sys

from easypost.errors import EasyPostError
from easypost.util import validate_webhook

accepted, refused = 0, 0
for line in sys.stdin:
    sent = json.loads(line)
    body = sent["body"].encode()
    try:
        assert validate_webhook(body, {"X-Hmac-Signature": sent["signature"]}, sent["secret"]) == json.loads(body)
        accepted += 1
    except EasyPostError:
        refused += 1
print(json.dumps({"accepted": accepted, "refused": refused}))
