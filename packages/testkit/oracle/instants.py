"""Instants are whole milliseconds since 1970 UTC; local days follow the rule of the design's section 8."""

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
PATTERN = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)"
)


def parse_instant(text):
    """RFC 3339 text to milliseconds; digits past the millisecond are cut off."""
    found = PATTERN.fullmatch(text)
    if found is None:
        raise ValueError(f"expected an RFC 3339 instant, found {text!r}")
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    fraction, offset = found.group(7) or "", found.group(8)
    shift = 0
    if offset not in "Zz":
        shift = (int(offset[1:3]) * 60 + int(offset[4:6])) * (-1 if offset[0] == "-" else 1)
    days = date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()
    minutes = (days * 24 + hour) * 60 + minute - shift
    return (minutes * 60 + second) * 1000 + int((fraction + "000")[:3])


def shown_date(instant, zone):
    """The date that a clock on the wall shows at this instant."""
    return (EPOCH + timedelta(milliseconds=instant)).astimezone(ZoneInfo(zone)).date()


@lru_cache(maxsize=200_000)
def day_start(day, zone):
    """The first instant that shows this date, or None where the zone skipped the date."""
    utc_midnight = (day.toordinal() - date(1970, 1, 1).toordinal()) * DAY
    instant = utc_midnight - 27 * HOUR
    while instant <= utc_midnight + 27 * HOUR:
        if shown_date(instant, zone) == day:
            while shown_date(instant - MINUTE, zone) == day:
                instant -= MINUTE
            return instant
        instant += 15 * MINUTE
    return None


def service_day_starts(start, end, zone):
    """The local days of a service period: whole dates from `start` to before `end`, or all that two instants touch."""
    if "T" in start.upper():
        return local_day_starts(parse_instant(start), parse_instant(end), zone)
    day, starts = date.fromisoformat(start), []
    while day < date.fromisoformat(end):
        starts.append(day_start(day, zone))
        day += timedelta(days=1)
    return [first for first in starts if first is not None]


def local_day_starts(start, end, zone):
    """The starts of all local days that have an instant in [start, end), in order."""
    day = shown_date(start, zone) - timedelta(days=2)
    starts = []
    while True:
        first = day_start(day, zone)
        if first is not None:
            if first >= end:
                break
            starts.append(first)
        day += timedelta(days=1)
    before = [first for first in starts if first <= start]
    after = [first for first in starts if first > start]
    return [before[-1]] + after
