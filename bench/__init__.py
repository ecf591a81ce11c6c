"""What we measure, and the last figures."""
