"""Copy what browsers and letters need from npm and Debian packages into static/vendor and tests/vendor.

Run by `make vendor` as: build.py NODE_MODULES FONT_FOLDER, the folder with Debian's packages of fonts, also
unpacked. Writes VENDOR.md: versions, hashes.
"""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "static" / "vendor"
TESTS = ROOT / "tests" / "vendor"
SVG = "http://www.w3.org/2000/svg"

ICONS = """
house inbox folder2-open envelope-paper journal-text list-check person people clock exclamation-triangle
check-circle x-circle arrow-right arrow-left arrow-counterclockwise pencil printer download upload camera
file-earmark-pdf paperclip pause-circle stop-circle lock search plus-lg geo-alt telephone calendar
chat-left-text box-arrow-right shield-check info-circle three-dots eye send pen building diagram-3
arrow-repeat calendar-event check-circle-fill check-lg chevron-down chevron-left chevron-right circle
exclamation-circle-fill exclamation-triangle-fill file-earmark-text flag gear hourglass-split image
info-circle-fill key list person-badge person-check person-circle person-plus play-circle plus-circle
question-circle save slash-circle trash truck x-circle-fill x-lg
""".split()

LIBERATION, DEJAVU, DROID = "fonts-liberation2", "fonts-dejavu-core", "fonts-droid-fallback"
FONTS = {
    f"liberation2/Liberation{family}-{style}.ttf": LIBERATION
    for family in ("Sans", "Serif")
    for style in ("Regular", "Bold", "Italic", "BoldItalic")
} | {"dejavu/DejaVuSans.ttf": DEJAVU, "droid/DroidSansFallbackFull.ttf": DROID}
"""By the package that each comes from."""


def without_source_map(text: str) -> str:
    """Drop the pointer to a map we do not ship: manifest storage refuses to build with it."""
    return re.sub(r"\s*(/\*|//)# sourceMappingURL=\S+( \*/)?\s*\Z", "\n", text)


def sprite(folder: Path) -> str:
    """One SVG file with each icon as a symbol, for `<use href="…icons.svg#house">`."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.Element(f"{{{SVG}}}svg")
    for name in sorted(ICONS):
        icon = ElementTree.parse(folder / f"{name}.svg").getroot()
        symbol = ElementTree.SubElement(root, f"{{{SVG}}}symbol", id=name, viewBox=icon.attrib["viewBox"])
        symbol.extend(icon)
        for part in symbol.iter():
            part.tail = part.text = None
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def version(package: Path) -> str:
    """The version an npm package says it has."""
    return json.loads((package / "package.json").read_text())["version"]


def debian(fonts: Path, package: str) -> str:
    """The version of a Debian package of fonts."""
    deb = next(fonts.glob(f"{package}_*.deb"))
    return subprocess.run(
        ["dpkg-deb", "-f", deb, "Version"], check=True, capture_output=True, text=True
    ).stdout.strip()


def main(modules: Path, fonts: Path) -> None:
    """Write every vendored file and the list of them."""
    bootstrap, icons, axe = modules / "bootstrap", modules / "bootstrap-icons", modules / "axe-core"
    for folder in ("bootstrap", "fonts"):
        (STATIC / folder).mkdir(parents=True, exist_ok=True)
    for name in ("css/bootstrap.min.css", "js/bootstrap.bundle.min.js"):
        source = bootstrap / "dist" / name
        (STATIC / "bootstrap" / source.name).write_text(without_source_map(source.read_text()))
    (STATIC / "icons.svg").write_text(sprite(icons / "icons"))
    for name in FONTS:
        source = fonts / "usr/share/fonts/truetype" / name
        (STATIC / "fonts" / source.name).write_bytes(source.read_bytes())
    (TESTS / "axe.min.js").write_text(without_source_map((axe / "axe.min.js").read_text()))

    licences = {
        STATIC / "bootstrap" / "LICENSE.txt": bootstrap / "LICENSE",
        STATIC / "icons.LICENSE.txt": icons / "LICENSE",
        STATIC / "fonts" / "LICENSE.txt": fonts / "usr/share/doc" / LIBERATION / "copyright",
        STATIC / "fonts" / "DejaVuSans.LICENSE.txt": fonts / "usr/share/doc" / DEJAVU / "copyright",
        STATIC / "fonts" / "DroidSansFallback.LICENSE.txt": fonts / "usr/share/doc" / DROID / "copyright",
        TESTS / "axe.LICENSE.txt": axe / "LICENSE",
        TESTS / "axe.LICENSE-3RD-PARTY.txt": axe / "LICENSE-3RD-PARTY.txt",
    }
    for target, source in licences.items():
        target.write_text(source.read_text())

    origins = {
        "bootstrap": f"Bootstrap {version(bootstrap)}, npm bootstrap, MIT (source map pointers removed)",
        "icons": f"Bootstrap Icons {version(icons)}, npm bootstrap-icons, MIT (those in use, as one sprite)",
        "fonts/DejaVu": f"DejaVu {debian(fonts, DEJAVU)}, Debian {DEJAVU}, Bitstream Vera licence",
        "fonts/Droid": f"Droid {debian(fonts, DROID)}, Debian {DROID}, Apache 2.0",
        "fonts": f"Liberation {debian(fonts, LIBERATION)}, Debian {LIBERATION}, SIL OFL 1.1",
        "axe": f"axe-core {version(axe)}, npm axe-core, MPL 2.0 (unchanged but for the source map pointer)",
    }
    for folder in (STATIC, TESTS):
        write_list(folder, origins)


def write_list(folder: Path, origins: dict[str, str]) -> None:
    """VENDOR.md: each file with its origin, licence and SHA-256."""
    lines = ["# Vendored files", "", "Copied by `make vendor`; do not edit.", ""]
    lines += ["| File | Origin, licence | SHA-256 |", "|---|---|---|"]
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder).as_posix()
        if origin := next((text for key, text in origins.items() if name.startswith(key)), None):
            lines.append(f"| {name} | {origin} | `{hashlib.sha256(file.read_bytes()).hexdigest()}` |")
    (folder / "VENDOR.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
