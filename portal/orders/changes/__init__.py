"""Changing an order while nobody packs it: its pages."""
