"""An SPT as PDF beside the bare engine and headless Chromium on the same HTML, and two hundred letters handed
over in one run: how long one takes, and what they leave in memory."""

import hashlib
import os
import tempfile
import time
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from playwright.sync_api import sync_playwright
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from sopcases import pdf as engine
from sopcases.letters import archive, page, pdf
from sopcases.letters.management.commands.dump_letters import bar
from sopcases.letters.states import FACES, WATERMARKS
from tests.bench import ground, timing
from tests.bench.figures import Figure, figure
from tests.cast import make_world
from tests.letters.papers import Desk

DATABASES = ("sqlite",)
# Playwright's own loop runs in this thread; the database is asked from it all the same.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
LETTERS = 200
WARM = 20
CHROMIUM = "/usr/bin/chromium"


def measure() -> list[Figure]:
    with ground.fresh() as database, ground.working_on(database):
        world = make_world()
        letter = Desk(world).ready("agus")
        body = page.body(letter, world.officer("agus"))
        facts = {"title": letter.print_title, "face": FACES[letter.state]}
        html = render_to_string(
            "letters/pdf/page.html", {"body": body, "watermark": WATERMARKS.get(letter.state, ""), **facts}
        )
        fonts, fetcher, images = FontConfiguration(), engine.OwnFonts(), {}
        sheets = [
            CSS(string=Path(finders.find(name)).read_text(), font_config=fonts, url_fetcher=fetcher)
            for name in pdf.STYLES
        ]

        def bare() -> bytes:
            return HTML(string=html, url_fetcher=fetcher).write_pdf(
                stylesheets=sheets,
                font_config=fonts,
                cache=images,
                pdf_variant=engine.VARIANT,
                pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
            )

        rounds = 10 if ground.quick() else 40
        ours, beside = timing.in_turn(rounds, lambda: pdf.of(letter, body), bare)
        assert abs(len(pdf.of(letter, body)) - len(bare())) < 2000, "not the same letter"
        found = [figure("SPT as PDF", timing.p50(ours), "ms", timing.p50(beside), "reach 1.1")]
        if Path(CHROMIUM).exists():
            found.append(printed_by_a_browser(html, lambda: pdf.of(letter, body), rounds))
        return found + handed_over(Desk(world), world.now)


def printed_by_a_browser(html: str, ours, rounds: int) -> Figure:
    """The same page and styles by a Chromium that is started once, as a print service would keep it."""
    styles = "\n".join(Path(finders.find(name)).read_text() for name in pdf.STYLES)
    with sync_playwright() as engines:
        browser = engines.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()

        def chromium() -> bytes:
            page.set_content(html.replace("</head>", f"<style>{styles}</style></head>"))
            return page.pdf(prefer_css_page_size=True, tagged=True)

        assert chromium().startswith(b"%PDF")
        times = timing.in_turn(rounds, ours, chromium)
        browser.close()
    return figure(
        "SPT as PDF beside a Chromium kept running",
        timing.p50(times[0]),
        "ms",
        timing.p50(times[1]),
        "no PDF/A there",
    )


def handed_over(desk: Desk, at) -> list[Figure]:
    """`dump_letters` of so many letters, its bar shown where somebody sits before it."""
    for _ in range(LETTERS):
        desk.spt()
    seen = []

    def told(done: int, of: int) -> None:
        bar(done, of)
        seen.append((time.perf_counter(), memory()))

    with tempfile.TemporaryDirectory() as folder:
        assert archive.dump(Path(folder), at, told=told) > LETTERS
    early, late = seen[WARM], seen[-1]
    first, last = seen[WARM : 2 * WARM + 1], seen[-WARM - 1 :]
    return [
        figure(
            f"a letter in a run of {LETTERS}, last beside first",
            (last[-1][0] - last[0][0]) / WARM * 1000,
            "ms",
            (first[-1][0] - first[0][0]) / WARM * 1000,
            "flat",
        ),
        figure(f"memory at the end of {LETTERS} letters", late[1], "MB", early[1], "flat"),
    ]


def memory() -> float:
    """Resident memory of this process in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise OSError("no VmRSS")
