"""Whether the stand can listen where it wants to."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable

import psutil

from stand.errors import PortInUseError
from stand.settings import LOOPBACK, Ports

Owner = Callable[[int], str]
"""Port → who listens there, as words; empty when the system does not tell."""


def require_free(ports: Ports, *, owner: Owner | None = None) -> None:
    """Refuse to start while anything else listens on one of `ports`.

    Raises:
        PortInUseError: one is taken, or two of ours are the same.
    """
    taken: dict[int, str] = {}
    for name, port in ports.named().items():
        if port in taken:
            raise PortInUseError(
                f"{name} and {taken[port]} are both given port {port}",
                hint="give each part of the stand its own port",
            )
        taken[port] = name
    for port, name in taken.items():
        if not _is_free(port):
            who = (owner or _owner)(port)
            raise PortInUseError(
                f"port {port} ({name}) is in use" + (f" by {who}" if who else ""),
                hint="stop that, or move the whole stand with TANBA_STAND_PORT_SHIFT=10000",
            )


def _is_free(port: int) -> bool:
    # Browsers may try ::1 first for "localhost": a stranger there would get our visitors.
    addresses = [(socket.AF_INET, LOOPBACK)]
    if socket.has_ipv6:
        addresses.append((socket.AF_INET6, "::1"))
    return all(_can_bind(family, host, port) for family, host in addresses)


def _can_bind(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        probe = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return True  # a machine without IPv6
    with probe:
        # As servers do: connections of a stand that has just ended do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except PermissionError:
            raise PortInUseError(
                f"port {port} is only for the system administrator",
                hint="choose ports above 1023",
            ) from None
        except OSError as error:
            return error.errno != errno.EADDRINUSE
    return True


def _owner(port: int) -> str:
    try:
        connections = psutil.net_connections("tcp")
    except (psutil.AccessDenied, OSError):
        return ""
    for connection in connections:
        listens = connection.status == psutil.CONN_LISTEN
        if listens and connection.laddr[1:2] == (port,) and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
            except psutil.NoSuchProcess:
                return ""
    return ""
