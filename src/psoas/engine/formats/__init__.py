"""One file a format. Units, axes and signs are turned here and nowhere else."""
