"""The two stacked credentials: the token of PISTE, the technical account of Chorus Pro."""

import base64
import secrets
import threading
import time
from urllib.parse import parse_qs

from dematfin.sandbox.faults import Faults
from dematfin.sandbox.server import Reply, Request, json_reply
from dematfin.sandbox.world import TechnicalAccount, World


class Access:
    """Gives tokens, and says who calls."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._oauth = world.oauth
        self._accounts = {_header(account): account for account in world.comptes}
        self._faults = faults
        self._tokens: dict[str, float] = {}
        self._lock = threading.Lock()

    def token(self, request: Request) -> Reply:
        """Answer `POST /api/oauth/token`."""
        if self._faults.take("token_empty"):
            return Reply(body=b"")
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        known = (form.get("client_id"), form.get("client_secret")) == (self._oauth.client_id, self._oauth.client_secret)
        if self._faults.take("token_refused") or not known or form.get("grant_type") != "client_credentials":
            error = {"error": "invalid_client", "error_description": "client credentials are invalid"}
            return json_reply(error, 400)
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._tokens[token] = time.monotonic() + self._oauth.duree
        life = self._oauth.duree
        return json_reply({"access_token": token, "token_type": "Bearer", "expires_in": life, "scope": "openid"})

    def check(self, request: Request) -> TechnicalAccount | Reply:
        """Return the technical account of a call, or the refusal that the gateway gives."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or not self._alive(token):
            return json_reply({}, 401, headers={"WWW-Authenticate": 'Bearer realm="PISTE"'})
        account = self._accounts.get(request.headers.get("cpro-account", ""))
        if account is None:
            return json_reply({"ErrorCode": "401", "Description": "[invalid field]"}, 401)
        if self._faults.take("forbidden"):
            return Reply(status=403)
        return account

    def _alive(self, token: str) -> bool:
        with self._lock:
            alive = self._tokens.get(token, 0) > time.monotonic()
            if alive and self._faults.take("token_expired"):
                del self._tokens[token]
                return False
            return alive


def _header(account: TechnicalAccount) -> str:
    return base64.b64encode(f"{account.login}:{account.mot_de_passe}".encode()).decode("ascii")
