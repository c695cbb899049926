"""Results as people read them, one module for each calculator; the figures stand in its `Output`."""
