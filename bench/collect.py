"""Collecting: articles a second from a page on a site to a document that can be searched, with two peers beside it in the same run.

    python bench/collect.py [--pages 1000] [--real] [--peers VENV] [--rounds 1]
    python bench/collect.py --memory 10000

The site is on loopback and serves invented pages of 100 kB and more; `--real` serves the English pages of that size beside the
checkout instead. Ours is the whole way: poll, fetch, archive, extract, store, tag (no translation), story, index, until all can
be found. news-please and fundus (a publisher class written for the site) only fetch and extract; they run from an environment of
their own: `python -m venv PEERS && PEERS/bin/pip install news-please fundus lxml_html_clean 'curl_cffi<0.16'`. All use every core;
`processor` is the processor time of all their processes, which other work on the machine hardly touches.
`--memory` runs the daemon over so many articles and prints what its processes hold. Writes bench/collect.json.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))  # bench/search.py would hide the room `search`

# What is heavy comes where it is used: every worker process that is started from here reads this file first.
from core.settings import Settings

REAL = HERE.parent.parent / "shared" / "data" / "html_en" / "html"
TARGETS = {"news-please": 5.0, "fundus": 2.0}
RATE = 50.0
MOST_MB = 400.0


@contextmanager
def site(pages: int, folder: Path | None = None) -> Iterator[str]:
    """The loopback site's address, until the block ends."""
    command = [sys.executable, str(HERE / "loopback.py"), str(pages), *([str(folder)] if folder else [])]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdin is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


def write_source(folder: Path, base: str) -> None:
    folder.mkdir(parents=True)
    text = f'from crawler.source import Source\n\nSOURCE = Source(name="La Bahía", home="{base}/", language=None, feeds=("{base}/feed.xml",), delay=0, status="verified")\n'
    (folder / "bahia.py").write_text(text, "utf-8")


def home_variables(folder: Path) -> dict[str, str]:
    return {
        "PUTUTU_HOME": str(folder / "home"), "PUTUTU_SOURCES_DIR": str(folder / "sources"), "PUTUTU_ALLOW_PRIVATE": "127.0.0.0/8",
        "PUTUTU_TRANSLATE": "none",
    }  # fmt: skip


