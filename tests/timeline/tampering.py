"""What only the owner of the tables can do."""

from sqlalchemy import text

from portal.kit.db import db, is_sqlite


def unguard() -> None:
    """In a transaction: from now on the database refuses no change of the history."""
    for trigger in "timeline_is_not_changed", "timeline_is_not_removed", "timeline_is_not_replaced":
        db.session.execute(text(f"DROP TRIGGER IF EXISTS {trigger}{'' if is_sqlite() else ' ON timeline'}"))
