"""What waits for the shop's people: each with its reason, its age and the time until which it was promised."""
