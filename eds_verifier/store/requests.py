"""Requests the verifier leaves for the keeper, which alone may change a realm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, insert, select

from eds_verifier.store.schema import requests

Kind = Literal["decline"]


@dataclass(frozen=True, slots=True)
class KeeperRequest:
    """`decline`: this person declined a version (`details`: `agreement_version`, its number)."""

    id: str
    realm: str
    kind: Kind
    sub: str
    details: Mapping[str, Any]
    created_at: int


def add(connection: Connection, request: KeeperRequest) -> None:
    """Leave a request."""
    connection.execute(
        insert(requests).values(
            id=request.id,
            realm=request.realm,
            kind=request.kind,
            sub=request.sub,
            details=json.dumps(dict(request.details), sort_keys=True),
            created_at=request.created_at,
        )
    )


def pending(connection: Connection, *, realm: str) -> tuple[KeeperRequest, ...]:
    """What nobody has acknowledged yet, oldest first."""
    rows = connection.execute(
        select(requests)
        .where(requests.c.realm == realm, requests.c.acknowledged_at.is_(None))
        .order_by(requests.c.created_at, requests.c.id)
    )
    return tuple(
        KeeperRequest(
            id=row.id,
            realm=row.realm,
            kind=row.kind,
            sub=row.sub,
            details=json.loads(row.details),
            created_at=row.created_at,
        )
        for row in rows
    )
