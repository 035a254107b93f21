"""A login to MongoDB: where the server answers, as whom, and how further accounts are made."""

import itertools
import secrets
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote_plus

import pymongo
from pymongo.errors import PyMongoError

from tests.servers.certificates import Certificates
from tests.servers.managed import Managed

_NUMBERS = itertools.count(1)
ROLES = {"none": (), "read": ("read",), "write": ("readWrite",)}
"""What an account may do, and the roles that say so."""
ON_DISK = {"w": 1, "j": True}
"""An account is there after a kill too: by itself mongod writes its journal ten times a second only."""


@dataclass(frozen=True)
class Mongo:
    """Where the server answers, and how to log in where it asks for that."""

    port: int
    host: str = "127.0.0.1"
    user: str = ""
    password: str = field(default="", repr=False)
    certificates: Certificates | None = field(default=None, repr=False)
    """What to trust where the server encrypts."""
    process: Managed | None = field(default=None, repr=False, compare=False)
    """For tests that harm a server of their own: ``server.process.kill()``, ``stop()``, ``restart()``."""

    @property
    def url(self) -> str:
        """The address as PyMongo takes it."""
        login = f"{quote_plus(self.user)}:{quote_plus(self.password)}@" if self.user else ""
        tls = f"?tls=true&tlsCAFile={self.certificates.authority}" if self.certificates else ""
        return f"mongodb://{login}{self.host}:{self.port}/{tls}"

    def client(self, *, patience_ms: int = 2_000) -> pymongo.MongoClient:
        """Return a client that gives up after two seconds; close it."""
        return pymongo.MongoClient(self.url, serverSelectionTimeoutMS=patience_ms)

    def settings(self, database: str) -> dict[str, Any]:
        """Return the connection to a database as the settings state it."""
        login = {"user": self.user, "password": self.password} if self.user else {}
        tls = {"tls": True, "ca_file": str(self.certificates.authority)} if self.certificates else {}
        return {
            "kind": "mongodb", "host": self.host, "port": self.port, **login, "database": database, **tls
        }  # fmt: skip

    def answers(self) -> bool:
        """Whether the server takes commands."""
        try:
            with self.client(patience_ms=200) as client:
                client.admin.command("ping")
        except PyMongoError:
            return False
        return True

    def account(self, rights: str, *, database: str, user: str = "", password: str = "") -> "Mongo":
        """Make a login with these rights ("none", "read" or "write") on a database, and return it.

        One that is there already gets the password and the rights anew. The account lives in ``admin``;
        a server without ``auth`` does not ask for it.
        """
        user = user or f"{rights}_{next(_NUMBERS)}"
        password = password or secrets.token_urlsafe(18)
        roles = [{"role": role, "db": database} for role in ROLES[rights]]
        with self.client() as client:
            known = client.admin.command("usersInfo", user)["users"]
            client.admin.command(
                "updateUser" if known else "createUser", user, pwd=password, roles=roles, writeConcern=ON_DISK
            )
        return replace(self, user=user, password=password)
