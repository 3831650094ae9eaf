"""Ports in use are named before anything starts."""

from __future__ import annotations

import os
import socket
from dataclasses import replace

import pytest

from stand.errors import PortInUseError
from stand.ports import require_free
from stand.settings import Ports


def test_free_ports_pass() -> None:
    require_free(Ports.free())


@pytest.mark.parametrize(
    ("family", "host"),
    [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, ""), (socket.AF_INET6, "::1")],
)
def test_a_taken_port_is_named_with_who_holds_it(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family) as taken:
        try:
            taken.bind((host, 0))
        except OSError:
            pytest.skip("no IPv6 on this machine")
        taken.listen()
        port = taken.getsockname()[1]
        ports = replace(Ports.free(), mail_page=port)
        with pytest.raises(PortInUseError) as caught:
            require_free(ports)
    assert f"port {port} (mail page) is in use" in caught.value.message
    assert f"(process {os.getpid()})" in caught.value.message
    assert "TANBA_STAND_PORT_SHIFT" in caught.value.hint


def test_an_owner_the_system_hides_is_left_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = replace(Ports.free(), smtp=taken.getsockname()[1])
        with pytest.raises(PortInUseError, match=r"in use$"):
            require_free(ports, owner=lambda _: "")


def test_a_connection_that_has_just_ended_does_not_count() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as every server here does
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = server.accept()
            accepted.close()  # our side closes first: it is ours that lingers in TIME_WAIT
    require_free(replace(Ports.free(), ca=port))


def test_one_port_for_two_parts_is_refused() -> None:
    ports = Ports.free()
    with pytest.raises(PortInUseError, match="portal 2 and verifier are both given port"):
        require_free(replace(ports, portals=(ports.portals[0], ports.verifier)))
