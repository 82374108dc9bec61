"""An SPT as PDF beside the bare engine on the same HTML, and what two hundred of them leave in memory."""

import hashlib
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from sopcases import pdf as engine
from sopcases.letters import page, pdf
from sopcases.letters.states import FACES, WATERMARKS
from tests.bench import ground, timing
from tests.bench.figures import Figure, figure
from tests.cast import make_world
from tests.letters.papers import Desk

DATABASES = ("sqlite",)
LETTERS = 200


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
        before = memory()
        for _ in range(LETTERS):
            pdf.of(letter, body)
        return [
            figure("SPT as PDF", timing.p50(ours), "ms", timing.p50(beside), "reach 1.1"),
            figure(f"memory after {LETTERS} more SPTs", memory(), "MB", before, "flat"),
        ]


def memory() -> float:
    """Resident memory of this process in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise OSError("no VmRSS")
