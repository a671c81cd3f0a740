"""Rowstream: large PostgreSQL results as event streams, in constant memory."""
