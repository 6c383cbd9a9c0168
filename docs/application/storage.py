"""Static files and uploads in S3; viewers read both through CloudFront, on the site's own name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage


class _OnSite(S3Storage):
    """Links are paths, so that they work on every name of the site without CORS."""

    def url(self, name: str, *_args: Any, **_options: Any) -> str:
        """Return the path that CloudFront answers from the bucket: its folders are called as in the bucket."""
        return f"/{self.location}/{filepath_to_uri(name).lstrip('/')}"


class MediaStorage(_OnSite):
    """Uploads."""


class StaticStorage(ManifestFilesMixin, _OnSite):
    """Collected files with a hash in their name.

    Each release has a manifest of its own: a task of the former release that starts later, by scaling or after a
    rollback, still finds the names that its templates mean.
    """

    manifest_name = f"staticfiles-{Path(settings.BASE_DIR, 'release').read_text(encoding='utf-8').strip()}.json"

    def delete(self, name: str) -> None:
        """Keep the file: collectstatic deletes before it writes, but S3 replaces at once, so viewers miss nothing."""
