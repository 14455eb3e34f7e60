from base import *

SESSION_SERIALIZER = "base64_serializer.Base64Serializer"
