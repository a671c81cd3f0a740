"""One execution of a report: its task, its events, and the backlog they are read from."""
