"""What an artefact shows. Pure: bytes in, findings out."""
