"""What a page shows, made from the clinic's values; no decision is made here."""
