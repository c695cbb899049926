"""What "ready" means. Pure: values in, values out; no web, no database, no files, no clock."""
