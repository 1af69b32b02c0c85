#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""packaging/curve.py RUN/events.jsonl… > curve.svg

Draws the curves of one training run, or of several over one another: the three losses (each the mean of an epoch) and,
where there were validations, AP and AP50. Standard library alone, so that the card of a shipped model can be made anew
from its events anywhere.
"""
import json
import sys

WIDTH, HEIGHT, LEFT, TOP, GAP = 760, 250, 56, 30, 64
COLOURS = {"class": "#0072B2", "box": "#D55E00", "centerness": "#009E73", "AP": "#0072B2", "AP50": "#D55E00"}
DASHES = ["", "6 3", "2 3"]


def read(path):
    """Means of the losses by epoch, and the figures of each validation. Events past a resume replace earlier ones."""
    steps, validations = {}, {}
    for line in open(path, encoding="utf-8"):
        try:
            event = json.loads(line)
        except ValueError:
            continue  # a torn last line
        if event["event"] == "step":
            steps[event["step"]] = event
        elif event["event"] == "validation":
            validations[event["epoch"] + 1] = event["figures"]
    epochs = {}
    for event in steps.values():
        epochs.setdefault(event["epoch"] + 1, []).append(event)
    losses = {part: [(epoch, sum(e[part + "_loss"] for e in events) / len(events)) for epoch, events in sorted(epochs.items())]
              for part in ("class", "box", "centerness")}
    figures = {name: [(epoch, values[name]) for epoch, values in sorted(validations.items())] for name in ("AP", "AP50")}
    return losses, {name: points for name, points in figures.items() if points}


def panel(top, title, runs, highest, last):
    """One diagram: `runs` holds, for each run, name → points (epoch, value)."""
    def x(epoch):
        return LEFT + (WIDTH - LEFT - 20) * epoch / last

    def y(value):
        return top + HEIGHT * (1 - min(value, highest) / highest)

    out = [f'<text x="{LEFT}" y="{top - 10}" font-weight="bold">{title}</text>']
    for i in range(6):
        value = highest * i / 5
        out.append(f'<line x1="{LEFT}" y1="{y(value):.1f}" x2="{WIDTH - 20}" y2="{y(value):.1f}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.2f}</text>')
    for i in range(0, last + 1, max(1, last // 10)):
        out.append(f'<text x="{x(i):.1f}" y="{top + HEIGHT + 18}" text-anchor="middle">{i}</text>')
    names = []
    for number, run in enumerate(runs):
        for name, points in run.items():
            line = " ".join(f"{x(epoch):.1f},{y(value):.1f}" for epoch, value in points)
            out.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[name]}" stroke-width="1.8" '
                       f'stroke-dasharray="{DASHES[number % 3]}"/>')
            if name not in names:
                names.append(name)
    for i, name in enumerate(names):
        out.append(f'<rect x="{WIDTH - 130}" y="{top + HEIGHT - 60 + 18 * i}" width="12" height="12" fill="{COLOURS[name]}"/>'
                   f'<text x="{WIDTH - 112}" y="{top + HEIGHT - 50 + 18 * i}">{name}</text>')
    return "\n".join(out)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    runs = [read(path) for path in sys.argv[1:]]
    last = max(points[-1][0] for losses, _ in runs for points in losses.values())
    panels = [panel(TOP, "losses, mean of each epoch", [losses for losses, _ in runs], 1.0, last)]
    if any(figures for _, figures in runs):
        panels.append(panel(TOP + HEIGHT + GAP, "validation", [figures for _, figures in runs], 1.0, last))
    height = TOP + len(panels) * (HEIGHT + GAP)
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="12">'
          f'<rect width="100%" height="100%" fill="white"/>')
    print("\n".join(panels))
    print(f'<text x="{WIDTH / 2}" y="{height - 6}" text-anchor="middle">epoch</text></svg>')


main()
