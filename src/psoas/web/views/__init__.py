"""The pages: read what was posted, ask the clinic, show."""
