"""An app with accounts of its own."""
