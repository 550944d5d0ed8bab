"""A real SMTP server on loopback that keeps what it gets and answers as it is told."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Postbox:
    """What arrived, and how the server answers: by recipient, and to the text of any mail."""

    messages: list[EmailMessage] = field(default_factory=list)
    sources: list[bytes] = field(default_factory=list)
    """The same, as they came over the wire."""
    recipients: dict[str, str] = field(default_factory=dict)
    data: str = "250 OK"
    is_held: bool = False
    """Whether the server keeps its answer to a mail that it has taken to itself."""
    port: int = 0

    async def handle_RCPT(  # noqa: N802 — aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.recipients.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 — aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.data.startswith("250"):
            content: Any = envelope.content
            self.sources.append(content)
            self.messages.append(message_from_bytes(content, policy=policy.default))
        if self.data == "drop":
            transport: Any = server.transport
            transport.close()
        while self.is_held:  # noqa: ASYNC110 — set by another thread, which an Event cannot hear
            await asyncio.sleep(0.05)
        return self.data

    def to(self, address: str) -> list[EmailMessage]:
        """The mails that reached an address."""
        return [message for message in self.messages if message["To"] == address]


class _Controller(Controller):
    """Finds a free port by itself."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def smtp_server(port: int = 0) -> Iterator[Postbox]:
    """Serve until the block ends; `port` of the postbox says where."""
    postbox = Postbox()
    controller = _Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        postbox.port = controller.port
        yield postbox
    finally:
        controller.stop()
