"""Chromium in a process of its own, driven by browser.mjs."""
import json
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
# What pages are set in where pictures of them are compared: these fonts, whatever else is installed.
FONTS = HERE.parent / "golden" / "fonts.conf"


class Browser:
    def __init__(self, **environment):
        self.process = subprocess.Popen(["node", str(HERE / "browser.mjs")], cwd=HERE.parent, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=os.environ | environment)

    def __call__(self, command, **rest):
        self.process.stdin.write(json.dumps({"command": command, **rest}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer
        return answer["value"]

    def see(self, words, frame=None):
        """When the words come up."""
        return self("until", frame=frame, expression=f"document.body.innerText.includes({json.dumps(words)})")

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
