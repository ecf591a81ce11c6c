"""How a rule says no to a person."""


class Refusal(Exception):
    """A rule said no. Its text is a sentence for the customer that says what can be done instead."""
