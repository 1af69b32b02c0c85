#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that misbehave on purpose, for the tests of core/weights.

    server.py FOLDER [CERTIFICATE KEY]

The first part of an address names the manner, the rest a file in FOLDER: /good/a.pth, /half/a.pth, … (see `manners`).
Prints one line of JSON with the ports: "web", "proxy" (forwards http, tunnels https, counts both) and, with a
certificate, "tls". /log answers what was asked so far: method, path, Range and If-Range of each request, and what went
through the proxy. Ends when its standard input is closed: no test leaves one behind.
"""
import hashlib
import http.server
import json
import os
import pathlib
import socket
import ssl
import sys
import threading
import time
import urllib.request

folder = pathlib.Path(sys.argv[1])
log, proxied, seen = [], [], {}
gates = {}  # file → Event: a "slow" download goes on when it is set


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/log":
            return self.whole(json.dumps({"web": log, "proxy": proxied}).encode(), "application/json")
        if path.startswith("/release/"):
            gates.setdefault(path[len("/release/"):], threading.Event()).set()
            return self.whole(b"released", "text/plain")
        manner, _, name = path[1:].partition("/")
        log.append({"path": path, "range": self.headers.get("Range", ""), "if_range": self.headers.get("If-Range", "")})
        seen[path] = seen.get(path, 0) + 1
        self.first = seen[path] == 1
        self.close_connection = True
        getattr(self, "do_" + manner.replace("-", "_"))(name)

    # --- the parts that manners are made of

    def content(self, name):
        return (folder / name).read_bytes()

    def etag(self, body):
        return '"' + hashlib.md5(body).hexdigest() + '"'

    def head(self, status, length=None, kind="application/octet-stream", **more):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send(self, body):
        try:
            self.wfile.write(body)
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            pass

    def whole(self, body, kind="application/octet-stream", **more):
        self.head(200, len(body), kind, **more)
        self.send(body)

    def start_of(self):
        """Where a range that may be honoured begins, or None."""
        asked = self.headers.get("Range", "")
        return int(asked[6:-1]) if asked.startswith("bytes=") and asked.endswith("-") else None

    def ranged(self, body, etag, honour_if_range=True):
        start, condition = self.start_of(), self.headers.get("If-Range")
        if start is None or (honour_if_range and condition not in (None, etag)):
            return self.whole(body, ETag=etag)
        if start >= len(body):
            return self.head(416, 0, Content_Range=f"bytes */{len(body)}")
        self.head(206, len(body) - start, ETag=etag, Content_Range=f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send(body[start:])

    def broken(self, body, etag):
        self.head(200, len(body), ETag=etag)
        self.send(body[: len(body) // 2])

    # --- manners

    def do_good(self, name):
        body = self.content(name)
        self.ranged(body, self.etag(body))

    def do_half(self, name):
        """The first time the connection breaks half-way."""
        body = self.content(name)
        self.broken(body, self.etag(body)) if self.first else self.ranged(body, self.etag(body))

    def do_dated(self, name):
        """The same, with a weak ETag, which names no bytes, and a date."""
        body = self.content(name)
        date = "Sat, 21 Nov 2020 12:00:00 GMT"
        if self.first:
            self.head(200, len(body), ETag='W/"1"', Last_Modified=date)
            return self.send(body[: len(body) // 2])
        start = self.start_of()
        if start is None or self.headers.get("If-Range") != date:
            return self.whole(body)
        rest = f"bytes {start}-{len(body) - 1}/{len(body)}"
        self.head(206, len(body) - start, Last_Modified=date, Content_Range=rest)
        self.send(body[start:])

    def do_norange(self, name):
        """Breaks the first time and knows no ranges."""
        body = self.content(name)
        self.broken(body, self.etag(body)) if self.first else self.whole(body, ETag=self.etag(body))

    def do_changed(self, name):
        """Breaks the first time; afterwards there is another file."""
        body = self.content(name)
        self.broken(bytes(b ^ 1 for b in body), '"old"') if self.first else self.ranged(body, '"new"')

    def do_careless(self, name):
        """The same, and If-Range is not understood."""
        body = self.content(name)
        if self.first:
            return self.broken(bytes(b ^ 1 for b in body), '"old"')
        self.ranged(body, '"new"', honour_if_range=False)

    def do_sly(self, name):
        """The same, and the new file has the old one's tag: only the hash can tell."""
        body = self.content(name)
        self.broken(bytes(b ^ 1 for b in body), '"one"') if self.first else self.ranged(body, '"one"')

    def do_slow(self, name):
        """A piece, then the rest in small ones after /release/NAME."""
        body = self.content(name)
        self.head(200, len(body), ETag=self.etag(body))
        self.send(body[:100000])
        gates.setdefault(name, threading.Event()).wait(60)
        for at in range(100000, len(body), 20000):
            self.send(body[at : at + 20000])
            time.sleep(0.002)

    def do_gated(self, name):
        """As slow the first time, then well."""
        self.do_slow(name) if self.first else self.do_good(name)

    def do_stall(self, name):
        body = self.content(name)
        self.head(200, len(body), ETag=self.etag(body))
        self.send(body[: len(body) // 2])
        threading.Event().wait(60)

    def do_long(self, name):
        """Says that it has more than it sends."""
        body = self.content(name)
        self.head(200, len(body) + 1000, ETag=self.etag(body))
        self.send(body)

    def do_short(self, name):
        """Says that it has less than it sends."""
        body = self.content(name)
        self.head(200, len(body) - 1000)
        self.send(body)

    def do_huge(self, name):
        self.head(200, 1 << 60)
        self.send(self.content(name))

    def do_lengthless(self, name):
        self.head(200)
        self.send(self.content(name))

    def do_endless(self, _):
        self.head(200)
        for _ in range(4000):
            self.send(b"PK" + bytes(65534))

    def do_empty(self, _):
        self.whole(b"")

    def do_html(self, _):
        page = b"<!DOCTYPE html>\n<title>Sign in</title>Please accept our conditions."
        self.whole(page * 40, "text/html; charset=utf-8")

    def do_disguised(self, _):
        """A page that says it is a file."""
        self.whole(b"\xef\xbb\xbf \r\n<HTML><body>Sign in" * 40)

    def do_htmltype(self, name):
        """A file that is said to be a page, as careless servers do."""
        self.whole(self.content(name), "text/html")

    def do_missing(self, _):
        self.head(404, 9)
        self.send(b"not found")

    def do_busy(self, _):
        self.head(503, 4)
        self.send(b"busy")

    def do_redirect(self, name):
        self.head(302, 5, Location=f"http://localhost:{ports['web']}/good/{name}")
        self.send(b"moved")

    def do_away(self, name):
        self.head(302, 0, Location=f"http://weights.example/{name}")

    def do_elsewhere(self, name):
        self.head(302, 0, Location="file:///etc/passwd")

    def do_circle(self, name):
        self.head(302, 0, Location=f"/circle/{name}")


class Proxy(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        proxied.append("GET " + self.path)
        without = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with without.open(self.path) as answer:
            body = answer.read()
            self.send_response(answer.status)
            for name in ("Content-Type", "Content-Length", "ETag"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.end_headers()
            self.wfile.write(body)

    def do_CONNECT(self):
        proxied.append("CONNECT " + self.path)
        if self.path.startswith("forbidden"):
            return self.send_error(403)
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as there:
            self.send_response(200)
            self.end_headers()
            here = self.connection
            one = threading.Thread(target=self.pump, args=(here, there), daemon=True)
            one.start()
            self.pump(there, here)
            one.join()

    @staticmethod
    def pump(a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
            b.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def start(handler, context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


ports = {"web": start(Web), "proxy": start(Proxy)}
if len(sys.argv) > 3:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[2], sys.argv[3])
    ports["tls"] = start(Web, tls)
print(json.dumps(ports), flush=True)
sys.stdin.read()
os._exit(0)
