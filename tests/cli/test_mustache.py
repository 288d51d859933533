"""The template language, rule by rule, as Mustache's specification words them, through `templates render`. The cases are our own."""
import pytest

from conftest import run

DATA = """
text: "a < b & \\"c\\""
number: 85
real: 1.21
"yes": true
"no": false
nothing: null
empty: []
blank: ""
list: [1, 2, 3]
names: [{n: one}, {n: two}]
nested: [[1, 2], [3]]
person: {name: Joe, home: {town: Delft}}
name: outer
a: {one: 1, b: {two: 2, c: {three: 3}}}
things: [{name: x, parts: [{k: 1}, {k: 2}]}, {name: y, parts: []}]
partial_tag: "{{text}}"
"""
PARTIALS = {
    "plain": "from the partial", "says": "*{{name}}*", "lines": ">\n>", "two": "1\n{{name}}\n", "node": "{{n}}<{{#deep}}{{>node}}{{/deep}}>",
    "tagged": "{{=| |=}}|name|", "spaced": "|\n{{{multi}}}\n|\n", "section": "{{#yes}}\nin\n{{/yes}}\n",
}
OTHER = {
    "multi": "multi: \"<\\n->\"\n",
    "deep": "n: X\ndeep: [{n: Y, deep: []}]\n",
    "dotted": "a: {b: {c: {d: {e: {name: Phil}}}}}\nb: {c: {d: {e: {name: Wrong}}}}\n",
    "broken": "a: {b: {}}\nb: {c: outer}\nc: {name: Jim}\n",
    "keys": "\"a.b\": flat\na: {b: nested}\n",
    "shadow": "x: out\nlist: [{x: in}, {y: 1}]\n",
    "objects": "list: [{v: \"\"}, {v: 0}, {v: null}]\n",
    "word": "world & all\n",
    "rows": "- {value: a}\n- {value: b}\n",
    "json": '{"list": [1.10, 2.20, -3.0], "o": {"x": "\\u00e9\\n"}, "power": 1.210, "long": 10.0100, "hundred": 100}\n',
    "five": "a: {one: 1}\nb: {two: 2}\nc: {three: 3, d: {four: 4, five: 5}}\n",
}

