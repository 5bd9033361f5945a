"""The code on a clerk's screen that lets a phone send one photo in his name, without a login there."""

from dataclasses import astuple, dataclass
from typing import Final, Self

from django.core import signing

from aid_admin.accounts.acting import may
from aid_admin.accounts.models import User
from aid_admin.county.models import School
from aid_admin.lib.refusals import Refused
from disbursement.actions.publicity import photo_standing

MINUTES: Final = 15
SALT: Final = "publicity-photo-by-phone-1"  # counts up with the fields of Ticket
_OVER: Final = "这个二维码已经过期或已经用过。请在电脑上重新点“手机拍照”，再扫新的二维码。"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whose photo of what the code asks for; it is used up when another photo stands there than `standing`."""

    user: int
    login: str  # changes with the password: a reset ends the code as it ends sessions
    period: int
    school: str
    moment: str
    standing: int

    @classmethod
    def of(cls, user: User, period: int, school: str, moment: str) -> Self:
        """A ticket for the photo that is wanted now."""
        login = user.get_session_auth_hash()[:12]
        return cls(user.pk, login, period, school, moment, photo_standing(period, school, moment))

    def sealed(self) -> str:
        """As text for an address, signed and dated."""
        return signing.dumps(astuple(self), salt=SALT, compress=True)

    @classmethod
    def opened(cls, text: str) -> tuple[Self, User, School]:
        """The ticket, its owner and the school; Refused when it is forged, too old, used up, or its owner may not act."""
        try:
            ticket = cls(*signing.loads(text, salt=SALT, max_age=MINUTES * 60))
        except signing.BadSignature:
            raise Refused(_OVER) from None
        user = User.objects.filter(pk=ticket.user, is_active=True).first()
        place = School.objects.filter(code=ticket.school).first()
        if user is None or place is None or not may(user, "publicity.photo"):
            raise Refused(_OVER)
        if cls.of(user, ticket.period, ticket.school, ticket.moment) != ticket:
            raise Refused(_OVER)
        return ticket, user, place
