"""What a customer keeps of an order: its receipt, and its invoice, as PDF; and how other rooms have theirs drawn."""

from flask import Flask

from portal.papers.document import Document as Document
from portal.papers.document import Row as Row
from portal.papers.document import Sum as Sum
from portal.papers.routes import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


def drawn(document: Document) -> bytes:
    """As PDF. Nothing should be open in the database meanwhile."""
    from portal.papers.sheet import draw  # what draws is large: only a process that was asked for a paper has it in memory

    return draw(document)
