"""What each portal of a run would compile anew, compiled once for all of them: templates, routes and statements.

It is the same for each, and takes as long as the rest of a short test.
"""

from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

STATEMENTS = 3000
"""So many are kept: more than the portal has."""
COMPILED = "_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown"
"""What compiling writes into a rule, and nobody changes afterwards."""


class Templates(BytecodeCache):
    def __init__(self) -> None:
        self.compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self.compiled[bucket.key, bucket.checksum] = bucket.code


def keep_compiled() -> None:
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Templates()}
    _keep_routes()
    _keep_statements()


def _keep_routes() -> None:
    """What an address is made of, and what builds it, follow from the text of its rule and from what its map's variables may be."""
    compile_one, kept = Rule.compile, dict[Any, dict[str, Any]]()

    def compile_once(self: Rule) -> None:
        if self.defaults or self.map.host_matching:
            compile_one(self)
            return
        key = self.rule, self.subdomain, self.merge_slashes, *self.map.converters.items()
        if key not in kept:
            compile_one(self)
            kept[key] = {name: vars(self)[name] for name in COMPILED}
        vars(self).update(kept[key])

    Rule.compile = compile_once  # type: ignore[method-assign]


def _keep_statements() -> None:
    """All engines of one kind have them in common: what SQLAlchemy keeps is found by the statement and by the dialect that it is for."""
    begin, kept = Engine.__init__, LRUCache[Any, Any](STATEMENTS)

    def begin_with_them(engine: Engine, *args: Any, **more: Any) -> None:
        begin(engine, *args, **more)
        engine._compiled_cache = kept

    def is_alike(one: DefaultDialect, other: object) -> bool:
        return isinstance(other, DefaultDialect) and _kind(one) == _kind(other)

    Engine.__init__ = begin_with_them  # type: ignore[assignment, method-assign]
    DefaultDialect.__eq__ = is_alike  # type: ignore[assignment, method-assign]
    DefaultDialect.__hash__ = lambda dialect: hash(type(dialect))  # type: ignore[assignment, method-assign]


def _kind(dialect: DefaultDialect) -> tuple[Any, ...]:
    """What it is, of which library, and of which version of the database."""
    return type(dialect), dialect.dbapi, getattr(dialect, "server_version_info", None)
