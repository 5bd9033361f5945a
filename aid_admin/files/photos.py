"""Photographs that people send: made harmless, stored, and shown again."""

import base64
from collections.abc import Collection
from typing import Any, Final

from django import forms
from django.http import Http404, HttpResponse

from aid_admin.accounts.deeds import download
from aid_admin.accounts.models import User
from aid_admin.files import store
from aid_admin.files.models import StoredFile
from aid_admin.lib import images
from aid_admin.lib.refusals import BadInput, Refused

MOST_BYTES: Final = 20 * 1024 * 1024  # a phone's largest ordinary photo is about half of it
_HEADS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


_CAMERA: Final = {"capture": "environment", "data-face": "拍照", "data-preview": ""}


class PhotoField(forms.FileField):
    """A photo as it was sent: JPEG or PNG by its first bytes; it is decoded later, in a confined child, never here."""

    default_error_messages = {  # noqa: RUF012 - as Django declares it
        "required": "还没有选照片，请先选择一张照片再上传。",
        "empty": "照片文件是空的，请重新选择。",
        "invalid_image": "不是 JPG 或 PNG 照片，请重新拍照或另存为 JPG 后再上传。",
        "too_large": "照片超过 20 MB，请用手机相机的普通模式重拍，或缩小后再上传。",
    }

    def __init__(self, *, camera: bool = False, **kwargs: Any) -> None:
        """With `camera`, a phone opens its camera at once, and the page shows what was taken."""
        attrs: dict[str, Any] = {"accept": "image/jpeg,image/png"} | (_CAMERA if camera else {})
        if kwargs.get("required", True):
            attrs["data-must"] = self.default_error_messages["required"]  # said by the page before it sends nothing
        kwargs.setdefault("label", "照片")
        super().__init__(widget=forms.FileInput(attrs=attrs), **kwargs)

    def to_python(self, data: Any) -> Any:
        """The uploaded file, its size and its first bytes checked."""
        file = super().to_python(data)
        if file is None:
            return None
        if file.size > MOST_BYTES:
            raise forms.ValidationError(self.error_messages["too_large"], code="too_large")
        head = file.read(8)
        file.seek(0)
        if not head.startswith(_HEADS):
            raise forms.ValidationError(self.error_messages["invalid_image"], code="invalid_image")
        return file


def keep_photo(
    data: bytes, *, kind: str, name: str, by: User, school_code: str = "", field: str = "file"
) -> StoredFile:
    """Store a photo or scan as JPEG without what the camera noted; raises BadInput for bytes that are none.

    `field`: what the action calls the photo.
    """
    try:
        photo = images.clean_photo(data)
    except images.BadPhoto as problem:
        raise BadInput(f"{problem}。", field=field) from problem
    return store.put(photo.jpeg, kind=kind, name=f"{name}.jpg", media_type="image/jpeg", by=by, school_code=school_code)


def data_addresses(stored: Collection[int]) -> dict[int, str]:
    """By id of the stored photo a small picture of it as a data: address for papers; "" where the file is gone."""
    return {file.pk: _data_address(file) for file in StoredFile.objects.filter(pk__in=stored)}


def _data_address(stored: StoredFile) -> str:
    try:
        small = images.for_paper(store.read(stored))
    except Refused:
        return ""
    return f"data:image/jpeg;base64,{base64.b64encode(small).decode()}"


def photo_page(stored: StoredFile | None) -> HttpResponse:
    """The photo as an answer that the browser shows; 404 where there is none."""
    if stored is None:
        raise Http404
    return download(stored.name, stored.media_type, store.read(stored), inline=True)
