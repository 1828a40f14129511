"""The page of the contract says everything, and needs no network to do so."""

import json
import re

import pytest

from backend.openapi import written

pytestmark = pytest.mark.anyio

# What makes a browser fetch or run something.
FETCHES = re.compile(r"<(script|link|img|iframe|object|embed|form|base)\b|@import|url\(|\son\w+=")


async def test_the_page_loads_nothing_and_runs_nothing(client) -> None:
    answer = await client.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert FETCHES.findall(answer.text) == []
    assert re.findall(r'(?:src|href)="(?!#|/openapi/v1\.json")[^"]*"', answer.text) == []


async def test_every_operation_and_every_problem_is_on_the_page(client) -> None:
    page = (await client.get("/docs")).text
    document = json.loads(written.read("v1.json"))
    operations = {
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    said = set(re.findall(r'<(?:div|dt) id="([^"]+)"', page))
    assert operations <= said
    assert {f"problem-{code}" for code in document["x-problems"]} <= said
    assert {f"shape-{name}" for name in document["components"]["schemas"]} <= said


async def test_every_link_of_the_page_leads_somewhere_on_it(client) -> None:
    page = (await client.get("/docs")).text
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))


async def test_the_document_is_served_as_it_is_kept(client) -> None:
    answer = await client.get("/openapi/v1.json")
    assert answer.text == written.read("v1.json")
