"""Rows as files: the formats, and the download of what a run has so far."""
