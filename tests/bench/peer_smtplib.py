#!/usr/bin/python3
"""peer_smtplib.py HOST PORT CONNECTIONS MESSAGES FILE [CAFILE]: Python's smtplib, a thread a connection, ready bytes."""
import smtplib
import ssl
import sys
import threading

host, port, connections, messages, path = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5]
body = open(path, "rb").read()


def work(first):
    with smtplib.SMTP(host, port, local_hostname="bench.test") as s:
        if len(sys.argv) > 6:
            s.starttls(context=ssl.create_default_context(cafile=sys.argv[6]))
        for i in range(first, messages, connections):
            s.sendmail("news@bench.test", [f"r{i}@bench.test"], body)


threads = [threading.Thread(target=work, args=(i,)) for i in range(connections)]
for t in threads:
    t.start()
for t in threads:
    t.join()
