"""A TCP relay of ours between two parts, which can be told to misbehave as a network does.

`Relay(target).start()` listens on a free port of 127.0.0.1; `mode` may be set at any time, also for open connections.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from random import Random


class Mode(StrEnum):
    """What the way between two parts does."""

    PASS = "pass"
    HOLD = "hold"  # what is sent arrives nowhere: packets are dropped behind the first hop
    RESET = "reset"  # every connection is torn down, as a firewall that rejects
    DARK = "dark"  # connections do not even come about: packets to the address are dropped
    SLOW = "slow"  # each piece of data takes `delay_s`
    LOSSY = "lossy"  # half of the connections are torn down
    NARROW = "narrow"  # hardly anything passes: 64 bytes in each `delay_s`
    CUT = "cut"  # a connection is torn down as soon as more than a few packets came back on it
    STALL = "stall"  # an answer stops after its first packets, as where large packets are lost


_STALL_AFTER = 1200
_NARROW = 64


class Relay:
    """One relay; everything runs in a thread with a loop of its own."""

    def __init__(self, target: tuple[str, int], certificate: Path | None = None) -> None:
        self.target = target
        self.context: ssl.SSLContext | None = None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
        self.rewrite: Callable[[bytes], bytes] | None = None
        """What a proxy that looks into requests makes of them."""
        self.turns: Iterator[tuple[str, int]] | None = None
        """Where one connection after the other leads; None: all to the target."""
        self.mode = Mode.PASS
        self.delay_s = 1.0
        self._chance = Random(5)
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=f"relay-{self.port}", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._dark: list[socket.socket] = []

    def start(self) -> Relay:
        """Begin to relay."""
        self._thread.start()
        return self

    def set(self, mode: Mode, delay_s: float = 1.0) -> None:
        """Misbehave from now on; open connections too."""
        self.delay_s = delay_s
        self.mode = mode
        if mode in (Mode.RESET, Mode.DARK):
            asyncio.run_coroutine_threadsafe(self._drop_all(), self._loop).result(5)
        if mode is Mode.DARK:
            asyncio.run_coroutine_threadsafe(self._go_dark(), self._loop).result(5)

    def shut(self) -> None:
        """Listen no more: whoever connects is refused, as where the proxy itself is gone."""
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(5)

    def close(self) -> None:
        """End the relay."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(5)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
        for each in (*self._dark, self._socket):
            each.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, sock=self._socket, ssl=self.context)
        )
        self._loop.run_forever()

    async def _shut(self) -> None:
        await self._drop_all()
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _drop_all(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=1)

    async def _go_dark(self) -> None:
        """A listener whose queue is full drops further SYNs (Linux), so a connection times out."""
        await self._shut()
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(0)
        self._dark.append(listener)
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(("127.0.0.1", self.port))
            self._dark.append(filler)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if self.mode is Mode.RESET or (self.mode is Mode.LOSSY and self._chance.random() < 0.5):
                _reset(writer)
                return
            far_reader, far_writer = await asyncio.open_connection(*(next(self.turns) if self.turns else self.target))
            out = asyncio.create_task(self._pump(reader, far_writer, 0, rewrites=True))
            try:
                await self._pump(far_reader, writer, _STALL_AFTER)
            finally:
                out.cancel()
                far_writer.close()
                await asyncio.gather(out, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            _reset(writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stall_after: int, rewrites: bool = False
    ) -> None:
        passed = 0
        while data := await reader.read(65536):
            if rewrites and self.rewrite is not None:
                data = self.rewrite(data)
            while self.mode is Mode.HOLD:
                await asyncio.sleep(0.1)
            if self.mode is Mode.SLOW:
                await asyncio.sleep(self.delay_s)
            if self.mode is Mode.STALL and stall_after:
                data = data[: max(0, stall_after - passed)]
                if not data:
                    await asyncio.sleep(3600)
            passed += len(data)
            if self.mode is Mode.CUT and stall_after and passed > stall_after:
                raise ConnectionResetError
            while self.mode is Mode.NARROW and data and not writer.is_closing():
                writer.write(data[:_NARROW])
                data = data[_NARROW:]
                await asyncio.sleep(self.delay_s)
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError, NotImplementedError):
            writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the other side sees a reset."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
