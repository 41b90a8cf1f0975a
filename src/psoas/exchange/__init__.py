"""What leaves the house: reports, records, calendars."""
