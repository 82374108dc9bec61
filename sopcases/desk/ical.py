"""The calendar as iCalendar (RFC 5545), for the program on an officer's phone or PC. Names no child."""

from datetime import UTC, timedelta
from urllib.parse import urlsplit

import icalendar
from django.conf import settings

from sopcases.desk.calendar import Calendar, Event
from sopcases.people.authority import Officer

BACK, AHEAD = timedelta(days=31), timedelta(days=366)
"""How far the feed reaches to both sides of the day."""


def feed(officer: Officer) -> bytes:
    """The officer's events around his day, as a calendar file."""
    found = icalendar.Calendar()
    found.add("prodid", "-//sopcases//kalender//ID")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", "sopcases")
    found.add("x-wr-timezone", officer.agency.timezone)
    found.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for event in Calendar(officer, officer.day - BACK, officer.day + AHEAD).events:
        found.add_component(_event(event, officer))
    return found.to_ical()


def _event(event: Event, officer: Officer) -> icalendar.Event:
    """Whole days as dates; an hour in UTC, which every program turns into its own zone."""
    row = icalendar.Event()
    row.add("uid", f"{event.uid}@{urlsplit(settings.PUBLIC_URL).hostname}")
    row.add("dtstamp", officer.at.astimezone(UTC))
    if event.at:
        row.add("dtstart", event.at.astimezone(UTC))
    else:
        row.add("dtstart", event.first)
        row.add("dtend", event.last + timedelta(days=1))  # the day after: iCalendar's end is outside
    row.add("summary", event.title)
    row.add("categories", [event.label])
    row.add("class", "CONFIDENTIAL")
    row.add("transp", "TRANSPARENT")
    if event.url:
        row.add("url", settings.PUBLIC_URL + event.url)
    return row
