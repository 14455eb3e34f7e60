"""A Kafka topic: its records' values are lines; how far they were read is stored with them, not in the broker.

In: brokers, a topic, librdkafka's configuration. Out: lines in the spool, each record once. A record is known by
partition and offset: what a producer sent twice without idempotence is two. A first start begins half an hour ago, a
partition that is added later at its first record. Needs the extra `kafka`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from doorward.watch.sources.asked import FIRST_S
from doorward.watch.sources.patience import Away
from doorward.watch.sources.spool import Delivery, Spool, SpoolFull

MOST_RECORDS = 5000
# A frame of the spool holds four times as much.
DELIVERY_BYTES = 8 * 1024 * 1024
TIMEOUT_S = 10.0
PARTITIONS_EVERY_S = 60.0
_GONE = (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE)
# Nothing is stored in the broker, no group is joined, and what waits in memory is bounded.
_OURS: dict[str, str | int | bool] = {
    "group.id": "doorward",
    "client.id": "doorward",
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "error",
    "queued.max.messages.kbytes": 16 * 1024,
    "queued.min.messages": 2 * MOST_RECORDS,
    "fetch.message.max.bytes": 4 * 1024 * 1024,
    "socket.timeout.ms": 10_000,
    "reconnect.backoff.max.ms": 10_000,
    # What librdkafka would print on stderr comes by `error_cb`.
    "log_level": 0,
}


class Place(msgspec.Struct):
    """The next offset of each partition of a topic."""

    topic: str
    offsets: dict[int, int]


class Kafka:
    """One topic. Not thread-safe. Raises ValueError for a configuration that librdkafka does not take."""

    def __init__(
        self,
        spool: Spool,
        topic: str,
        configuration: Mapping[str, str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._spool = spool
        self._topic = topic
        self._clock = clock
        self._error = ""
        self._configuration = {**configuration, **_OURS, "error_cb": self._on_error}
        try:
            Consumer(self._configuration).close()
        except KafkaException as error:
            raise ValueError(error.args[0].str()) from error
        self._consumer: Consumer | None = None
        self._place = Place(topic, {})
        self._partitions_at = 0.0

    def _on_error(self, error: KafkaError) -> None:
        if error.fatal() or error.code() in (KafkaError._ALL_BROKERS_DOWN, KafkaError._AUTHENTICATION):
            self._error = error.name()

    def step(self) -> str:
        """Store the records that there are. Raises Away, SpoolFull, OSError."""
        try:
            return self._step()
        except KafkaException as error:
            self.close()
            raise Away(f"does not answer: {_name(error)}") from error
        except (Away, SpoolFull, OSError, ValueError):
            # What was read and not stored is read again from what is stored.
            self.close()
            raise

    def _step(self) -> str:
        consumer = self._consumer or self._start()
        if time.monotonic() - self._partitions_at > PARTITIONS_EVERY_S or self._error:
            self._take_up(consumer)
        records = consumer.consume(MOST_RECORDS, timeout=0.1)
        said = self._begin_again(consumer, [one for one in records if one.error() is not None])
        for chunk in _chunks([one for one in records if one.error() is None]):
            offsets = {_partition(one): _offset(one) + 1 for one in chunk}
            place = Place(self._topic, {**self._place.offsets, **offsets})
            lines = tuple(value for one in chunk if (value := _value(one)))
            self._spool.append(Delivery(lines, position=_encode(place)))
            self._place = place
        return said

    def _start(self) -> Consumer:
        stored = self._spool.position
        place = msgspec.json.decode(stored, type=Place) if stored else Place(self._topic, {})
        # Another topic's offsets say nothing of this one.
        self._place = place if place.topic == self._topic else Place(self._topic, {})
        self._consumer = Consumer(self._configuration)
        self._take_up(self._consumer)
        return self._consumer

    def _take_up(self, consumer: Consumer) -> None:
        """Read all partitions there are now; where a new one begins is stored before it is read."""
        told = consumer.list_topics(self._topic, timeout=TIMEOUT_S).topics[self._topic]
        if told.error is not None:
            raise Away(f"topic {self._topic}: {told.error.name()}")
        self._error = ""
        self._partitions_at = time.monotonic()
        fresh = sorted(told.partitions.keys() - self._place.offsets.keys())
        if fresh or not consumer.assignment():
            first = self._half_an_hour_ago(consumer, fresh) if not self._place.offsets else dict.fromkeys(fresh, 0)
            self._assign(consumer, {**self._place.offsets, **first})

    def _half_an_hour_ago(self, consumer: Consumer, partitions: Sequence[int]) -> dict[int, int]:
        # Asked for first: what is written between the two questions is then not taken for older than it is.
        ends = {partition: self._watermarks(consumer, partition)[1] for partition in partitions}
        since_ms = int((self._clock() - FIRST_S) * 1000)
        asked = [TopicPartition(self._topic, partition, since_ms) for partition in partitions]
        found = consumer.offsets_for_times(asked, timeout=TIMEOUT_S)
        return {one.partition: one.offset if one.offset >= 0 else ends[one.partition] for one in found}

    def _watermarks(self, consumer: Consumer, partition: int) -> tuple[int, int]:
        found = consumer.get_watermark_offsets(TopicPartition(self._topic, partition), timeout=TIMEOUT_S)
        if found is None:
            raise Away("does not answer: no watermarks")
        low, high = found
        return low, high

    def _assign(self, consumer: Consumer, offsets: Mapping[int, int]) -> None:
        self._place = Place(self._topic, dict(offsets))
        self._spool.append(Delivery((), position=_encode(self._place)))
        consumer.assign([TopicPartition(self._topic, partition, offset) for partition, offset in offsets.items()])

    def _begin_again(self, consumer: Consumer, errors: Sequence[Message]) -> str:
        """Partitions whose next record was deleted before it was read are read from the first that there is."""
        gone = {_partition(one) for one in errors if _code(one) in _GONE}
        other = [one for one in errors if _code(one) not in _GONE]
        if other:
            raise Away(f"does not answer: {_name_of(other[0])}")
        if not gone:
            return ""
        offsets = {**self._place.offsets, **{one: self._watermarks(consumer, one)[0] for one in gone}}
        self._assign(consumer, offsets)
        numbers = ", ".join(map(str, sorted(gone)))
        return f"records were deleted before they were read: partitions {numbers} begin with what is left"

    def close(self) -> None:
        """Read no more; a later step starts again from what was stored."""
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None


def _encode(place: Place) -> str:
    return msgspec.json.encode(Place(place.topic, dict(sorted(place.offsets.items())))).decode()


def _chunks(records: Sequence[Message]) -> Iterator[list[Message]]:
    chunk: list[Message] = []
    held = 0
    for record in records:
        size = len(_value(record))
        if chunk and held + size > DELIVERY_BYTES:
            yield chunk
            chunk, held = [], 0
        chunk.append(record)
        held += size
    if chunk:
        yield chunk


def _value(record: Message) -> bytes:
    value = record.value()
    return value if isinstance(value, bytes) else b""


def _partition(record: Message) -> int:
    partition = record.partition()
    assert partition is not None
    return partition


def _offset(record: Message) -> int:
    offset = record.offset()
    assert offset is not None
    return offset


def _code(record: Message) -> int:
    error = record.error()
    assert error is not None
    return int(error.code())


def _name_of(record: Message) -> str:
    error = record.error()
    assert error is not None
    return str(error.name())


def _name(error: KafkaException) -> str:
    return str(error.args[0].name())
