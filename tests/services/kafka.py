"""A Kafka broker of one node (KRaft), and what a test does to it."""

from __future__ import annotations

import importlib
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.services.servers import free_port, home, jars, java, running

_PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
log.dirs={folder}/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
num.network.threads=1
num.io.threads=2
log.retention.check.interval.ms=1000
log.segment.delete.delay.ms=0
"""


class Broker:
    """A broker that can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running = ExitStack()
        self._port = free_port()
        self.address = f"127.0.0.1:{self._port}"
        self._classes = f"{jars('kafka')}/*"
        properties = folder / "server.properties"
        properties.write_text(_PROPERTIES.format(port=self._port, controller=free_port(), folder=folder))
        tool = ["kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", str(properties)]
        subprocess.run(java("-cp", self._classes, *tool), check=True, capture_output=True)

    def start(self) -> None:
        """Until it answers."""
        command = java("-cp", self._classes, "kafka.Kafka", str(self._folder / "server.properties"))
        self._running = ExitStack()
        self._running.enter_context(running(command, self._folder / "log", self._answers))

    def stop(self) -> None:
        """At once."""
        self._running.close()

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1):
            return True
        return False

    def _admin(self) -> Any:
        return _admins().AdminClient({"bootstrap.servers": self.address, "log_level": 0})

    def make_topic(self, name: str, partitions: int) -> None:
        """A topic."""
        admin = self._admin()
        for made in admin.create_topics([_admins().NewTopic(name, partitions, 1)]).values():
            made.result(30)

    def add_partitions(self, name: str, partitions: int) -> None:
        """So many in all."""
        admin = self._admin()
        for made in admin.create_partitions([_admins().NewPartitions(name, partitions)]).values():
            made.result(30)

    def send(self, topic: str, lines: list[bytes], partition: int = -1) -> None:
        """Records, acknowledged."""
        producer = importlib.import_module("confluent_kafka").Producer(
            {"bootstrap.servers": self.address, "log_level": 0}
        )
        for line in lines:
            producer.produce(topic, line, partition=partition)
        assert producer.flush(30) == 0


def _admins() -> Any:
    return importlib.import_module("confluent_kafka.admin")


@contextmanager
def broker() -> Iterator[Broker]:
    """A broker that answers; skipped without the extra's client."""
    pytest.importorskip("confluent_kafka", reason="needs confluent-kafka (make setup-all)")
    with home("kafka") as folder:
        made = Broker(folder)
        made.start()
        try:
            yield made
        finally:
            made.stop()
