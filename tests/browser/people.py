"""People at their browsers: "as Sari, log in, open, fill in, press", each with a browser of his own.

Everything is found as a person finds it, by the Indonesian words on the screen. Whatever a page writes to the
browser's console as an error (a breach of the Content-Security-Policy among it) is kept in `trouble`.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response, expect
from pypdf import PdfReader

from sopcases.cases.models import Case
from tests.cast import PASSWORD, WIB, World

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 900}}
PATIENCE = 15_000
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""Milliseconds a page may take on a busy machine."""


def moment(at: datetime) -> str:
    """As a field of date and time takes it."""
    return at.astimezone(WIB).strftime("%Y-%m-%dT%H:%M")


def last_saturday_at_two(now: datetime) -> datetime:
    """The latest Saturday 02.00 in Tanjungpinang that has at least six hours behind it."""
    local = now.astimezone(WIB)
    found = local.replace(hour=2, minute=0, second=0, microsecond=0)
    while found.weekday() != 5 or local - found < timedelta(hours=6):
        found -= timedelta(days=1)
    return found


def photo(words: str, taken: datetime | None = None, size: tuple[int, int] = (480, 640)) -> dict:
    """A phone's photo as a file to choose; with the time taken it carries a place too."""
    image, out, exif = Image.new("RGB", size, "#dfe8e6"), io.BytesIO(), Image.Exif()
    ImageDraw.Draw(image).text((30, 40), words, fill="black", font_size=24)
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken.astimezone(WIB).strftime("%Y:%m:%d %H:%M:%S")
        exif.get_ifd(0x8825).update({1: "N", 2: (0.0, 55.0, 3.0), 3: "E", 4: (104.0, 27.0, 1.0)})
    image.save(out, "JPEG", exif=exif)
    name = re.sub(r"\W+", "-", words.lower())
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def scan(words: str) -> dict:
    """A scanned paper as PDF."""
    out = io.BytesIO()
    page = Image.new("RGB", (620, 877), "white")
    ImageDraw.Draw(page).text((60, 80), words, fill="black", font_size=24)
    page.save(out, "PDF")
    return {"name": "pindaian.pdf", "mimeType": "application/pdf", "buffer": out.getvalue()}


def pdf_text(content: bytes) -> str:
    """The words of a PDF, line ends as spaces."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def label(text: str) -> re.Pattern:
    """A field's label, with or without the mark of a required one."""
    return re.compile(rf"^\s*{re.escape(text)}\s*\*?\s*$")


