from engine_with_a_cache_in_front.settings import *

SESSION_SERIALIZER = "base64_serializer.Base64Serializer"
