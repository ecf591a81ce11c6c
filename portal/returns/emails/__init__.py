"""What is written to a customer about a return or a claim: each fact once."""
