"""The listening socket: where it may listen, and what its connections inherit from it."""

import errno
import ipaddress
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager

from app.errors import StartupError
from app.settings import Settings

UNSENT_BYTES = 128 * 1024  # what the kernel takes for a client beyond what is on its way
REASONS = {
    errno.EADDRINUSE: "another program listens there; stop it, or give another ROWSTREAM_PORT",
    errno.EACCES: "the system does not allow it; give a ROWSTREAM_PORT of 1024 or more",
    errno.EADDRNOTAVAIL: "it is no address of this machine; give another ROWSTREAM_HOST",
}


@contextmanager
def listening_socket(settings: Settings) -> Generator[socket.socket]:
    """A bound socket, not yet listening: nobody gets in before the server is ready.

    Raises StartupError for an address beyond loopback without permission, and for one that
    cannot be had.
    """
    family, address = resolved(settings.host, settings.port)
    require_permission(settings, address[0])
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        drop_silent_clients(listener, settings.send_timeout)
        try:
            listener.bind(address)
        except OSError as error:
            where = f"{settings.host}, port {settings.port}"
            reason = REASONS.get(error.errno or 0, error.strerror)
            raise StartupError(f"Rowstream cannot listen on {where}: {reason}.") from error
        yield listener


def resolved(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    """The family and the address of a host; StartupError when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        message = f"The name {host} of ROWSTREAM_HOST has no address: {error.strerror}."
        raise StartupError(message) from error
    family, _, _, _, address = found[0]
    return family, (str(address[0]), int(address[1]))


def require_permission(settings: Settings, address: str) -> None:
    """Refuse to serve other machines while nobody has to log in, unless told to."""
    loopback = ipaddress.ip_address(address.partition("%")[0]).is_loopback
    if not loopback and not settings.anonymous:
        raise StartupError(
            f"On {settings.host} everybody who reaches this machine could read every report, since"
            " there is no login. Give ROWSTREAM_ANONYMOUS=yes if that is meant, or"
            " ROWSTREAM_HOST=127.0.0.1."
        )


def drop_silent_clients(listener: socket.socket, seconds: float) -> None:
    """Let the kernel end connections whose client takes nothing; accepted ones inherit it.

    Closing a connection waits for a client that never reads. Without the first option its socket
    stays for ever, without the second the kernel takes 4 MB for it. Both exist on Linux.
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        milliseconds = max(1, int(seconds * 1000))
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)


def address_of(listener: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def announce(listener: socket.socket) -> None:
    """Tell the person who started it where to go, in one line on standard output."""
    sys.stdout.write(f"Rowstream is at {address_of(listener)} (Ctrl-C stops it)\n")
    sys.stdout.flush()
