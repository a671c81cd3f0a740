"""How a run is followed: content codings and the event-stream response."""
