"""Conversions at the doors, and constants with their source. Inside: SI units and radians."""

STANDARD_GRAVITY_M_S2 = 9.80665  # conventional value, 3rd CGPM 1901, resolution 2 (SI brochure)
METRES_PER_UNIT = {"m": 1.0, "cm": 1e-2, "mm": 1e-3}


def body_weight_n(mass_kg: float) -> float:
    """Weight of a body mass in newtons: the unit "BW" of every load."""
    return mass_kg * STANDARD_GRAVITY_M_S2
