"""Which running periods may be ended, and what is told of the others."""

from datetime import date
from typing import Any

from django.db.models import F

from aid_admin.county import calendar
from disbursement.actions.publicity import last_day_of
from disbursement.models import PublicityPeriod
from disbursement.rules.publicity import outlook


def outlook_of(running: Any, today: date) -> str:
    """Of running periods: until when the first one hangs, what photos are missing in all, who ends them. Two queries."""
    holidays = calendar.holidays()
    periods = list(running.with_counts().with_good_photos().select_related("semester"))
    days = [day for period in periods if (day := last_day_of(period, holidays))]
    missing = sum(2 * period.schools - period.good_photos for period in periods)
    return outlook(today=today, last_day=min(days), missing=max(missing, 0)) if days else ""


def all_good(running: Any) -> Any:
    """Those of running periods whose photos were all found good; the closing ones come on the last day or later."""
    return running.with_counts().with_good_photos().filter(schools__gt=0, good_photos__gte=2 * F("schools"))


def ready_to_end(running: Any, today: date) -> list[PublicityPeriod]:
    """Those that nothing keeps from being ended today. Two queries, one where there are none."""
    periods = list(all_good(running).select_related("semester").order_by("pk"))
    holidays = calendar.holidays() if periods else {}
    return [period for period in periods if (day := last_day_of(period, holidays)) and day <= today]
