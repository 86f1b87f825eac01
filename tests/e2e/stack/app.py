# SPDX-License-Identifier: GPL-2.0-only
# Takes jobs (/put?v=X), says which are done (/get?v=X).
import signal, subprocess, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse


def ask(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, text=True, timeout=5, check=True).stdout.strip()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlparse(self.path)
        value = parse_qs(url.query).get("v", [""])[0]
        try:
            if not value.isalnum():
                raise ValueError
            if url.path == "/put":
                text = ask("redis-cli", "-h", "cache", "lpush", "jobs", value)
            else:
                text = ask("psql", "-h", "db", "-U", "postgres", "-tAc",
                           "select v from done where v = '%s'" % value)
            self.send_response(200)
        except Exception as e:
            text = str(e)
            self.send_response(503)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args):
        pass


signal.signal(signal.SIGTERM, lambda *a: sys.exit(0))
ThreadingHTTPServer(("", 8000), Handler).serve_forever()
