"""The only package that knows HTTP: requests in, pages and JSON out."""
