"""The calendar as a page, as a feed under a private address, and the page where that address is made."""

from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sopcases.desk import ical
from sopcases.desk.calendar import Calendar, Month
from sopcases.desk.models import Feed
from sopcases.people import throttle
from sopcases.people.access import officers, public
from sopcases.people.authority import Officer

LIMIT = 120
"""Readings from one address in a quarter of an hour: programs ask every few minutes, an office shares one."""


@officers
@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """A month of the officer."""
    asked = Month.read(request.GET.get("bulan", ""), request.officer.day)
    calendar = Calendar(request.officer, asked.first, asked.last)
    context = {
        "month": asked,
        "days": calendar.days(),
        "calendar": calendar,
        "before": "?" + urlencode({"bulan": str(asked.before)}),
        "after": "?" + urlencode({"bulan": str(asked.after)}),
    }
    return render(request, "desk/calendar.html", context)


@officers
@require_http_methods(["GET", "POST"])
def own_feed(request: HttpRequest) -> HttpResponse:
    """Make the private address, or make it anew; it is shown this once."""
    address = ""
    if request.method == "POST":
        address = settings.PUBLIC_URL + reverse("desk:feed", args=[Feed.open(request.officer)])
    feed = Feed.objects.filter(user=request.user).first()
    return render(request, "desk/feed.html", {"feed": feed, "address": address})


@officers
@require_POST
def shut_feed(request: HttpRequest) -> HttpResponseBase:
    """The private address opens nothing any more."""
    Feed.shut(request.officer)
    return redirect("desk:own_feed")


@public("a calendar program signs in nowhere; the address is a secret of 256 bits, and names no child")
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """What its owner may see at this moment; without a position today, the holidays alone."""
    throttle.counted("kalender", throttle.address_of(request), request.at, LIMIT)
    row = Feed.objects.reading(secret)
    if row is None or row.user.agency is None:
        raise Http404
    with timezone.override(ZoneInfo(row.user.agency.timezone)):
        content = ical.feed(Officer(row.user, request.at))
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")
