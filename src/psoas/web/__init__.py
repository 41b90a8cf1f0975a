"""The person's way in a browser, on their own machine. Django lives here and nowhere else."""
