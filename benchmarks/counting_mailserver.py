"""A mail server that takes everything and writes down for whom, to be counted afterwards.

It does as little as it can, so that what is measured are those who send.
"""

import argparse
import asyncio
import re
import socket
from functools import partial
from pathlib import Path
from typing import TextIO

END = b"\r\n.\r\n"
GREETING = b"250-counting\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
ADDRESS = re.compile(rb"<([^>]*)>")
MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class Conversation(asyncio.Protocol):
    """One line for each mail that was taken to its end: its recipient and its Message-ID."""

    def __init__(self, register: TextIO) -> None:
        """Write to a file, line by line."""
        self.register = register
        self.got = bytearray()
        self.recipient = b""
        self.is_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.answer(b"220 counting\r\n")

    def data_received(self, data: bytes) -> None:
        self.got += data
        if self.is_data:
            self.take_mail()
        while not self.is_data and (end := self.got.find(b"\r\n")) >= 0:
            line = bytes(self.got[:end])
            del self.got[: end + 2]
            self.obey(line)

    def take_mail(self) -> None:
        """What comes after it waits for the answer, as without pipelining it must."""
        if not self.got.endswith(END):
            return
        head, _, _ = self.got.partition(b"\r\n\r\n")
        found = MESSAGE_ID.search(head)
        assert found is not None
        self.register.write(f"{self.recipient.decode()} {found[1].decode()}\n")
        self.got.clear()
        self.is_data = False
        self.answer(b"250 OK\r\n")

    def obey(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"EHLO":
            self.answer(GREETING)
        elif verb == b"DATA":
            self.is_data = True
            self.answer(b"354 Go on\r\n")
        elif verb == b"QUIT":
            self.answer(b"221 Bye\r\n")
            self.transport.close()
        else:
            if verb == b"RCPT" and (found := ADDRESS.search(line)):
                self.recipient = found[1]
            self.answer(b"250 OK\r\n")

    def answer(self, line: bytes) -> None:
        self.transport.write(line)


async def serve(path: Path, taken_socket: socket.socket) -> None:
    """Until the process ends."""
    loop = asyncio.get_running_loop()
    with path.open("a", buffering=1) as register:
        server = await loop.create_server(partial(Conversation, register), sock=taken_socket)
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--register", type=Path, required=True)
    parser.add_argument("--port-file", type=Path, required=True)
    arguments = parser.parse_args()
    listening = socket.create_server(("127.0.0.1", 0))
    arguments.port_file.write_text(str(listening.getsockname()[1]))
    asyncio.run(serve(arguments.register, listening))


if __name__ == "__main__":
    main()
