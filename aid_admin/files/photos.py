"""Photographs that people send: made harmless, stored, and shown again."""

from django.http import Http404, HttpResponse

from aid_admin.accounts.deeds import download
from aid_admin.accounts.models import User
from aid_admin.files import store
from aid_admin.files.models import StoredFile
from aid_admin.lib import images
from aid_admin.lib.refusals import BadInput


def keep_photo(data: bytes, *, kind: str, name: str, by: User, school_code: str = "") -> StoredFile:
    """Store a photo or scan as JPEG without what the camera noted; raises BadInput for bytes that are none."""
    try:
        photo = images.clean_photo(data)
    except images.BadPhoto as problem:
        raise BadInput(f"{problem}。") from problem
    return store.put(photo.jpeg, kind=kind, name=f"{name}.jpg", media_type="image/jpeg", by=by, school_code=school_code)


def photo_page(stored: StoredFile | None) -> HttpResponse:
    """The photo as an answer that the browser shows; 404 where there is none."""
    if stored is None:
        raise Http404
    return download(stored.name, stored.media_type, store.read(stored), inline=True)
