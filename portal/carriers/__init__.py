"""Who carries parcels, in our words."""