def processor() -> float:
    """Seconds of processor time that this process and those it has waited for have used."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def found(settings: Settings) -> int:
    """How many documents of the site can be found."""
    from search.engines import open_backend
    from search.query import parse

    with closing(open_backend(settings)) as backend:
        return backend.count(parse("source:bahia"))


def ours(base: str, pages: int) -> dict[str, Any]:
    """The whole way, stage by stage; every process starts within the time."""
    import pipeline
    from core import garbage
    from store.database import Store

    garbage.seldom()  # as the command line does
    with tempfile.TemporaryDirectory() as name:
        write_source(Path(name) / "sources", base)
        settings = Settings.load(home_variables(Path(name)))
        seconds: dict[str, float] = {}
        used: dict[str, float] = {}
        with Store.open(settings) as store:
            stages = {
                "collect": lambda: pipeline.collect(store, settings, ["bahia"]),
                "enrich": lambda: pipeline.enrich(store, settings),
                "index": lambda: pipeline.index(store, settings),
            }
            for stage, run in stages.items():
                began, before = time.perf_counter(), processor()
                receipt = run()
                seconds[stage], used[stage] = time.perf_counter() - began, processor() - before
                assert stage != "collect" or receipt["documents"] == pages, receipt
        assert found(settings) == pages, f"{found(settings)} of {pages} can be found"
    shares = {stage: [round(seconds[stage], 2), round(used[stage], 2)] for stage in seconds}
    return {"articles": pages, "seconds": sum(seconds.values()), "processor": sum(used.values()), "stages": shares}


def peer(environment: Path, name: str, base: str, pages: int) -> dict[str, Any] | str:
    """What a peer did, or why it could not."""
    python = environment / "bin" / "python"
    if not python.exists():
        return f"{python} is missing"
    command = [str(python), str(HERE / "collect_peers.py"), name.replace("-", ""), base, str(pages)]
    used = processor()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) | {"processor": processor() - used}
    except (IndexError, ValueError):
        return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return answer


def rates(arguments: argparse.Namespace) -> dict[str, Any]:
    folder = REAL if arguments.real else None
    if folder and not folder.is_dir():
        sys.exit(f"{folder} is missing: the real pages are not beside this checkout")
    best: dict[str, Any] = {}
    with site(arguments.pages, folder) as base:
        for _ in range(arguments.rounds):
            runs: dict[str, Any] = {"pututu": ours(base, arguments.pages)}
            for name in TARGETS:
                runs[name] = (
                    peer(arguments.peers, name, base, arguments.pages)
                    if arguments.peers
                    else "no --peers environment was named"
                )
            for name, run in runs.items():
                if isinstance(run, dict):
                    run["per_s"] = run["articles"] / run["seconds"]
                    if name not in best or isinstance(best[name], str) or run["per_s"] > best[name]["per_s"]:
                        best[name] = run
                else:
                    best.setdefault(name, run)
    return best


def show(best: dict[str, Any]) -> None:
    rate = best["pututu"]["per_s"]
    print(f"{'':14}{'articles':>9}{'seconds':>9}{'per s':>8}{'processor':>12}   pututu is")
    for name, run in best.items():
        if isinstance(run, str):
            print(f"{name:14}not run: {run}")
            continue
        target = (
            f"{rate / run['per_s']:.1f} x (target {TARGETS[name]:g} x)"
            if name in TARGETS
            else f"(target {RATE:g} per s on 2 cores)"
        )
        each = f"{1000 * run['processor'] / run['articles']:.0f} ms each" if run["articles"] else "-"
        print(f"{name:14}{run['articles']:>9}{run['seconds']:>9.1f}{run['per_s']:>8.1f}{each:>12}   {target}")
    stages = best["pututu"]["stages"]
    stored = best["pututu"]["articles"] / stages["collect"][0]
    beside = [
        f"{stored / run['per_s']:.1f} x {name}"
        for name, run in best.items()
        if name in TARGETS and isinstance(run, dict)
    ]
    print(f"{'':14}stages [seconds, processor seconds]: {stages}")
    print(
        f"{'':14}until stored (fetched, archived, extracted): {stored:.1f} per s"
        + (f", {', '.join(beside)}" if beside else "")
    )


# memory


def held(pid: int) -> tuple[float, float]:
    """Megabytes that a process holds by itself, and that it and its descendants hold together (shared pages counted once)."""
    own = resident(pid)
    return own, own + sum(held(child)[1] for child in children(pid))


def each(pid: int) -> Iterator[tuple[int, str]]:
    """Megabytes and command of a process and its descendants."""
    try:
        said = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return
    yield round(resident(pid)), re.sub(r"^\S+|\S+/", "", said)[:80].strip()
    for child in children(pid):
        yield from each(child)


def resident(pid: int) -> float:
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(row.split()[1]) / 1024 for row in rows if row.startswith("Pss:")), 0.0)


def children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def memory(articles: int) -> dict[str, Any]:
    """The daemon over so many articles: what it holds at each tenth of the way, and the most that all its processes held."""
    from crawler import catalog
    from store import sources
    from store.database import Store

    with tempfile.TemporaryDirectory() as name, site(articles) as base:
        write_source(Path(name) / "sources", base)
        variables = home_variables(Path(name)) | {"PUTUTU_BIND": "127.0.0.1:0"}
        settings = Settings.load(variables)
        with Store.open(settings) as store, store.write() as tx:
            for other in set(catalog.load(settings.sources_dir)) - {"bahia"}:
                sources.disable(tx, other)
        daemon = subprocess.Popen(
            [sys.executable, "-m", "cli", "up"],
            env=os.environ | variables,
            cwd=HERE.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return watch(daemon, settings, articles)
        finally:
            daemon.terminate()
            daemon.wait(60)


def watch(daemon: "subprocess.Popen[bytes]", settings: Settings, articles: int) -> dict[str, Any]:
    from store import documents
    from store.database import Store

    rows: list[dict[str, float]] = []
    most = own_most = 0.0
    who: list[tuple[int, str]] = []
    began = time.monotonic()
    with Store.open(settings) as store:
        while daemon.poll() is None and time.monotonic() - began < max(600, articles / 5):
            own, all_ = held(daemon.pid)
            if all_ > most:
                most, who = all_, sorted(each(daemon.pid), reverse=True)
            own_most = max(own_most, own)
            with store.read() as tx:
                done = documents.count(tx)
            if done >= articles * (len(rows) + 1) / 10:
                rows.append(
                    {
                        "articles": done,
                        "daemon_mb": round(own),
                        "all_mb": round(all_),
                        "seconds": round(time.monotonic() - began),
                    }
                )
                print(
                    f"{done:>7} articles  daemon {own:6.0f} MB  with its children {all_:6.0f} MB  after {rows[-1]['seconds']} s",
                    flush=True,
                )
            if done >= articles and found(settings) == articles:
                break
            time.sleep(1)
        else:
            sys.exit(f"the daemon did not finish: {done} of {articles} articles, exit code {daemon.poll()}")
    return {
        "articles": articles,
        "seconds": round(time.monotonic() - began),
        "daemon_most_mb": round(own_most),
        "all_most_mb": round(most),
        "at_most": who,
        "rows": rows,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--real", action="store_true", help="serve the real pages beside the checkout, over and over")
    parser.add_argument("--peers", type=Path, help="a virtual environment with news-please and fundus")
    parser.add_argument("--rounds", type=int, default=1, help="the best of so many counts")
    parser.add_argument("--memory", type=int, metavar="ARTICLES", help="the daemon's memory over so many articles")
    arguments = parser.parse_args()
    file = HERE / "collect.json"
    known: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    result = {name: known[name] for name in ("invented", "real", "memory") if name in known} | {"cores": os.cpu_count()}
    if arguments.memory:
        result["memory"] = memory(arguments.memory)
        print(
            f"most: daemon {result['memory']['daemon_most_mb']} MB, with its children {result['memory']['all_most_mb']} MB (target {MOST_MB:g} MB, flat)"
        )
        for megabytes, command in result["memory"]["at_most"]:
            print(f"{megabytes:>10} MB  {command}")
    else:
        kind = "real" if arguments.real else "invented"
        result[kind] = rates(arguments)
        show(result[kind])
    file.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
