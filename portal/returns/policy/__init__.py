"""The rules, as functions of what is known. docs/decisions/returns-policy.md"""
