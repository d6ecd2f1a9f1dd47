"""Draws docs/images/flow.png, the way of a claim: `python -m docs.flow`."""

from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

TARGET = Path(__file__).resolve().parent / "images" / "flow.png"
PEOPLE, PAYER, HOSPITAL, END = "#CFE3F3", "#F9E0CC", "#D9EFE5", "#EEEEEE"

# Name: centre, width, text, colour. Columns run from left to right as a claim does.
BOXES: dict[str, tuple[float, float, float, str, str]] = {
    "request": (0.9, 4.4, 1.5, "request\nfor a visit", HOSPITAL),
    "schedule": (0.9, 3.3, 1.5, "scheduling", PEOPLE),
    "auth": (0.9, 2.2, 1.5, "prior\nauthorisation", PEOPLE),
    "service": (2.9, 3.3, 1.4, "service,\nsource defects", HOSPITAL),
    "notes": (2.9, 2.2, 1.4, "transcription", PEOPLE),
    "coding": (4.9, 3.3, 1.5, "coding:\nadd and catch\ndefects", PEOPLE),
    "query": (4.9, 4.6, 1.5, "query to\nphysician", PEOPLE),
    "edits": (6.9, 3.3, 1.4, "edits", PEOPLE),
    "file": (8.7, 3.3, 1.4, "nightly file", END),
    "payer": (10.6, 3.3, 1.5, "payer:\nfirst answer", PAYER),
    "records": (10.6, 1.8, 1.5, "records", PEOPLE),
    "denials": (8.7, 1.8, 1.5, "denial work:\ncorrect, appeal", PEOPLE),
    "follow": (10.6, 4.8, 1.5, "follow-up\nof silence", PEOPLE),
    "paid": (12.8, 3.3, 1.5, "paid", END),
    "under": (12.8, 4.6, 1.5, "underpayment\nclaimed back", PEOPLE),
    "audit": (12.8, 2.1, 1.5, "audit,\ntakeback", PAYER),
    "lost": (10.6, 0.5, 1.7, "written off,\ncause named", END),
    "feedback": (4.9, 0.9, 1.9, "feedback meetings", HOSPITAL),
    "leave": (0.9, 0.6, 1.9, "visit lost\nor refused", END),
}
# From, to, text, how the arrow bends, where the text stands relative to its middle.
ARROWS: tuple[tuple[str, str, str, float, tuple[float, float]], ...] = (
    ("request", "schedule", "", 0, (0, 0)),
    ("schedule", "auth", "", 0, (0, 0)),
    ("auth", "service", "", 0, (0, 0)),
    ("schedule", "service", "", 0, (0, 0)),
    ("service", "notes", "", 0, (0, 0)),
    ("notes", "coding", "", 0, (0, 0)),
    ("service", "coding", "", 0, (0, 0)),
    ("coding", "query", "hold", 0.25, (0.42, 0)),
    ("query", "coding", "answer", 0.25, (-0.5, 0)),
    ("coding", "edits", "", 0, (0, 0)),
    ("edits", "file", "", 0, (0, 0)),
    ("file", "payer", "", 0, (0, 0)),
    ("payer", "edits", "rejected", 0.42, (0, 0.95)),
    ("payer", "follow", "", 0, (0, 0)),
    ("payer", "paid", "", 0, (0, 0)),
    ("payer", "records", "asked", 0, (0.4, 0)),
    ("payer", "denials", "denied", 0, (-0.35, 0.12)),
    ("denials", "payer", "", 0.3, (0, 0)),
    ("records", "lost", "refused", 0, (0.48, 0)),
    ("denials", "lost", "too late,\nnot worked,\nlost", 0, (-0.75, -0.1)),
    ("records", "paid", "", 0, (0, 0)),
    ("paid", "under", "short", 0, (0.38, 0)),
    ("paid", "audit", "", 0, (0, 0)),
    ("denials", "feedback", "denials seen", 0, (0, 0.2)),
    ("feedback", "service", "fewer source\ndefects", 0, (0.55, -0.5)),
    ("schedule", "leave", "", 0.75, (0, 0)),
    ("auth", "leave", "", 0, (0, 0)),
)
HEIGHT = 0.72


def draw(target: Path = TARGET) -> None:
    """Write the picture."""
    figure = Figure(figsize=(14, 6.2), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(-0.5, 13.8), ylim=(-0.1, 5.9))
    axes.set_axis_off()
    patches = {}
    for name, (x, y, width, text, colour) in BOXES.items():
        patches[name] = axes.add_patch(
            FancyBboxPatch(
                (x - width / 2, y - HEIGHT / 2),
                width,
                HEIGHT,
                facecolor=colour,
                edgecolor="#666666",
                boxstyle="round,pad=0.04,rounding_size=0.08",
            )
        )
        axes.text(x, y, text, ha="center", va="center", fontsize=11, color="#222222")
    for start, end, text, bend, (dx, dy) in ARROWS:
        a, b = (BOXES[name][:2] for name in (start, end))
        axes.add_patch(
            FancyArrowPatch(
                a,
                b,
                patchA=patches[start],
                patchB=patches[end],
                arrowstyle="-|>",
                mutation_scale=13,
                color="#444444",
                shrinkA=0,
                shrinkB=0,
                connectionstyle=f"arc3,rad={bend}",
            )
        )
        middle = (a[0] + b[0]) / 2 + dx, (a[1] + b[1]) / 2 + dy
        axes.text(
            *middle,
            text,
            ha="center",
            va="center",
            fontsize=9.5,
            color="#444444",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
    for i, (text, colour) in enumerate(
        (
            ("a queue worked by a vendor's agents", PEOPLE),
            ("the hospital", HOSPITAL),
            ("the payer", PAYER),
            ("the books", END),
        )
    ):
        x = (0.2, 4.5, 6.6, 8.4)[i]
        axes.add_patch(
            FancyBboxPatch(
                (x, 5.5), 0.3, 0.2, facecolor=colour, edgecolor="#666666", boxstyle="round,pad=0.03"
            )
        )
        axes.text(x + 0.5, 5.6, text, va="center", fontsize=11, color="#222222")
    figure.savefig(target, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    draw()
