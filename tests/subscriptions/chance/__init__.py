"""A subscription to which anything may happen, in any order."""
