"""/healthz: 200 when all is well, 503 with the names of what is not."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from aid_admin.office.health import health


@login_not_required
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """For machines; no login."""
    state = health()
    return JsonResponse(state, status=200 if state["ok"] else 503)
