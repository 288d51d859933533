"""What other people's parsers make of a message."""
import base64
import json
import pathlib
import subprocess

import gi

import standard

gi.require_version("GMime", "3.0")
from gi.repository import GMime  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


def node(script, *arguments, stdin):
    """What a script beside this file answers, in JSON."""
    done = subprocess.run(["node", HERE / script, *arguments], input=stdin, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def postal_mime(raw):
    return node("parse.mjs", "postal-mime", stdin=raw)


def mailparser(raw):
    return node("parse.mjs", "mailparser", stdin=raw)


# The leaves of a message: type, file name, Content-ID, bytes.

def python_leaves(raw):
    return [(p.get_content_type(), p.get_filename(), (p["Content-ID"] or "")[1:-1], p.get_payload(decode=True)) for p in standard.Message(raw).leaves]


def gmime_leaves(raw):
    """When it takes the standards at their word."""
    GMime.init()
    options, found = GMime.ParserOptions.new(), []
    options.set_parameter_compliance_mode(GMime.RfcComplianceMode.STRICT)
    options.set_rfc2047_compliance_mode(GMime.RfcComplianceMode.STRICT)
    message = GMime.Parser.new_with_stream(GMime.StreamMem.new_with_buffer(raw)).construct_message(options)

    def look(parent, part):
        if not isinstance(part, GMime.Multipart):
            stream = GMime.StreamMem.new()
            part.get_content().write_to_stream(stream)
            found.append((part.get_content_type().get_mime_type(), part.get_filename(), part.get_content_id() or "", bytes(stream.get_byte_array())))
    message.foreach(look)
    return found


def npm_leaves(found):
    """... of what postal_mime or mailparser found."""
    return [("text/plain", None, "", found["text"].encode()), ("text/html", None, "", found["html"].encode())] + [
        (p["type"], p["filename"], p["cid"].strip("<>"), base64.b64decode(p["bytes"])) for p in found["pictures"]]
