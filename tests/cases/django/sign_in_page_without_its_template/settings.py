from base import *

TEMPLATES[0]["OPTIONS"]["loaders"] = []
