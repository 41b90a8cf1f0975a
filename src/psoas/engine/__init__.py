"""Movement in, forces out. Read `pipeline.py` first."""
