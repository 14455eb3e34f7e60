"""An OpenSearch node, and what a test does to it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.services.servers import as_nobody, free_port, home, jars, java, owned_by_nobody, running

VERSION = "2.19.1"
# The plain distribution's own layout: the transport is a module beside the libraries.
_MODULE = f"""description=transport
version={VERSION}
opensearch.version={VERSION}
name=transport-netty4
classname=org.opensearch.transport.Netty4Plugin
java.version=11
has.native.controller=false
"""
_POLICY = "grant { permission java.security.AllPermission; };\n"
_SETTINGS = """cluster.name: tests
node.name: one
network.host: 127.0.0.1
http.port: {http}
transport.port: {transport}
discovery.type: single-node
bootstrap.system_call_filter: false
cluster.routing.allocation.disk.threshold_enabled: false
path.data: {folder}/data
path.logs: {folder}/logs
"""
_LOGGING = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


class Search:
    """A running node."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = httpx.Client(base_url=address, timeout=30)

    def make_index(self, name: str, time_type: str = "date", shards: int = 2) -> None:
        """An index whose lines are found as soon as they are asked for."""
        body = {
            "settings": {"number_of_shards": shards, "number_of_replicas": 0},
            "mappings": {"properties": {"@timestamp": {"type": time_type}, "log": {"type": "keyword"}}},
        }
        self.client.put(f"/{name}", json=body).raise_for_status()

    def add(self, index: str, documents: Iterable[dict[str, object]]) -> None:
        """Documents, visible when this returns."""
        action = json.dumps({"index": {}})
        lines = "".join(f"{action}\n{json.dumps(document)}\n" for document in documents)
        answer = self.client.post(
            f"/{index}/_bulk?refresh=true", content=lines, headers={"Content-Type": "application/x-ndjson"}
        )
        assert answer.json()["errors"] is False


def _lay_out(folder: Path) -> None:
    library, module, settings = folder / "lib", folder / "modules/transport-netty4", folder / "config"
    for made in (library, module, settings, folder / "plugins", folder / "logs", folder / "data"):
        made.mkdir(parents=True)
    for jar in jars("opensearch").glob("*.jar"):
        shutil.copy(jar, module if jar.name.startswith(("netty-", "transport-netty4")) else library)
    (module / "plugin-descriptor.properties").write_text(_MODULE)
    (module / "plugin-security.policy").write_text(_POLICY)
    (settings / "log4j2.properties").write_text(_LOGGING)


@contextmanager
def search() -> Iterator[Search]:
    """A node that answers."""
    jars("opensearch")
    with home("search") as folder:
        _lay_out(folder)
        http = free_port()
        text = _SETTINGS.format(http=http, transport=free_port(), folder=folder)
        (folder / "config/opensearch.yml").write_text(text)
        owned_by_nobody(folder)
        node = Search(f"http://127.0.0.1:{http}")
        places = (f"-Dopensearch.path.home={folder}", f"-Dopensearch.path.conf={folder}/config")
        options = (f"-Djava.io.tmpdir={folder}/logs", "-Djava.security.manager=allow", "-Dlog4j2.disable.jmx=true")
        command = java(*places, *options, "-cp", f"{folder}/lib/*", "org.opensearch.bootstrap.OpenSearch")
        with running([*as_nobody(), *command], folder / "log", lambda: _answers(node)):
            yield node


def _answers(node: Search) -> bool:
    try:
        return node.client.get("/").status_code == 200
    except httpx.TransportError:
        return False
