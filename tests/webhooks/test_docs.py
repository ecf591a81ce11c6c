"""docs/webhooks.md says what is so."""

import json
import re

from jsonschema import Draft202012Validator, FormatChecker

from portal.webhooks.vocabulary import VOCABULARY, schema
from tests.house.source import ROOT

DOCS = (ROOT / "docs/webhooks.md").read_text(encoding="utf-8")
SECTION = re.compile(r"### `([a-z_.]+)`\n(.*?)```json\n(.*?)```", re.DOTALL)


def test_each_kind_is_there_with_its_words_and_an_example_that_fits() -> None:
    sections = {event: (words, json.loads(example)) for event, words, example in SECTION.findall(DOCS)}
    assert list(sections) == list(VOCABULARY)
    for event, (words, example) in sections.items():
        assert VOCABULARY[event].words in words
        Draft202012Validator(schema(event), format_checker=FormatChecker()).validate(example)
        assert list(example["data"]) == ["sequence", *VOCABULARY[event].data]
