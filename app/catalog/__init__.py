"""What can be run: reports, and how they become SQL."""
