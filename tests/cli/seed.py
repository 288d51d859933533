"""Types the issue that started it all (MORNINGPOST_SHARED/seed) into an issue file. Its text is never ours: it is read at run time."""
import pathlib
import os

DEPARTMENTS = ("By the Numbers", "Deep Dive", "Opinion & Analysis", "Tools of the Week", "Trending: What's Gaining Momentum",
               "Biggest Movers This Week", "Weekend Reading")


def shared():
    folder = os.environ.get("MORNINGPOST_SHARED")
    return pathlib.Path(folder) if folder else None


def lines():
    return next((shared() / "seed").glob("*.txt")).read_text().splitlines()


def is_heading(line, following):
    return following and len(line) < 100 and line[-1] not in ".!?"


def issue():
    """(the issue's Markdown, every sentence that must arrive)"""
    text = lines()
    out = ["---", f"title: '{text[2]}'", f"summary: '{text[3]}'", "number: 1", "---", ""]
    wanted = [text[2], text[3]]
    for line, following in zip(text[4:], [*text[5:], ""]):
        if line in DEPARTMENTS or line.startswith("Subscribe to "):
            out += ["", f"## {line}"]
            continue
        out += ["", f"### {line}" if is_heading(line, following if following not in DEPARTMENTS else "") else line]
        wanted.append(line)
    return "\n".join(out) + "\n", wanted
