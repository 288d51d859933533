"""Issues and templates that nobody writes by hand: nested, unclosed, endless. What they cost grows as they do, and they end in words."""
import resource

import pytest

from conftest import run

DAY = "2026-01-02"
BODIES = {
    "links": lambda n: "".join(f"[a{i}](https://e.example/{i}) " for i in range(n)),
    "one link": lambda n: "[a](https://e.example/) " * n,
    "references": lambda n: "".join(f"[r{i}]: https://e.example/{i}\n" for i in range(n)) + "\n" + "".join(f"[r{i}] " for i in range(n)),
    "links in a heading": lambda n: "### " + "".join(f"[a{i}](https://e.example/{i}) " for i in range(n)) + "\n\ntext\n",
    "departments": lambda n: "".join(f"## D{i}\n\n[a](https://e.example/{i})\n\n" for i in range(n // 4)),
    "headings": lambda n: "".join(f"### H{i}\n\ntext\n\n" for i in range(n)),
    "brackets": lambda n: "[" * n,
    "pictures": lambda n: "![a" * n,
    "emphasis": lambda n: "**a *b " * n,
    "code": lambda n: "".join("`" * (i % 300 + 1) + " " for i in range(n // 100)),
    "a fence": lambda n: "```\n" + "x\n" * n,
    "unknown blocks": lambda n: "```foo\nx\n```\n\n" * (n // 4),
    "quotes": lambda n: "> " * n + "x",
    "nested lists": lambda n: "".join(" " * i + "- x\n" for i in range(min(n, 500))),
    "a list": lambda n: "- x\n" * n,
    "controls": lambda n: "&#1;&#x202e;" * n,
    "HTML": lambda n: "<a <b <!-- c " * n,
    "tables": lambda n: "a|b\n--|--\n" * n,
    "a word": lambda n: "x" * n * 10,
    "a letter": lambda n: "Z" + "\u0351" * n,
    "wide letters": lambda n: "\u4e2d" * n,
    "lines": lambda n: "a\\\n" * n,
    "tags": lambda n: "{{#a}}{{b}}{{/a}} {{{" * n,
    "a deep block": lambda n: "```tools\n" + "[" * n + "\n```\n",
    "a long block": lambda n: "```tools\n" + "".join(f"- {{title: T{i}, url: 'https://e.example/{i}'}}\n" for i in range(n // 10)) + "```\n",
}
TEMPLATES = {
    "sections": lambda n: "{{#a}}" * n,
    "ends": lambda n: "{{/a}}" * n,
    "closed": lambda n: "{{#a}}" * n + "{{/a}}" * n,
    "names": lambda n: "{{a}}{{b.c}}" * n,
    "a name": lambda n: "{{" + "a." * n + "b}}",
    "braces": lambda n: "{" * n,
    "delimiters": lambda n: "{{=<% %>=}}<%={{ }}=%>" * n,
    "comments": lambda n: "{{! " * n,
    "missing parts": lambda n: "{{>x}}" * n,
}
FEW, MANY = 5000, 20000


def spent():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(work):
    """Of a processor: what it waits for others says nothing."""
    begun = spent()
    done = work()
    assert done.code in (0, 65) and (done.code == 0 or ":" in done.err), done
    return spent() - begun


def grows(work):
    """Four times as much takes about four times as long, not sixteen; the best of two, since others use the machine as well."""
    few = min(seconds(lambda: work(FEW)) for _ in range(2))
    many = min(seconds(lambda: work(MANY)) for _ in range(2))
    assert many < 8 * few + 1, f"{few:.2f} s, then {many:.2f} s"


@pytest.mark.parametrize("name", BODIES)
def test_an_issue_costs_as_much_as_it_is_long(publication, name):
    def compose(n):
        publication.write(f"issues/{DAY}.md", f"---\ntitle: A title of it\nsummary: A summary of it\n---\n\n{BODIES[name](n)}\n")
        return publication.run("compose", "--date", DAY, "-o", publication.path / "letter.eml")

    grows(compose)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_costs_as_much_as_it_is_long(tmp_path, name):
    def render(n):
        (tmp_path / "t").write_text(TEMPLATES[name](n))
        return run("templates", "render", tmp_path / "t")

    grows(render)


def test_a_hundred_thousand_links_are_noted(publication):
    publication.write(f"issues/{DAY}.md", "---\ntitle: A title of it\nsummary: A summary of it\n---\n\n" + BODIES["links"](100_000) + "\n")
    text = publication.ok("compose", "--date", DAY, "--format", "text").out
    assert "\n[1] https://e.example/0\n" in text and "\n[100000] https://e.example/99999\n" in text
