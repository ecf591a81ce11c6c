"""A browser may ask for any block by name, and gets it without the page around it: so each stands alone, and hides nothing."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from tests.house.source import ROOT

TEMPLATES = [path.relative_to(ROOT / "templates").as_posix() for path in sorted((ROOT / "templates").rglob("*.*"))]
PAGES = [name for name in TEMPLATES if name.endswith(".html") and not name.startswith("emails/")]
STATIC = {path.relative_to(ROOT / "static").as_posix() for path in (ROOT / "static").rglob("*") if path.is_file()}
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text(encoding="utf-8")))
TARGET = {"form": 1, "button": 2}
"""Which argument of these macros is `into`."""
PICTURE = {"icon": 0, "chip": 2, "until": 0, "row_go": 1, "notice": 3, "empty": 0}
"""Which argument of these macros names an icon."""


@cache
def tree(app: Flask, name: str) -> nodes.Template:
    return app.jinja_env.parse((ROOT / "templates" / name).read_text(encoding="utf-8"))


def own(node: nodes.Node) -> Iterator[nodes.Node]:
    """All below it that is not in a block further down."""
    for child in node.iter_child_nodes():
        if not isinstance(child, nodes.Block):
            yield child
            yield from own(child)


def text(node: nodes.Node) -> str:
    return "".join(part.data for part in node.find_all(nodes.TemplateData))


def argument(call: nodes.Call, position: int, name: str) -> str | None:
    given = [*call.args[position : position + 1], *(keyword.value for keyword in call.kwargs if keyword.key == name)]
    return given[0].value if given and isinstance(given[0], nodes.Const) and isinstance(given[0].value, str) else None


def macro_calls(node: nodes.Node, known: dict[str, int], name: str) -> Iterator[str]:
    for call in node.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in known:
            found = argument(call, known[call.node.name], name)
            if found:
                yield found


def blocks_of(app: Flask, name: str) -> set[str]:
    """Its own, and those of the pages that it extends or includes."""
    template = tree(app, name)
    found = {block.name for block in template.find_all(nodes.Block)}
    for link in template.find_all((nodes.Extends, nodes.Include)):
        for const in link.find_all(nodes.Const):  # more than one where a condition decides
            if const.value in TEMPLATES:
                found |= blocks_of(app, const.value)
    return found


@pytest.mark.parametrize("name", PAGES)
def test_no_block_hides_behind_a_condition(app: Flask, name: str) -> None:
    for around in tree(app, name).find_all((nodes.If, nodes.For, nodes.Macro, nodes.CallBlock, nodes.With)):
        for block in around.find_all(nodes.Block):
            pytest.fail(
                f"{name}: block {block.name} is inside a {type(around).__name__.lower()}, which is not there when it is asked for alone"
            )


def test_what_somebody_wrote_is_quoted_as_the_reader_does() -> None:
    """Romanian has „these”: write {{ words|quoted }}, or put the marks into the sentence that is translated."""
    written = {name: (ROOT / "templates" / name).read_text(encoding="utf-8") for name in TEMPLATES}
    assert [name for name, text in written.items() if "“{{" in text] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_block_brings_along_what_it_uses(app: Flask, name: str) -> None:
    template = tree(app, name)
    known = _bound(template, template.find_all(nodes.Node))
    for block in template.find_all(nodes.Block):
        here = _bound(template, own(block))
        for used in own(block):
            if isinstance(used, nodes.Name) and used.ctx == "load" and used.name in known - here:
                pytest.fail(f"{name}:{used.lineno}: {used.name} is imported or set outside of block {block.name}: do so inside it")


def _bound(template: nodes.Template, among: Iterator[nodes.Node]) -> set[str]:
    names: set[str] = set()
    for node in among:
        if isinstance(node, nodes.FromImport):
            names |= {name if isinstance(name, str) else name[1] for name in node.names}
        elif isinstance(node, nodes.Import):
            names.add(node.target)
        elif isinstance(node, nodes.Name) and node.ctx in ("store", "param"):
            names.add(node.name)
    return names


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith("layout/")])
def test_a_block_is_the_element_with_its_id(app: Flask, name: str) -> None:
    layout = {block for page in PAGES if page.startswith("layout/") for block in blocks_of(app, page)}
    for block in tree(app, name).find_all(nodes.Block):
        if block.name not in layout:
            assert f'id="{block.name}"' in text(block), f'{name}: block {block.name} has no element with id="{block.name}"'


@pytest.mark.parametrize("name", PAGES)
def test_what_an_answer_goes_into_is_a_block_of_that_page(app: Flask, name: str) -> None:
    template = tree(app, name)
    targets = {*macro_calls(template, TARGET, "into"), *re.findall(r'hx-target="#([^"]+)"', text(template))}
    is_part = Path(name).name.startswith("_")
    blocks = {block for page in PAGES for block in blocks_of(app, page)} if is_part else blocks_of(app, name)
    assert targets <= blocks | {"sheet"}, f"{name}: no block is named {', '.join(sorted(targets - blocks - {'sheet'}))}"


@pytest.mark.parametrize("name", PAGES)
def test_a_form_is_made_by_the_macro_that_gives_it_a_token(app: Flask, name: str) -> None:
    if name != "layout/_forms.html":
        for form in re.findall("<form[^>]*>", text(tree(app, name))):
            assert 'method="get"' in form, f"{name}: make it with `form` or `button` of layout/_forms.html"


@pytest.mark.parametrize("name", PAGES)
def test_a_path_that_is_written_out_leads_somewhere(app: Flask, name: str) -> None:
    template = tree(app, name)
    written = [
        const.value for const in template.find_all(nodes.Const) if isinstance(const.value, str) and re.match("/([a-z]|$)", const.value)
    ]
    written += re.findall(r'(?:href|action|hx-get|hx-post)="(/[^"]*)"', text(template))
    for path in written:
        try:
            app.url_map.bind("localhost").match(re.split("[?#]", path)[0])
        except MethodNotAllowed:
            continue  # a button leads there
        except (NotFound, RequestRedirect):
            pytest.fail(f"{name}: nothing is at {path}; if a value follows, let url_for put it in")


@pytest.mark.parametrize("name", TEMPLATES)
def test_static_files_and_icons_that_are_named_exist(app: Flask, name: str) -> None:
    template = tree(app, name)
    for call in template.find_all(nodes.Call):
        if (
            isinstance(call.node, nodes.Name)
            and call.node.name == "url_for"
            and call.args
            and getattr(call.args[0], "value", "") == "static"
        ):
            file = next((k.value.value for k in call.kwargs if k.key == "filename" and isinstance(k.value, nodes.Const)), None)
            assert file is None or file in STATIC, f"{name}: there is no static/{file}"
    if name != "layout/_pieces.html":
        missing = set(macro_calls(template, PICTURE, "picture")) - ICONS
        assert not missing, f"{name}: no icon is named {', '.join(sorted(missing))}"


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_sentence_that_is_translated_is_written_out(app: Flask, name: str) -> None:
    for call in tree(app, name).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext"):
            for sentence in call.args[: 2 if call.node.name == "ngettext" else 1]:
                plain = isinstance(sentence, nodes.Const) and isinstance(sentence.value, str)
                assert plain, f"{name}:{call.lineno}: write the sentence, with %(name)s where a value goes"
