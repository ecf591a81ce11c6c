"""What can be done with returns and claims. Called from an open transaction, with the order locked."""