class Person:
    """One of the cast in front of a browser."""

    def __init__(self, name: str, context: BrowserContext, home: str):
        self.name, self.context, self.home = name, context, home
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("response", self._note_page)
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.trouble: list[str] = []
        self._pages: set[str] = set()

    def _note_page(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self._pages.add(response.url)

    def _hear(self, message) -> None:
        address = message.location["url"]
        # Chromium also calls it an error when the page itself is a 4xx, as every refused form here is.
        itself = message.text.startswith("Failed to load resource") and address in self._pages
        # A PDF in a tab of its own cannot name its icon.
        icon = address.endswith("/favicon.ico") and self.page.url.endswith("/pdf/")
        if message.type == "error" and not itself and not icon:
            self.trouble.append(f"{self.page.url}: {message.text} {address}")

    # --- going about

    def log_in(self, password: str = PASSWORD) -> "Person":
        self.open("/masuk/")
        self.fill({"Nama pengguna": self.name, "Kata sandi": password})
        self.press("Masuk")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Tugas Saya")
        return self

    def come_in(self, user) -> "Person":
        """Logged in without the login page, where the story is not about the door."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        self.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.home}])
        return self

    def leave(self) -> None:
        """The page is shut: it keeps no draft and asks nothing any more."""
        self.page.goto("about:blank")

    def open(self, path: str) -> "Person":
        self.page.goto(self.home + path)
        return self

    @property
    def too_wide(self) -> int:
        """By how many pixels the page scrolls sideways."""
        return max(0, self.page.evaluate(SIDEWAYS))

    def fits(self) -> "Person":
        assert not self.too_wide, f"{self.path}: {self.too_wide} px too wide"
        return self

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.home)

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def link(self, name: str | re.Pattern, where: Locator | Page | None = None) -> Locator:
        return (where or self.page).get_by_role("link", name=name, exact=isinstance(name, str))

    def follow(self, name: str | re.Pattern, where: Locator | None = None) -> "Person":
        self.link(name, where).first.click()
        return self.arrived()

    def press(self, name: str) -> "Person":
        self.page.get_by_role("button", name=name, exact=True).click()
        return self.arrived()

    def arrived(self) -> "Person":
        """A page that has begun to come is there whole: a click returns with its first line."""
        self.page.wait_for_load_state()
        return self

    def takes(self, task: str) -> "Person":
        """From Tugas Saya to the page behind a task."""
        self.open("/")
        self.main.get_by_role("link", name=task).first.click()
        return self

    def does(self, step: int, of: int = 9) -> "Person":
        """From Tugas Saya to a step."""
        return self.takes(f"Langkah {step} dari {of}")

    # --- filling in

    def field(self, text: str, where: Locator | None = None) -> Locator:
        return (where or self.page).get_by_label(label(text))

    def fill(self, values: dict[str, str | dict | list | datetime | date], where: Locator | None = None):
        """Text by label; a file or files as `photo` and `scan` make them; moments and days."""
        for text, value in values.items():
            field = self.field(text, where)
            if isinstance(value, dict | list):
                field.set_input_files(value)
            elif isinstance(value, datetime):
                field.fill(moment(value))
            elif isinstance(value, date):
                field.fill(value.isoformat())
            else:
                field.fill(value)
        return self

    def choose(self, *options: str, where: Locator | None = None) -> "Person":
        """Radio buttons and boxes by their labels."""
        for option in options:
            (where or self.page).get_by_label(option, exact=True).check()
        return self

    def select(self, text: str, option: str, where: Locator | None = None) -> "Person":
        """One of a list, by words that only it holds."""
        field = self.field(text, where)
        field.select_option(field.locator("option").filter(has_text=option).first.get_attribute("value"))
        return self

    def part(self, heading: str) -> Locator:
        """The part of the page under a heading."""
        own = self.page.get_by_role("heading", name=heading, exact=True)
        return self.page.locator("section").filter(has=own).last

    # --- looking

    def sees(self, *texts: str, where: Locator | None = None) -> "Person":
        for text in texts:
            expect(where or self.main).to_contain_text(text, timeout=PATIENCE)
        return self

    def heading(self, text: str) -> "Person":
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(text, timeout=PATIENCE)
        return self

    def misses(self, *texts: str) -> "Person":
        for text in texts:
            expect(self.page.locator("body")).not_to_contain_text(text)
        return self

    def section(self, title: str) -> Locator:
        """A section of Tugas Saya."""
        return self.main.get_by_role("region", name=title, exact=True)

    def step_row(self, number: int) -> Locator:
        """A step on the map of a case."""
        return self.page.locator("ol.steps > li").nth(number - 1)

    def download(self, link: str = "Unduh PDF") -> bytes:
        """What the browser saves when the link is followed."""
        with self.page.expect_download() as started:
            self.follow(link)
        return Path(started.value.path()).read_bytes()


@dataclass
class Clock:
    """What the server reads as the time: this very moment, until it is set to another."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Office:
    """The live office: the world of the cast at this very hour, and a browser for whoever sits down."""

    def __init__(self, world: World, home: str, seat: Callable[..., BrowserContext], clock: Clock):
        self.world, self.home, self._seat, self._clock = world, home, seat, clock
        self.people: list[Person] = []
        world.now = timezone.now()

    def set_clock(self, to: datetime) -> None:
        """For the server and the cast; the browsers keep their own."""
        self._clock.ahead = to - datetime.now(UTC)
        self.world.now = to

    def day_comes(self, at: datetime, *people: "Person") -> None:
        """Another day: `roll` ran in the night; whoever works logs in, for no session lasts until then."""
        for person in self.people:
            person.leave()
        self.set_clock(at)
        call_command("roll", stdout=io.StringIO())
        for person in people:
            person.log_in()

    def person(self, name: str, **context) -> Person:
        """A person who is not logged in yet."""
        person = Person(name, self._seat(**{**DESK, **context}), self.home)
        self.people.append(person)
        return person

    def log_in(self, *names: str) -> list[Person]:
        return [self.person(name).log_in() for name in names]

    def inside(self, name: str, **context) -> Person:
        """A person who came in already."""
        return self.person(name, **context).come_in(self.world.users[name])

    def only_case(self) -> Case:
        return Case.objects.get()

    @property
    def trouble(self) -> list[str]:
        return [line for person in self.people for line in person.trouble]


def seat_at(browser: Browser, base: dict) -> Callable[..., BrowserContext]:
    """Makes browser contexts of an Indonesian office."""
    return partial(_seat, browser, base)


def _seat(browser: Browser, base: dict, **context) -> BrowserContext:
    return browser.new_context(**{**base, **context})
