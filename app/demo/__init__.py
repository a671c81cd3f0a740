"""The sample catalog: reports in `reports/`, and the loader of the tables they read."""
