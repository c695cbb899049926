"""The report: one value that every writer prints."""
