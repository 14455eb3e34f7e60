"""A serializer that exists and reads nothing of what Django's own has written."""

import base64
import json
from typing import Any


class Base64Serializer:
    def dumps(self, obj: Any) -> bytes:
        return base64.b64encode(json.dumps(obj).encode())

    def loads(self, data: bytes) -> Any:
        return json.loads(base64.b64decode(data))
