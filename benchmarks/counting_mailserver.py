"""A mail server that takes everything and writes down for whom, to be counted afterwards."""

import argparse
import asyncio
import socket
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Register:
    """One line for each mail that was taken to its end: its recipient and its Message-ID."""

    def __init__(self, path: Path) -> None:
        """Write to a file, line by line."""
        self.file = path.open("a", buffering=1)

    async def handle_DATA(  # noqa: N802 — aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
    ) -> str:
        content: Any = envelope.content
        head, _, _ = content.partition(b"\r\n\r\n")
        ids = [line for line in head.split(b"\r\n") if line.lower().startswith(b"message-id:")]
        self.file.write(f"{envelope.rcpt_tos[0]} {ids[0].split()[1].decode()}\n")
        return "250 OK"


async def serve(path: Path, taken_socket: socket.socket) -> None:
    """Until the process ends."""
    loop = asyncio.get_running_loop()
    register = Register(path)
    server = await loop.create_server(
        lambda: SMTP(register, enable_SMTPUTF8=True), sock=taken_socket
    )
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
