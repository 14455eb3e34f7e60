"""Where Doorward keeps what it must not lose: the log, the outbox, versions, buckets, cursors, health.

SQLite by default, PostgreSQL by `doorward.store` in doorward.toml; Django must be set up first (`open_store`).
"""
