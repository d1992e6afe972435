"""Saving in bulk and one by one must give the same store, whatever comes."""

import shutil
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.document import Document, document_id
from core.settings import Settings
from store import documents
from store.database import Store
from store.schema import metadata

from .conftest import NOW

PATHS = ("a", "b", "c")
drafts = st.builds(
    lambda path, native, title, text, completeness, arrival, author, precision, day: Document(
        id=document_id("url:https://elchasqui.example/" + path), url="https://elchasqui.example/" + path, title=title, text=text,
        source="chasqui", fetched=NOW, aliases=tuple(f"native:chasqui:{n}" for n in native), completeness=completeness, arrival=arrival,
        author=author, published=NOW - timedelta(days=day) if precision else None, published_precision=precision,
    ),
    st.sampled_from(PATHS), st.lists(st.integers(1, 3), max_size=2), st.sampled_from(["Uno", "Dos", "Uno "]),
    st.sampled_from(["", "Texto.", "Otro."]), st.sampled_from(["headline", "summary", "full"]), st.sampled_from(["live", "import", "late"]),
    st.sampled_from([(), ("Ana",), ("Luis",)]), st.sampled_from([None, "day", "second"]), st.integers(0, 2),
)  # fmt: skip


def opened(template, home):
    home.mkdir()
    shutil.copy(template, home)
    return Store.open(Settings.load({"PUTUTU_HOME": str(home)}))


def everything(store):
    with store.read() as tx:
        return {
            table.name: sorted(
                repr({k: v for k, v in row.items() if k != "id" or table.name == "documents"})
                for row in tx.execute(table.select()).mappings()
            )
            for table in metadata.sorted_tables
        }


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(given_documents=st.lists(drafts, max_size=8), by=st.sampled_from(["publisher", "extractor"]))
def test_bulk_and_single_saves_give_the_same_store(template, given_documents, by):
    with TemporaryDirectory() as folder:
        stores = [opened(template, Path(folder) / name) for name in ("bulk", "single")]
        bulk, single = stores
        with bulk.write() as tx:
            in_bulk = documents.save_many(tx, given_documents, by=by, now=NOW)
        one_by_one = []
        for document in given_documents:
            with single.write() as tx:
                one_by_one.append(documents.save(tx, document, by=by, now=NOW))
        assert in_bulk == one_by_one
        assert everything(bulk) == everything(single)
        for one in in_bulk:
            check_versions(bulk, one.document.id)
        for store in stores:
            store.close()


def check_versions(store, id):
    with store.read() as tx:
        told = documents.versions(tx, id)
        current = documents.get(tx, id)
    assert [one.version for one in told] == list(range(1, current.version + 1))
    for before, after in pairwise(told):
        assert (before.title.split(), before.text.split()) != (after.title.split(), after.text.split())
    assert replace(current, text="", title="").id == id
