"""Is my hip behind my knee pain, and what do I do about it?"""

__version__ = "0.1.0"
