"""Sending an e-mail once, through the server that the operator names."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from ipaddress import ip_network
from typing import NamedTuple

from urllib3.exceptions import HTTPError

from connectors.contract import SourceError
from connectors.http.fields import reveal
from connectors.http.guard import Network, addresses
from validator.service.sending import WHOLE, Outcome

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_ACCEPTED = 250


class Post(NamedTuple):
    """The server that takes e-mail."""

    host: str
    port: int
    security: str
    """tls: from the first byte; starttls; none: for a server of this machine or of a network that is allowed."""
    sender: str
    user: str | None = None
    password: str | None = None
    """A reference: env:NAME or file:PATH."""
    networks: tuple[Network, ...] = ()
    """Where a server may be asked without TLS, besides this machine."""


def mail(message: EmailMessage, by: Post, *, timeout: float = WHOLE) -> Outcome:
    """Send an e-mail once; whatever happens is an outcome."""
    begun = time.monotonic()
    outcome = _mailed(message, by, timeout)
    return outcome._replace(milliseconds=round(1_000 * (time.monotonic() - begun)))


def _mailed(message: EmailMessage, by: Post, timeout: float) -> Outcome:
    try:
        password = reveal(by.password) if by.password is not None else ""
        with _connected(by, timeout) as server:
            if by.user is not None:
                server.login(by.user, password)
            refused = server.send_message(message)
    except SourceError as error:
        return Outcome(False, None, error.faults[0].message, unready=True)
    except smtplib.SMTPRecipientsRefused as error:
        return _refused([code for code, _ in error.recipients.values()])
    except smtplib.SMTPResponseException as error:
        return Outcome(False, error.smtp_code, f"The mail server answered {error.smtp_code}.")
    except ssl.SSLError:
        return Outcome(False, None, "There was no trusted TLS connection to the mail server.")
    except (smtplib.SMTPException, HTTPError, OSError, ValueError) as error:
        return Outcome(False, None, f"The mail server could not be asked: {type(error).__name__}.")
    problem = f"The mail server refused {len(refused)} of the addresses." if refused else None
    return Outcome(True, _ACCEPTED, problem)


def _refused(codes: Sequence[int]) -> Outcome:
    """No address was taken: for good (RFC 5321, 4.2.1: 5yz), or for now."""
    for_good = all(500 <= code < 600 for code in codes)
    many = "every address" if len(codes) > 1 else "the address"
    return Outcome(False, codes[0] if codes else None, f"The mail server refused {many}.", hopeless=for_good)


@contextmanager
def _connected(by: Post, timeout: float) -> Iterator[smtplib.SMTP]:
    """A connection to the server; how it takes leave is of no matter, a letter is taken by then or not."""
    server = _opened(by, timeout)
    try:
        if by.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        yield server
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    finally:
        server.close()


def _opened(by: Post, timeout: float) -> smtplib.SMTP:
    if by.security == "tls":
        return smtplib.SMTP_SSL(by.host, by.port, timeout=timeout, context=ssl.create_default_context())
    if by.security == "none":
        allowed = addresses(by.host, by.port, (*by.networks, *LOOPBACK), tls=False)
        return smtplib.SMTP(allowed[0], by.port, timeout=timeout)
    return smtplib.SMTP(by.host, by.port, timeout=timeout)
