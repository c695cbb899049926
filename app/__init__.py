"""Ready Room: whether a generative AI pilot is ready for production, claimed beside proven."""
