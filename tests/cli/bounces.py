"""How well bounces are read: a folder of messages beside an expected.tsv. As a program: PROGRAM FOLDER [LIST] prints the figures.

expected.tsv: file, class, recipients (address=class,...), status, reason, tier. "a|b": either class is right; "a~b": either address.
"""
import collections
import concurrent.futures
import os
import pathlib
import subprocess
import sys

Row = collections.namedtuple("Row", "file kind recipients status reason tier")


def expected(folder):
    for line in (folder / "expected.tsv").read_text().splitlines():
        if line.startswith("#"):
            continue
        file, kind, recipients, status, reason, tier = line.split("\t")
        pairs = [r.rsplit("=", 1) for r in recipients.split(",") if r]
        yield Row(file, kind, [(set(a.lower().split("~")), set(k.split("|"))) for a, k in pairs], status, reason, tier)


def read(program, path):
    """What --dry-run says of one message: [(address, kind, status, reason)]."""
    done = subprocess.run([program, "bounce", "--dry-run", path], capture_output=True, timeout=60)
    assert done.returncode == 0, (path, done)
    lines = [line.split("\t") for line in done.stdout.decode().splitlines()]
    assert all(len(line) == 4 for line in lines), lines
    return [(a.lower(), k, s, r) for a, k, s, r in lines]


def judge(row, got):
    """recipients wanted, found, of the right kind, found too many, and removals that were not deserved."""
    found = right = 0
    rest = list(got)
    for addresses, kinds in row.recipients:
        hit = next((g for g in rest if g[0] in addresses), None)
        if hit:
            rest.remove(hit)
            found += 1
            right += hit[1] in kinds
    wrong = sum(1 for g in got if row.kind == "none" and g[1] in ("hard", "complaint"))
    return len(row.recipients), found, right, len(rest), wrong


def score(program, folder, only=None):
    """Sums by tier, and the rows that are not right."""
    sums = collections.defaultdict(lambda: [0] * 5)
    misses = []
    rows = [row for row in expected(folder) if only is None or row.file in only]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(lambda row: read(program, folder / row.file), rows))
    for row, got in zip(rows, answers):
        figures = judge(row, got)
        for tier in (row.tier, "all"):
            sums[tier] = [a + b for a, b in zip(sums[tier], figures)]
        if figures[0] != figures[2] or figures[3] or figures[4]:
            misses.append((row, got))
    return sums, misses


def line(tier, figures):
    wanted, found, right, extra, wrong = figures
    return (f"{tier:<6} {wanted:4} recipients: {found} found ({100 * found / max(wanted, 1):.1f} %), {right} of the right kind "
            f"({100 * right / max(wanted, 1):.1f} %), {extra} too many, {wrong} removed that should not be")


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    only = set(pathlib.Path(sys.argv[3]).read_text().split()) if len(sys.argv) > 3 else None
    sums, misses = score(program, folder, only)
    for row, got in misses if "-q" not in sys.argv else []:
        want = ", ".join("~".join(sorted(a)) + "=" + "|".join(sorted(k)) for a, k in row.recipients)
        print(f"{row.file} [{row.tier}] {row.reason} {row.status}: wanted {want}")
        for g in got:
            print("    got", *g[:3], g[3][:150])
    for tier in sorted(sums):
        print(line(tier, sums[tier]))


if __name__ == "__main__":
    main()
