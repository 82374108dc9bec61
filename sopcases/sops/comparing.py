"""Two revisions as words to compare: what a reader of the SOP would call each part, no key and no code."""

from datetime import date

from sopcases.sops import sopfile
from sopcases.sops.differences import Differences, StepText, Text, compare
from sopcases.sops.models import STAGE_WORDS, PaperScope, Performer, Revision, Step

PARTS = {part.value: part.label.lower() for part in Performer.Part}
SCOPES = {scope.value: scope.label.lower() for scope in PaperScope}
SYMBOLS = {symbol.value: symbol.label.lower() for symbol in Performer.Symbol if symbol.value}


def differences(old: Revision, new: Revision) -> Differences:
    """What the newer revision says otherwise. Twelve queries at most."""
    return compare(text_of(old), text_of(new))


def text_of(revision: Revision) -> Text:
    """The revision's content as labelled texts; lists stand one entry a line."""
    data = sopfile.dump(revision)
    numbers = {s["key"]: (s["number"] or "").rstrip(" .") or s["activity"] for s in data["steps"]}
    routes = {r["key"]: r["name"] for r in data["routes"]}
    return Text(_header(data, numbers), tuple(_step(s, numbers, routes) for s in data["steps"]))


def _header(data: dict, numbers: dict[str, str]) -> dict[str, str]:
    return {
        "Nama SOP": data["name"],
        "Nomor SOP": _said(data["number"]),
        "Tanggal pembuatan": _said(data["created_on"]),
        "Tanggal revisi": _said(data["revised_on"]),
        "Tanggal pengesahan": _said(data["ratified_on"]),
        "Tanggal efektif": _said(data["effective_on"]),
        "Disahkan oleh": _lines([data["ratified_by"]["name"], data["ratified_by"]["nip"]]),
        "Jangka waktu": _said(data["term"]),
        "Jangka waktu dibaca sebagai": _said(data["term_reading"]),
        "Dasar hukum": _lines(data["legal_basis"]),
        "Sasaran": _said(data["target"]),
        "Biaya": _said(data["cost"]),
        "Jalur masuk": _lines(route["name"] for route in data["routes"]),
        "Kepala lembar": "\n".join(_flat(data["sheet"])),
        "Uraian proses": _lines(
            " ".join(filter(None, (p["number"], p["text"], f"({p['time']})" if p["time"] else "")))
            for p in data["narrative"]
        ),
        "Catatan pembacaan": _lines(
            f"{n['about']}{_at(n['step'], numbers)}: {' / '.join([*n['quotes'], n['reading']])}"
            for n in data["notes"]
        ),
    }


def _step(step: dict, numbers: dict[str, str], routes: dict[str, str]) -> StepText:
    after = step["after"]
    back = step["returns_to"]
    return StepText(
        step["key"],
        _said(step["number"]),
        step["activity"],
        {
            "Nomor": _said(step["number"]),
            "Uraian kegiatan": step["activity"],
            "Pelaksana": _lines(map(_performer, step["performers"])),
            "Kelengkapan pada lembar": _said(step["requires_text"]),
            "Kelengkapan": _lines(_item(i, i["from"], numbers, routes) for i in step["requires"]),
            "Keluaran pada lembar": _said(step["produces_text"]),
            "Keluaran": _lines(_item(i, i["carries"], numbers, routes) for i in step["produces"]),
            "Waktu": _said(step["time"]),
            "Waktu dibaca sebagai": _said(step["time_reading"]),
            "Dasar hitungan": str(Step.Basis(step["basis"]).label),
            "Waktu pada uraian": _said(step["narrative_time"]),
            "Keterangan": _said(step["remark"]),
            "Setelah langkah": "langkah sebelumnya"
            if after is None
            else ", ".join(numbers.get(key, key) for key in after) or "tidak menunggu",
            "Dikembalikan ke langkah": numbers.get(back, back) if back else "",
            "Bila ditolak": _refusal(step.get("on_refusal"), numbers),
            "Lingkup": str(Step.Scope(step["scope"]).label),
            "Hanya pada jalur": ", ".join(routes.get(key, key) for key in step["routes"]),
            "Berkala": _recurrence(step["recurrence"]),
            "Syarat berlakunya": _said(step["condition"]),
            "Menilai layak atau tidak layak per anak": _said(step["verdict"]),
            "Mendata anak": _said(step["finds"]),
            "Menyalurkan bantuan per anak": _said(step["aid"]),
            "Lewat batas waktu diperingatkan": _said(step["alarm"]),
        },
    )


def _performer(performer: dict) -> str:
    mark = SYMBOLS.get(performer["symbol"])
    return f"{performer['position']} ({', '.join(filter(None, (PARTS[performer['part']], mark)))})"


def _at(key: str | None, numbers: dict[str, str]) -> str:
    return f" (langkah {numbers[key]})" if key else ""


def _item(item: dict, source: str | None, numbers: dict[str, str], routes: dict[str, str]) -> str:
    words = [
        item["paper"],
        f"paling sedikit {STAGE_WORDS[item['stage']].label.lower()}",
        SCOPES[item["scope"]],
    ]
    if source:
        words.append(f"dari langkah {numbers[source.partition('/')[0]]}")
    if item["routes"]:
        words.append("jalur " + ", ".join(routes.get(key, key) for key in item["routes"]))
    if item["optional"]:
        words.append("tidak wajib")
    if item["text"]:
        words.append(f"pada lembar “{item['text']}”")
    return ", ".join(words)


def _recurrence(told: dict | None) -> str:
    if told is None:
        return "Sekali"
    until = f", paling lama sampai akhir tahun ke-{told['until']['years']}" if told["until"] else ""
    return f"{Step.Form(told['form']).label}, setiap {told['months']} bulan{until}"


def _refusal(told: dict | None, numbers: dict[str, str]) -> str:
    if told is None:
        return ""
    return (
        "penanganan berakhir" if told["ends"] else f"lanjut ke langkah {numbers.get(told['to'], told['to'])}"
    )


def _said(value) -> str:
    if isinstance(value, bool):
        return "Ya" if value else "Tidak"
    return f"{value:%d-%m-%Y}" if isinstance(value, date) else str(value or "")


def _lines(entries) -> str:
    return "\n".join(str(entry) for entry in entries if entry)


def _flat(value) -> list[str]:
    """The texts of the sheet's cells, whatever they are nested in."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [line for entry in value for line in _flat(entry)]
    return [str(value)] if value not in (None, "") else []
