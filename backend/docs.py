"""The contract for those who read it: `/docs`, one page, written here, that needs no network."""

import json
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from litestar import MediaType, Response, get

CONTRACT = Path(__file__).parents[1] / "openapi" / "v1.json"
Json = dict[str, Any]

# Nothing is loaded and nothing runs: the page is text.
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}
STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #0a7d62 }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; overflow-wrap: anywhere;
  font: 16px/1.55 system-ui, "PingFang SC", "Noto Sans SC", sans-serif }
h1 { font-size: 1.5rem } h2 { margin-top: 2.5rem; border-bottom: 2px solid var(--accent) }
h2 small, .zh { font-weight: normal; opacity: .75 }
a { color: var(--accent) } code { font: .9em ui-monospace, monospace }
nav ul { columns: 16rem; padding: 0; list-style: none; font-size: .9rem }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0 }
summary { padding: .5rem .7rem; cursor: pointer } details > div { padding: 0 .8rem .6rem }
div:target, dt:target { outline: 2px solid var(--accent) }
summary span { display: block; font-size: .9rem; opacity: .8 }
b.method { display: inline-block; min-width: 3rem; color: var(--accent) }
p.plain { white-space: pre-line }
dl { margin: 0 } dt { margin-top: .5rem } dd { margin: 0 0 0 1rem; font-size: .95rem }
h4 { margin: 1rem 0 .2rem; font-size: .95rem }
"""


@get("/openapi/v1.json", public=True, include_in_schema=False)
async def get_contract() -> Response[bytes]:
    """Fetch the OpenAPI 3.1 document."""
    return Response(_contract(), media_type=MediaType.JSON, headers=HEADERS)


@get("/docs", public=True, include_in_schema=False)
async def get_docs() -> Response[str]:
    """Read the contract."""
    return Response(_page(), media_type=MediaType.HTML, headers=HEADERS)


ROUTES = [get_contract, get_docs]


@cache
def _contract() -> bytes:
    return CONTRACT.read_bytes()


@cache
def _page() -> str:
    return page(json.loads(_contract()))


def page(document: Json) -> str:
    """The whole page of a document. What a link names stands inside its fold, which thus opens."""
    title = escape(document["info"]["title"])
    return "".join(
        [
            (
                f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title>'
                '<meta name="viewport" content="width=device-width, initial-scale=1">'
                f"<style>{STYLE}</style><h1>{title}</h1>"
            ),
            (
                f'<p class="plain">{_words(document["info"]["description"])}</p>'
                '<p>The same as a document: <a href="/openapi/v1.json">/openapi/v1.json</a>'
                " (OpenAPI 3.1). Find on this page with your browser’s own search.</p>"
            ),
            *_contents(document),
            *(part for tag in document["tags"] for part in _area(tag, document)),
            *_problems(document["x-problems"]),
            *_schemas(document["components"]["schemas"]),
            "</html>",
        ]
    )


def _contents(document: Json) -> Iterator[str]:
    """Folded by area, so that a phone shows them all at once."""
    yield "<nav>"
    for tag in document["tags"]:
        found = list(_of_area(tag, document))
        yield f"<details><summary>{_both(tag)} · {len(found)}</summary><div><ul>"
        for path, method, operation in found:
            name = operation["operationId"]
            yield (
                f'<li><a href="#{name}" title="{method.upper()} {escape(path)}">'
                f"{name.replace('_', ' ')}</a></li>"
            )
        yield "</ul></div></details>"
    yield (
        '<p><a href="#problems">拒绝 problems</a> · <a href="#shapes">数据结构 shapes</a></p></nav>'
    )


def _area(tag: Json, document: Json) -> Iterator[str]:
    yield f'<h2 id="{tag["name"]}">{_both(tag)}</h2><p>{_words(tag["description"])}</p>'
    for path, method, operation in _of_area(tag, document):
        yield (
            f'<details><summary><b class="method">{method.upper()}</b> '
            f"<code>{escape(path)}</code><span>{_words(operation['summary'])}</span></summary>"
            f'<div id="{operation["operationId"]}">'
        )
        yield from _operation(operation)
        yield "</div></details>"


def _operation(operation: Json) -> Iterator[str]:
    _, _, more = operation["description"].partition("\n\n")
    if more:
        yield f'<p class="plain">{_words(more)}</p>'
    yield f"<h4>谁可以 Who</h4><p>{escape(' '.join(operation['x-allow']))}"
    if operation["x-policies"]:
        yield f" <span class=zh>then {escape(', '.join(operation['x-policies']))}</span>"
    yield f" <code>{operation['operationId']}</code></p>"
    if operation["parameters"]:
        yield "<h4>参数 Parameters</h4><dl>"
        for each in operation["parameters"]:
            yield _field(f"{each['name']} ({each['in']})", each["schema"], needed=each["required"])
        yield "</dl>"
    if "requestBody" in operation:
        yield f"<h4>请求 Request</h4><p>{_bodies(operation['requestBody'])}</p>"
    yield "<h4>回答 Answers</h4><dl>"
    for status, answer in sorted(operation["responses"].items()):
        said = _words(answer["description"]).replace("\n", "<br>")
        yield f"<dt><b>{status}</b> {_bodies(answer)}</dt><dd>{said}</dd>"
    yield "</dl>"


def _bodies(holder: Json) -> str:
    shown = [
        _type(body.get("schema", {})) if body.get("schema") else escape(media)
        for media, body in holder.get("content", {}).items()
        if media != "application/problem+json"
    ]
    return ", ".join(shown)


def _problems(problems: Json) -> Iterator[str]:
    yield '<h2 id="problems">拒绝 <small>problems</small></h2><dl>'
    for code, kind in sorted(problems.items(), key=lambda each: (each[1]["status"], each[0])):
        rule = f" · {escape(kind['rule'])}" if kind["rule"] else ""
        yield (
            f'<dt id="problem-{code}">{kind["status"]} <code>{code}</code>{rule}</dt>'
            f"<dd>{escape(kind['title'])} · {escape(kind['title_en'])}</dd>"
        )
    yield "</dl>"


def _schemas(schemas: Json) -> Iterator[str]:
    yield '<h2 id="shapes">数据结构 <small>shapes</small></h2>'
    for name, schema in sorted(schemas.items()):
        said = _words(schema.get("description", "").split("\n\n")[0])
        yield (
            f"<details><summary><code>{escape(name)}</code><span>{said}</span></summary>"
            f'<div id="shape-{escape(name)}"><dl>'
        )
        needed = schema.get("required", ())
        for field, inner in schema.get("properties", {}).items():
            yield _field(field, inner, needed=field in needed)
        if "enum" in schema:
            yield f"<dd>{escape(' · '.join(map(str, schema['enum'])))}</dd>"
        yield "</dl></div></details>"


def _field(name: str, schema: Json, *, needed: bool) -> str:
    level = f" · 数据级别 {schema['x-data-level']}" if "x-data-level" in schema else ""
    said = _words(schema.get("description", ""))
    return (
        f"<dt><code>{escape(name)}</code>{' *' if needed else ''} {_type(schema)}{level}</dt>"
        f"<dd>{said}</dd>"
    )


def _type(schema: Json) -> str:
    """Such as `text ≤ 200`, a list of something, or a link to a shape."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#shape-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    words = [str(schema.get("format") or schema.get("type") or "anything")]
    words += [str(schema["enum"])] if "enum" in schema else []
    for key, sign in (
        ("minimum", "≥"),
        ("maximum", "≤"),
        ("minLength", "≥"),
        ("maxLength", "≤"),
        ("pattern", "~"),
    ):
        if key in schema:
            words.append(f"{sign} {schema[key]}")
    return escape(" ".join(words))


def _of_area(tag: Json, document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in sorted(document["paths"].items()):
        for method, operation in sorted(methods.items()):
            if tag["name"] in operation["tags"]:
                yield path, method, operation


def _both(tag: Json) -> str:
    return f"{escape(chinese(tag))} <small>{escape(tag['name'])}</small>"


def chinese(tag: Json) -> str:
    """The Chinese term of an area, as its package says it."""
    found = re.search("[\u4e00-\u9fff]+", tag["description"])
    return found.group() if found else ""


def _words(text: str) -> str:
    """Text as HTML, with its `code` shown as such."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
