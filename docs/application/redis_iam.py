"""Sign in to ElastiCache with the task's IAM role: there is no password to keep or to rotate."""

from __future__ import annotations

import botocore.session
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from redis.credentials import CredentialProvider

LIFETIME = 900  # seconds, the most that ElastiCache accepts


class IamCredentials(CredentialProvider):
    """Gives redis-py a user and a fresh token for every connection that it opens.

    Signing is arithmetic without a network call, so no token is kept that could have expired by the next connection.
    """

    def __init__(self, user: str, cluster: str, region: str) -> None:
        self.user = user
        self.cluster = cluster
        self.region = region
        self._session = botocore.session.get_session()

    def get_credentials(self) -> tuple[str, str]:
        """Return the user and a token: a presigned `connect` request to the cluster, without its scheme."""
        credentials = self._session.get_credentials()
        if credentials is None:
            raise RuntimeError("no AWS credentials: the task has no role, or its endpoint does not answer")
        request = AWSRequest("GET", f"https://{self.cluster}/", params={"Action": "connect", "User": self.user})
        frozen = credentials.get_frozen_credentials()  # botocore has renewed the role's, if that was due
        SigV4QueryAuth(frozen, "elasticache", self.region, expires=LIFETIME).add_auth(request)
        return self.user, request.url.removeprefix("https://")
