"""Writers: each prints a `Report` and adds nothing."""
