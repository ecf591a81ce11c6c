"""The form that was sent, as it is kept and compared."""

from flask import request

SUGGESTION = "suggestion"
"""The field by which a form says that it approves a prepared change."""


def sent_form() -> list[list[str]]:
    fields = request.form.items(multi=True)
    return [[name, value] for name, value in fields if name not in ("csrf_token", SUGGESTION) and "\x00" not in value]
