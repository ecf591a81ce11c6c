"""Templates, compiled once for all the portals that one run of tests makes: half of a page's first time is that."""

from types import CodeType

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class Kept(BytecodeCache):
    def __init__(self) -> None:
        self.compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self.compiled[bucket.key, bucket.checksum] = bucket.code


def keep_compiled() -> None:
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Kept()}