# Rule: template, what it becomes, and which data if not DATA.
CASES = [
    # Interpolation.
    ("text without a tag passes", "Hello from {Mustache}!\n", "Hello from {Mustache}!\n"),
    ("a value takes its tag's place", "Hello, {{name}}!", "Hello, outer!"),
    ("it is not looked at again", "{{partial_tag}}: {{name}}", "{{text}}: outer"),
    ("it is escaped for HTML", "{{text}}", "a &lt; b &amp; &quot;c&quot;"),
    ("three braces leave it as it is", "{{{text}}}", 'a < b & "c"'),
    ("so does an ampersand", "{{&text}}", 'a < b & "c"'),
    ("whole numbers", "{{number}} {{{number}}} {{&number}}", "85 85 85"),
    ("other numbers", "{{real}}", "1.21"),
    ("null is nothing", "({{nothing}})({{{nothing}}})({{&nothing}})", "()()()"),
    ("so is what is missing", "({{gone}})({{{gone}}})({{&gone}})", "()()()"),
    ("dotted names", "{{person.name}}={{#person}}{{name}}{{/person}}", "Joe=Joe"),
    ("dotted names, unescaped", "{{{person.name}}}{{&person.home.town}}", "JoeDelft"),
    ("dotted names of any length", "{{a.b.c.d.e.name}}", "Phil", "dotted"),
    ("a broken chain is nothing", "({{a.b.c}})({{a.gone.name}})", "()()", "broken"),
    ("the first name is looked for outwards, the rest is not", "{{#a}}{{b.c.d.e.name}}{{/a}}", "Phil", "dotted"),
    ("a part that is found is not looked for elsewhere", "({{#a}}{{b.c.name}}{{/a}})", "()", "broken"),
    ("what is here hides what is outside", "{{#list}}{{x}},{{/list}}", "in,out,", "shadow"),
    ("the implicit iterator, escaped", "{{#list}}({{.}}){{/list}}", "(1)(2)(3)"),
    ("the implicit iterator, unescaped", "{{#list}}({{{.}}}{{&.}}){{/list}}", "(11)(22)(33)"),
    ("a name with a dot is never one key", "({{a.b}})", "(nested)", "keys"),
    ("a number has no zeros that count for nothing", "{{power}} {{{power}}} {{long}} {{hundred}}", "1.21 1.21 10.01 100", "json"),
    ("a list of such numbers", "{{#list}}({{.}}){{/list}}", "(1.1)(2.2)(-3.0)", "json"),
    ("what YAML takes over from JSON", "{{#o}}{{x}}{{/o}}", "\u00e9\n", "json"),
    ("the implicit iterator of all that there is", "Hello, {{.}} {{{.}}}!", "Hello, world &amp; all world & all!", "word"),
    ("white space around a tag stays", "| {{name}} |", "| outer |"),
    ("... also on a line of its own", "  {{name}}\n", "  outer\n"),
    ("... with three braces", "  {{{name}}}\n", "  outer\n"),
    ("... and with an ampersand", "  {{&name}}\n", "  outer\n"),
    ("white space inside a tag does not count", "|{{ name }}|{{{ name }}}|{{& name }}|{{\tname\t}}|", "|outer|outer|outer|outer|"),
    # Sections.
    ("what is true is shown", '"{{#yes}}This.{{/yes}}"', '"This."'),
    ("what is false is not", '"{{#no}}This.{{/no}}"', '""'),
    ("nor null", '"{{#nothing}}This.{{/nothing}}"', '""'),
    ("nor what is missing", '"{{#gone}}This.{{/gone}}"', '""'),
    ("nor an empty list", '"{{#empty}}This.{{/empty}}"', '""'),
    ("an object is looked into", "{{#person}}Hi {{name}}.{{/person}}", "Hi Joe."),
    ("names are looked for outwards", "{{#a}}{{one}}{{#b}}{{one}}{{two}}{{#c}}{{one}}{{two}}{{three}}{{/c}}{{/b}}{{one}}{{/a}}", "1121231"),
    ("a list repeats", "{{#names}}{{n}};{{/names}}", "one;two;"),
    ("a list that is all there is", "{{#.}}({{value}}){{/.}}{{^.}}none{{/.}}", "(a)(b)", "rows"),
    ("a context's own name in it", "{{#name}}{{.}} is {{name}}{{/name}}", "outer is outer"),
    ("empty text and nought are something", "{{#list}}({{#v}}yes{{/v}}{{^v}}no{{/v}}){{/list}}", "(yes)(yes)(no)", "objects"),
    ("contexts inside each other", "{{#a}}{{one}}{{#b}}{{one}}{{two}}{{#c}}{{three}}{{#d}}{{one}}{{two}}{{three}}{{four}}{{#five}}{{.}}{{one}}{{/five}}"
     "{{/d}}{{two}}{{/c}}{{one}}{{/b}}{{/a}}", "112312345121", "five"),
    ("lists in lists", "{{#nested}}({{#.}}{{.}}{{/.}}){{/nested}}", "(12)(3)"),
    ("sections in lists", "{{#things}}{{name}}:{{#parts}}{{k}}{{/parts}}{{^parts}}none{{/parts}};{{/things}}", "x:12;y:none;"),
    ("a text and a number are true, and the context", "{{#name}}({{.}}){{/name}}{{#number}}({{.}}){{/number}}", "(outer)(85)"),
    ("the same section twice", "{{#yes}}1{{/yes}} {{#yes}}2{{/yes}}", "1 2"),
    ("sections of one name inside each other", "A {{#yes}}B {{#yes}}C{{/yes}} D{{/yes}} E", "A B C D E"),
    ("the same, when false", "A {{#no}}B {{#no}}C{{/no}} D{{/no}} E", "A  E"),
    ("dotted sections", '"{{#a.b.c}}Here{{/a.b.c}}"', '"Here"'),
    ("dotted and broken is false", '"{{#a.gone.c}}Here{{/a.gone.c}}"', '""'),
    ("white space around a section stays", " | {{#yes}}\t|\t{{/yes}} | \n", " | \t|\t | \n"),
    ("white space inside one stays", " | {{#yes}} {{! x }}\n {{/yes}} | \n", " |  \n  | \n"),
    ("two on a line stay on it", " {{#yes}}YES{{/yes}}\n {{#yes}}GOOD{{/yes}}\n", " YES\n GOOD\n"),
    ("a tag alone takes its line along", "| This\n{{#yes}}\n|\n{{/yes}}\n| A line\n", "| This\n|\n| A line\n"),
    ("an indented one too", "| This\n  {{#yes}}\n|\n  {{/yes}}\n| A line\n", "| This\n|\n| A line\n"),
    ("with \\r\\n", "|\r\n{{#yes}}\r\n{{/yes}}\r\n|", "|\r\n|"),
    ("on the first line", "  {{#yes}}\n#{{/yes}}\n/", "#\n/"),
    ("on the last line", "#{{#yes}}\n/\n  {{/yes}}", "#\n/\n"),
    ("blanks behind it go too", "a\n{{#yes}}  \t\nb\n{{/yes}} \nc", "a\nb\nc"),
    ("white space in the tag", "|{{# yes }}={{/ yes }}|", "|=|"),
    # Inverted sections.
    ("inverted: false is shown", '"{{^no}}This.{{/no}}"', '"This."'),
    ("inverted: true is not", '"{{^yes}}This.{{/yes}}"', '""'),
    ("inverted: null is", '"{{^nothing}}This.{{/nothing}}"', '"This."'),
    ("inverted: an object is not", '"{{^person}}Hi {{name}}.{{/person}}"', '""'),
    ("inverted: a list is not", '"{{^names}}{{n}}{{/names}}"', '""'),
    ("inverted: an empty one is", '"{{^empty}}Yay!{{/empty}}"', '"Yay!"'),
    ("inverted: missing is", "[{{^gone}}here{{/gone}}]", "[here]"),
    ("inverted, twice and inside", "{{^no}}A {{^no}}B{{/no}}{{^yes}}C{{/yes}} D{{/no}}", "A B D"),
    ("inverted, dotted", "{{^a.b.c}}no{{/a.b.c}}{{^a.b.gone}}yes{{/a.b.gone}}", "yes"),
    ("inverted, alone on its line", "| This\n  {{^no}}\n|\n  {{/no}}\n| A line\n", "| This\n|\n| A line\n"),
    ("inverted, on the first and last line, with \\r\\n", "{{^no}}\r\na\r\n{{/no}}", "a\r\n"),
    ("inverted, with others on its line", " {{^no}}NO{{/no}}\n {{^no}}WAY{{/no}}\n", " NO\n WAY\n"),
    ("inverted, white space", "|{{^ no }}={{/ no }}| {{^no}}\t|\t{{/no}} |", "|=| \t|\t |"),
    # Partials.
    ("a partial is put in", '"{{>plain}}"', '"from the partial"'),
    ("one that is missing is nothing", '"{{>gone}}"', '""'),
    ("it sees what is here", '"{{>says}}"{{#person}}{{>says}}{{/person}}', '"*outer*"*Joe*'),
    ("it may put in itself", "{{>node}}", "X<Y<>>", "deep"),
    ("its own delimiters stay in it", "{{>tagged}} {{name}} |name|", "outer outer |name|"),
    ("outer delimiters do not get in", "{{=% %=}}%>says% %name%", "*outer* outer"),
    ("white space around it stays", "| {{>plain}} |\n", "| from the partial |\n"),
    ("in a line it is not indented", "  {{name}}  {{> lines}}\n", "  outer  >\n>\n"),
    ("alone it takes its line along", "|\r\n{{>two}}\r\n|", "|\r\n1\nouter\n|"),
    ("on the first line", "  {{>lines}}\n>", "  >\n  >>"),
    ("on the last line", ">\n  {{>lines}}", ">\n  >\n  >"),
    ("its lines are indented, its values are not", "\\\n {{>spaced}}\n/\n", "\\\n |\n <\n->\n |\n/\n", "multi"),
    ("alone, with sections in it", "  {{>section}}\n.", "  in\n."),
    ("white space in the tag", "|{{> plain }}|", "|from the partial|"),
    # Comments.
    ("a comment is nothing", "12345{{! Comment! }}67890", "1234567890"),
    ("over lines", "12345{{!\n  This is a\n  long one.\n}}67890\n", "1234567890\n"),
    ("alone on a line", "Begin.\n{{! x }}\nEnd.\n", "Begin.\nEnd.\n"),
    ("alone and indented", "Begin.\n  {{! x }}\nEnd.\n", "Begin.\nEnd.\n"),
    ("alone, \\r\\n", "|\r\n{{! x }}\r\n|", "|\r\n|"),
    ("on the first and on the last line", "  {{! x }}\n!\n  {{! y }}", "!\n"),
    ("over lines and alone", "Begin.\n  {{!\n    x\n  }}\nEnd.\n", "Begin.\nEnd.\n"),
    ("not alone", "  12 {{! 34 }}\n", "  12 \n"),
    ("white space around", "12345 {{! x }} 67890", "12345  67890"),
    ("what looks like a tag", "({{! name }})({{!name}})", "()()"),
    # Delimiters.
    ("others", "{{=<% %>=}}(<%name%>)", "(outer)"),
    ("of characters that mean something elsewhere", "({{=[ ]=}}[name])", "(outer)"),
    ("in sections", "[\n{{#yes}}\n  {{name}}\n  |name|\n{{/yes}}\n\n{{= | | =}}\n|#yes|\n  {{name}}\n  |name|\n|/yes|\n]\n",
     "[\n  outer\n  |name|\n\n  {{name}}\n  outer\n]\n"),
    ("in inverted sections", "[\n{{^no}}\n  {{name}}\n{{/no}}\n\n{{= | | =}}\n|^no|\n  |name|\n|/no|\n]\n", "[\n  outer\n\n  outer\n]\n"),
    ("they outlive a section", "{{#yes}}{{=<% %>=}}<%/yes%><%name%> {{name}}", "outer {{name}}"),
    ("white space around stays", "| {{=@ @=}} |\n", "|  |\n"),
    ("... in a line of more", " | {{=@ @=}}\n", " | \n"),
    ("alone on a line", "Begin.\n{{=@ @=}}\nEnd.\n", "Begin.\nEnd.\n"),
    ("alone and indented", "Begin.\n  {{=@ @=}}\nEnd.\n", "Begin.\nEnd.\n"),
    ("alone, \\r\\n", "|\r\n{{= @ @ =}}\r\n|", "|\r\n|"),
    ("on the first line, and on the last", "  {{=@ @=}}\n=\n  @={{ }}=@", "=\n"),
    ("white space in the tag", "|{{= @   @ =}}|", "||"),
    ("an ampersand with others", "{{=<% %>=}}<%& text %>", 'a < b & "c"'),
    ("back again", "{{=<% %>=}}<%={{ }}=%>{{{text}}}", 'a < b & "c"'),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    where = tmp_path_factory.mktemp("mustache")
    (where / "data.yaml").write_text(DATA)
    (where / "partials").mkdir()
    for name, text in OTHER.items():
        (where / f"{name}.yaml").write_text(text)
    for name, text in PARTIALS.items():
        (where / "partials" / f"{name}.mustache").write_text(text)
    return where


@pytest.mark.parametrize("case", CASES, ids=[f"{i}: {c[0]}" for i, c in enumerate(CASES)])
def test_the_rule(place, case):
    _, template, wanted, *data = case
    (place / "t.mustache").write_bytes(template.encode())
    done = run("templates", "render", place / "t.mustache", "--data", place / f"{(data or ['data'])[0]}.yaml", "--partials", place / "partials")
    assert (done.code, done.bytes.decode()) == (0, wanted), done


@pytest.mark.parametrize("template,why", [
    ("a\n{{#yes}}", "not closed"), ("{{/yes}}", "no section"), ("{{#yes}}{{/no}}", "another section"), ("{{name", "without an end"),
    ("{{=x=}}", "delimiters"), ("{{>self}}", "nested"),
])
def test_what_is_wrong_is_refused_with_its_line(place, template, why):
    (place / "partials" / "self.mustache").write_text("{{>self}}")
    (place / "wrong.mustache").write_text(template)
    done = run("templates", "render", place / "wrong.mustache", "--data", place / "data.yaml", "--partials", place / "partials")
    assert done.code == 65 and why in done.err and ":1: " in done.err.replace(":2: ", ":1: "), done


def test_no_partial_comes_from_elsewhere(place):
    (place / "up.mustache").write_text("({{>../data.yaml}}{{>../data}}{{>/etc/hostname}}{{>.}}{{>..}})")
    assert run("templates", "render", place / "up.mustache", "--data", place / "data.yaml", "--partials", place / "partials").out in ("()", "")
