"""`psoas.json`: everything kept of a person as one file, written here and brought to another computer."""
