"""One full issue of a fixed day: every department, every data block, a picture and the channel's code, with figures of our own
making. What the tests of standards and the pictures in docs/ are made of."""
import io
import pathlib
import sys
import tempfile
import zlib

from PIL import Image, ImageDraw

from conftest import Publication, run
from recordings import World

DAY = "2026-08-15"
READER = ("ada@example.org", "Ada Reader")

REPOSITORIES = {
    "askback/askback": (9_400, 410, "Turns “answer this” into “answer this, or say what is missing”"),
    "quietlab/hesitate": (21_300, 322, "Training notes and weights of models that wait their turn"),
    "tinkerers/pocket-llm": (48_100, 287, "Runs a language model in half a gigabyte of memory"),
    "ledgerline/ledgerline": (3_900, 214, "Keeps what every experiment cost, in a file that you can read"),
    "northsea/tidepool": (12_700, 196, "Vector search in one file, without a server"),
    "papermill-press/broadsheet": (5_800, 171, "Typesets long answers as pages that are pleasant to read"),
    "kettle-works/kettle": (30_200, 158, "A queue for training runs on borrowed machines"),
    "open-orchard/orchard": (64_800, 141, "Agents that prune what they no longer need to remember"),
    "twicetold/twicetold": (1_700, 133, "Asks a model the same thing twice and shows where it disagrees"),
    "lanternfish/deepwell": (17_400, 121, "Reads scanned papers, formulas and tables included"),
    "harbour/pilot-boat": (8_300, 96, "Guides an agent through a code base one pull request at a time"),
    "gristmill/gristmill": (27_900, 88, "Cleans large text collections on a single laptop"),
    "slowfood/simmer": (11_200, 74, "Schedules inference for when electricity is cheap"),
    "paperclip-zoo/menagerie": (39_500, 63, "A collection of small environments for agents"),
    "moth-and-lamp/flicker": (6_600, 52, "Watches training curves and says early when to stop"),
}
MODELS = {
    "quietlab/Hesitate-3B": (1_240, 96, "text-generation"),
    "askback/Askback-Small": (870, 81, "text-generation"),
    "north-sea/Tide-Embed": (2_310, 64, "sentence-similarity"),
    "lanternfish/Deepwell-OCR": (1_980, 57, "image-to-text"),
    "open-orchard/Orchard-Agent": (3_450, 49, "text-generation"),
    "papermill/Broadsheet-Summary": (640, 43, "summarization"),
    "moth-lamp/Flicker-Vision": (1_520, 38, "image-classification"),
    "kettle-works/Kettle-Code": (4_020, 33, "text-generation"),
    "harbour/Pilot-Speech": (930, 27, "automatic-speech-recognition"),
    "slowfood/Simmer-Mini": (710, 22, "text-generation"),
}

ISSUE = """---
title: The smallest models learned to wait their turn
summary: Three laboratories showed this week that a model which asks before it answers needs a tenth of the compute, and is believed more often.
author: Mira Holt
number: 214
---

The most interesting model of the week is one that mostly keeps quiet. Handed a question it cannot settle, it says so, asks for the one fact that is missing, and only then spends its effort. In the tests its makers published, that habit alone did more for the share of right answers than doubling its size.

The idea is old. What is new is that three groups arrived at it in the same week, from different sides, and that two of them put the weights where [anybody can try them](https://example.org/weights). The third published its training notes instead, which may turn out to matter more.

## By the Numbers

```numbers
```

## Deep Dive

### What it takes to say “I do not know”

A model is trained to go on. Every example it sees has an answer, so silence is the one thing it never practises. One group adds questions without an answer and rewards the admission; another lets a second model *guess whether the first will be right*.

![Line chart: of twenty questions, the patient model answers fewer and gets more of them right](pictures/patience.png)

What they share is a measure: how often the model is right **when it claims to be**. On that scale the old ranking turns upside down:

- a model of 3 billion parameters comes first
- the largest one comes fourth, after `askback --small`

> The score that everybody publishes rewards a lucky guess as much as knowledge. We simply stopped counting luck.

## Opinion & Analysis

### Benchmarks are the newspapers of the field

They are read in a hurry, believed too easily, and they shape what is written next. A benchmark that counts guesses breeds guessers.

### In praise of the boring release

No new name, no launch film: the most useful thing on our desk this week was a [maintenance release](https://example.org/boring) that halves memory on machines that people already own.

## Tools of the Week

Each of these was used on a real task before it was put here.

```tools
- title: Askback
  url: https://example.org/askback
  note: A small library that turns “answer this” into “answer this or say what is missing”.
  source: Quiet Laboratory
- title: Twicetold
  url: https://example.org/twicetold
  note: Asks a model the same thing twice and shows you where it disagrees with itself.
- title: Ledgerline
  url: https://example.org/ledgerline
  note: Keeps what every experiment cost, in a file you can read with your own eyes.
- title: Tidepool
  url: https://example.org/tidepool
  note: Vector search in one file, without a server to keep running.
  source: North Sea
```

## Trending

What gained momentum on the platforms that people build with.

```trending
top: 5
```

## Biggest Movers

```movers
```

## Weekend Reading

```reading
- title: How we taught a model to hesitate
  url: https://example.org/hesitate
  note: The training notes of the third group, readable without a degree.
  source: Example Laboratory
- title: "From Keras to JAX: a decade of deep learning frameworks"
  url: https://example.org/frameworks
  note: What schools teach today decides what industry runs in five years.
  source: The Example Review
- title: Модель, которая умеет ждать
  url: https://example.org/wait
  note: The same story as it was told in Russian, with an interview. Ελληνικά follow.
```

## Subscribe

```subscribe
```
"""


