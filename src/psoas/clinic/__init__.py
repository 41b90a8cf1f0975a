"""Findings in, plan out. Standard library only."""
