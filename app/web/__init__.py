"""Routes: HTTP in, HTTP out; no SQL and no asyncio primitives."""