def chart():
    """A picture of 576 x 180 at two pixels each: how many answers came, and how many of them were right."""
    sheet, hair, plain, strong = "#fffdf8", "#cfc6b4", "#5c574d", "#b8432f"
    drawn = Image.new("RGB", (1152, 360), sheet)
    pen = ImageDraw.Draw(drawn)
    for y in range(30, 331, 75):
        pen.line([(0, y), (1152, y)], hair, 2)
    for colour, heights in ((plain, (300, 262, 240, 196, 182, 160, 131)), (strong, (318, 290, 226, 170, 128, 84, 46))):
        points = [(24 + 184 * i, y) for i, y in enumerate(heights)]
        pen.line(points, colour, 8, joint="curve")
        for x, y in points:
            pen.ellipse((x - 11, y - 11, x + 11, y + 11), colour, sheet, 4)
    out = io.BytesIO()
    drawn.quantize(16).save(out, "PNG", optimize=True)
    return out.getvalue()


def world():
    """A fortnight of answers up to DAY: ours in front, and quiet neighbours, for a chart needs a field to stand out of."""
    it = World(60, 40, today=DAY)

    # Days differ, each in its own way, so that ranks change and the small bars have a shape.
    def wave(name, a_day):
        return [(zlib.crc32(f"{name}{i}".encode()) % 120 - 60) * a_day // 100 for i in range(9)]
    for i, (name, row) in enumerate(it.repositories.items()):
        row |= {"a_day": 3 + i % 7, "wave": wave(name, 5)}
    for i, row in enumerate(it.models.values()):
        row |= {"a_day": 2 + i % 3}
    it.repositories |= {k: {"stars": total - 60 * a_day, "a_day": a_day, "description": words, "wave": wave(k, a_day)}
                        for k, (total, a_day, words) in REPOSITORIES.items()}
    it.models |= {k: {"likes": total, "a_day": a_day, "task": task, "downloads": 1000 * total, "wave": wave(k, a_day)}
                  for k, (total, a_day, task) in MODELS.items()}
    return it


def publication(where):
    """The publication with its issue, figures and one reader."""
    done = run("init", where / "post")
    assert done.code == 0, done
    post = Publication(where / "post")
    settings = post.path / "morningpost.yaml"
    settings.write_text(settings.read_text() + "telegram: {url: https://t.me/morningpost}\n")
    post.write("pictures/patience.png", chart())
    post.write(f"issues/{DAY}.md", ISSUE)
    world().write(where / "answers", DAY, 15)
    post.ok("collect", "--from", where / "answers")
    post.ok("subscriber", "add", READER[0], "--name", READER[1])
    return post


def message(post):
    """The reader's copy as it goes over the wire."""
    return post.ok("compose", "--date", DAY, "--to", READER[0]).bytes


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        post = publication(pathlib.Path(place))
        sys.stderr.write(post.run("check", "--date", DAY).out)
        sys.stdout.buffer.write(message(post))
