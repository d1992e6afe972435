"""What is written for deploying holds: the compose file, the image's recipe, the units in the docs, each against the code."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from cli import COMMANDS, root
from core.settings import NAMES, TABLE, Settings
from crawler import catalog
from store import sources
from store.database import Store

ROOT = Path(__file__).resolve().parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "PUTUTU_STORE_FILE" in service["environment"]]
DOCS = (ROOT / "docs/deploying.md").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
SECRETS = {setting.name for setting in TABLE if setting.secret}


def size(text: str) -> float:
    """A memory limit in GiB."""
    return float(text[:-1]) / {"g": 1, "m": 1024}[text[-1]]


def example() -> dict[str, str]:
    """The variables of .env.example."""
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_four_services_are_there_and_fit_8_gb() -> None:
    assert set(SERVICES) == {"elasticsearch", "postgres", "scheduler", "page"} and OURS == ["scheduler", "page"]
    assert sum(size(service["mem_limit"]) for service in SERVICES.values()) <= 7.25, "the system needs the rest"
    heap = re.search(r"-Xms(\d+)g -Xmx(\d+)g", SERVICES["elasticsearch"]["environment"]["ES_JAVA_OPTS"])
    assert heap and heap[1] == heap[2] and int(heap[1]) <= size(SERVICES["elasticsearch"]["mem_limit"]) / 2


@pytest.mark.parametrize("name", list(SERVICES))
def test_a_service_is_watched_bounded_and_not_open_to_the_world(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"] and service["restart"] == "unless-stopped"
    assert service["logging"]["options"]["max-size"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    for volume in service.get("volumes", ()):
        assert volume.split(":")[0] in COMPOSE["volumes"], "a named volume, so that nothing is lost with the container"
    assert not re.search(r":(latest|\d+)?$", service["image"]) or name in OURS, "pinned to a version"


def test_elasticsearch_and_postgresql_are_ready_before_us() -> None:
    for name in OURS:
        waits = SERVICES[name]["depends_on"]
        assert {other: waits[other]["condition"] for other in waits} == dict.fromkeys(
            ("elasticsearch", "postgres"), "service_healthy"
        )


def test_secrets_are_files_and_never_in_the_environment() -> None:
    declared = COMPOSE["secrets"]
    assert all(secret["file"] == f"./secrets/{name}" for name, secret in declared.items())
    used = {secret for service in SERVICES.values() for secret in service["secrets"]}
    assert used == set(declared)
    for service in SERVICES.values():
        for variable, value in service["environment"].items():
            assert variable not in SECRETS
            if value.startswith("/run/secrets/"):
                assert variable.endswith("_FILE") and value.rpartition("/")[2] in service["secrets"]
            else:
                assert not re.search("password|secret|token|api_key", variable.lower() + value.lower()), variable
    assert not any(re.search("password|secret|token", name.lower()) for name in example())


@pytest.mark.parametrize("name", OURS)
def test_our_services_are_given_settings_that_exist(name: str, tmp_path: Path) -> None:
    """The environment of the container, its secrets in a folder of ours, is read by the settings themselves."""
    secrets = {
        "store": "postgresql://pututu:x@postgres/pututu", "index": "http://elastic:x@elasticsearch:9200/pututu", "token": "t", "smtp": "",
    }  # fmt: skip
    for secret, text in secrets.items():
        (tmp_path / secret).write_text(text + "\n")
    environment = {
        variable: _filled(value).replace("/run/secrets", str(tmp_path))
        for variable, value in SERVICES[name]["environment"].items()
    }
    settings = Settings.load(environment)
    assert (
        settings.store == secrets["store"]
        and settings.index == secrets["index"]
        and settings.token == "t"
        and settings.smtp == ""
    )
    assert settings.contact == example()["PUTUTU_CONTACT"]
    if name == "page":
        assert settings.bind == ("0.0.0.0", 8642) and SERVICES[name]["ports"] == ["127.0.0.1:8642:8642"]


def _filled(value: str) -> str:
    """Compose's `${NAME:-default}` and `${NAME:?why}` with the example's values."""
    return re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda match: example().get(match[1], match[2] or ""), value)


def test_the_example_names_what_compose_asks_for() -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    asked = set(re.findall(r"\$\{(\w+)", text))
    assert asked == set(example()) and asked - {"PUTUTU_VERSION"} <= set(NAMES)


@pytest.mark.parametrize("name", OURS)
def test_what_our_services_run_is_a_command(name: str) -> None:
    parsed(["pututu", *SERVICES[name]["command"]])
    check = SERVICES[name]["healthcheck"]["test"]
    assert check[0] == "CMD"
    if check[1] == "pututu":
        parsed(check[1:])
    else:
        compile(check[3], "healthcheck", "exec")


def parsed(line: list[str]) -> click.Context:
    """The command line, read by the command that it names."""
    assert line[0].rpartition("/")[2] == "pututu" and line[1] in COMMANDS, line
    command = root.get_command(click.Context(root), line[1])
    assert command is not None
    return command.make_context(line[1], line[2:])


def test_the_schedule_and_the_page_are_two_services() -> None:
    only = {name: SERVICES[name]["command"] for name in OURS}
    assert only == {"scheduler": ["up", "--no-page"], "page": ["up", "--no-schedule"]}
    assert all(SERVICES[name]["read_only"] and SERVICES[name]["cap_drop"] == ["ALL"] for name in OURS)


def test_the_image_is_pinned_without_rights_and_without_secrets() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    pinned = re.search(r"^ARG PYTHON_IMAGE=(\S+)", DOCKERFILE, re.M)
    assert set(bases) == {"${PYTHON_IMAGE}"} and pinned and re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", pinned[1])
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.M)
    assert users and users[-1] == "1000:1000" and DOCKERFILE.rindex("USER") < DOCKERFILE.rindex("ENTRYPOINT")
    variables = re.findall(r"(\w+)=", " ".join(re.findall(r"^(?:ENV|ARG) (.*)", DOCKERFILE, re.M)))
    assert not set(variables) & SECRETS and {name for name in variables if name.startswith("PUTUTU_")} <= set(NAMES)
    assert "--constraint constraints.txt" in DOCKERFILE


def test_the_image_has_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = re.search(r"'\.\[([\w,]+)\]'", DOCKERFILE)
    assert extras and set(extras[1].split(",")) <= set(project["project"]["optional-dependencies"])
    entry = re.search(r'^ENTRYPOINT \["(\w+)"\]', DOCKERFILE, re.M)
    assert entry and entry[1] in project["project"]["scripts"]
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")]
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        *wheel["only-include"],
        *wheel.get("force-include", {}),
        "pyproject.toml",
        "constraints.txt",
        project["project"]["readme"],
        *project["project"]["license-files"],
    }
    assert needed == set(kept) and all((ROOT / name).exists() for name in kept)


def test_compose_itself_reads_the_file(tmp_path: Path) -> None:
    """`docker-compose config` needs no engine."""
    command = _compose()
    if command is None:
        pytest.skip(
            "neither docker-compose nor the compose plugin of docker is installed (Debian: apt-get install docker-compose)"
        )
    for name in ("compose.yaml", "Dockerfile"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / ".env.example", tmp_path / ".env")
    (tmp_path / "secrets").mkdir()
    for name in COMPOSE["secrets"]:
        (tmp_path / "secrets" / name).write_text("x\n")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
    done = subprocess.run(
        [*command, "-f", "compose.yaml", "config"],
        cwd=tmp_path,
        env=plain,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    understood = yaml.safe_load(done.stdout)
    assert set(understood["services"]) == set(SERVICES) and set(understood["volumes"]) == set(COMPOSE["volumes"])
    assert understood["services"]["page"]["environment"]["PUTUTU_CONTACT"] == "you@example.org"
    (tmp_path / ".env").unlink()
    refused = subprocess.run(
        [*command, "-f", "compose.yaml", "config"],
        cwd=tmp_path,
        env=plain,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode != 0 and "PUTUTU_CONTACT" in refused.stderr


def _compose() -> list[str] | None:
    """The command of Compose, if there is one on this machine."""
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    if shutil.which("docker"):
        asked = subprocess.run(["docker", "compose", "version"], capture_output=True, timeout=30, check=False)
        return ["docker", "compose"] if asked.returncode == 0 else None
    return None


UNITS = [block for block in re.findall(r"```ini\n(.*?)```", DOCS, re.S) if "[Service]" in block]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.splitlines()[0].rpartition("/")[2])
def test_a_unit_runs_commands_with_settings_that_exist(unit: str) -> None:
    keys: dict[str, list[str]] = {}
    parser = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes="#")
    parser.read_string(unit)
    for line in unit.splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            keys.setdefault(name, []).append(value)
    assert keys["ExecStart"] and keys["User"]
    for line in keys["ExecStart"]:
        parsed(shlex.split(line.removeprefix("-")))
    stages = keys["ExecStart"]
    assert len(stages) == 1 or all(line.startswith("-") for line in stages), "no stage waits for another to succeed"
    given = dict(pair.split("=", 1) for line in keys.get("Environment", []) for pair in shlex.split(line))
    known = set(NAMES) | {f"{name}_FILE" for name in SECRETS}
    assert given and set(given) <= known and not set(given) & SECRETS, "secrets as files"


def test_the_docs_make_every_secret_that_the_small_machine_names() -> None:
    block = next(block for block in re.findall(r"```sh\n(.*?)```", DOCS, re.S) if "umask 077" in block)
    assert set(re.findall(r"> (\w+)", block)) == set(re.findall(r"_FILE=/srv/pututu/secrets/(\w+)", UNITS[0]))


def test_the_docs_make_every_secret_that_compose_needs() -> None:
    block = next(block for block in re.findall(r"```sh\n(.*?)```", DOCS, re.S) if "mkdir -m 711 secrets" in block)
    assert set(re.findall(r"> (\w+)$", block, re.M)) == set(COMPOSE["secrets"])


@pytest.fixture
def quiet_home(tmp_path: Path) -> dict[str, str]:
    """The environment of a home in which no source is watched: nothing beyond this machine is asked."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
    environment |= {"PUTUTU_HOME": str(tmp_path / "home"), "PUTUTU_BIND": "127.0.0.1:0", "PYTHONPATH": str(ROOT)}
    settings = Settings.load({"PUTUTU_HOME": environment["PUTUTU_HOME"]})
    with Store.open(settings) as store, store.write() as tx:
        for slug in catalog.load(None):
            sources.disable(tx, slug)
    return environment


@pytest.mark.parametrize(
    ("option", "said"), [("--no-page", "Looking at the sources"), ("--no-schedule", "The page is at http://127.0.0.1:")]
)
def test_schedule_and_page_run_in_processes_of_their_own(quiet_home: dict[str, str], option: str, said: str) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "cli", "up", option], env=quiet_home, stderr=subprocess.PIPE, text=True
    )
    assert running.stderr
    try:
        line = running.stderr.readline()
        assert said in line
        if option == "--no-schedule":
            address = line.split()[4]
            assert urllib.request.urlopen(f"{address}/healthz", timeout=10).read() == b"ok\n"
        running.terminate()
        assert running.wait(60) == 0
    finally:
        running.kill()


def test_up_without_anything_is_refused() -> None:
    for options in (["--no-page", "--no-schedule"], ["--or-demo", "--no-page"]):
        done = subprocess.run(
            [sys.executable, "-m", "cli", "up", *options], text=True, capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 2, options
