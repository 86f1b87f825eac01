#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""receiver.py DIR SCHEMA: receives webhooks and OTLP on a free port of 127.0.0.1, which it writes
to DIR/port, and holds each against its standard. What is right goes to DIR/good, one line a
request, what is wrong to DIR/bad. The key of the signatures is in DIR/secret.

The first two requests to /flaky fail; /hang never answers; each event has to come once.
"""
import base64, hashlib, hmac, http.server, json, os, sys, threading, time, urllib.parse

import jsonschema

directory, schema_file = sys.argv[1:]
with open(schema_file, encoding="utf-8") as f:
    schema = json.load(f)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
with open(directory + "/secret", encoding="utf-8") as f:
    key = base64.b64decode(f.read().strip()[len("whsec_"):])
lock = threading.Lock()
seen = set()
failures = {"left": 2}


def check_signature(headers, body):
    signed = b"%s.%s.%s" % (headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body)
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == "v1," + wanted, "wrong signature"
    assert abs(time.time() - int(headers["webhook-timestamp"])) < 300, "wrong time"


def check_cloud_event(headers, event):
    """CloudEvents 1.0, 2.1 and 3.1: required attributes, of the right form"""
    assert headers["content-type"].startswith("application/cloudevents+json"), "content type"
    assert event["specversion"] == "1.0"
    for name in "id", "source", "type":
        assert isinstance(event[name], str) and event[name], name
    urllib.parse.urlsplit(event["source"])
    assert all(0x20 < ord(c) < 0x7f for c in event["source"])
    assert set(event) <= {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"}
    assert headers["webhook-id"] == event["id"] == event["data"]["id"]
    validator.validate(event["data"])


def check_logs(headers, request):
    """opentelemetry-proto: logs/v1/logs.proto and collector/logs/v1, in protobuf's JSON"""
    assert headers["content-type"] == "application/json"
    for resource in request["resourceLogs"]:
        names = {a["key"]: a["value"]["stringValue"] for a in resource["resource"]["attributes"]}
        assert names["service.name"] == "captrim"
        for scope in resource["scopeLogs"]:
            for record in scope["logRecords"]:
                assert int(record["timeUnixNano"]) > 1e18 and isinstance(record["timeUnixNano"], str)
                assert 1 <= record["severityNumber"] <= 24
                assert record["body"]["stringValue"]
                keys = [a["key"] for a in record["attributes"]]
                assert len(keys) == len(set(keys)), "an attribute comes twice"
                assert all(isinstance(a["value"]["stringValue"], str) for a in record["attributes"])
                assert set(record) <= {"timeUnixNano", "observedTimeUnixNano", "severityNumber", "severityText",
                                       "eventName", "body", "attributes"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"{}"):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/hang":
            time.sleep(3600)
        with lock:
            if self.path == "/flaky" and failures["left"]:
                failures["left"] -= 1
                return self.answer(503, b"try again")
            try:
                document = json.loads(body)
                if self.path == "/v1/logs":
                    check_logs(self.headers, document)
                else:
                    check_signature(self.headers, body)
                    check_cloud_event(self.headers, document)
                    assert (self.path, document["id"]) not in seen, "it comes twice"
                    seen.add((self.path, document["id"]))
                with open(directory + "/good", "a", encoding="utf-8") as out:
                    print(self.path, file=out)
            except Exception as e:  # whatever it is, it is wrong
                with open(directory + "/bad", "a", encoding="utf-8") as out:
                    print(self.path, type(e).__name__, " ".join(str(e).split())[:300], file=out)
        self.answer(200)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
with open(directory + "/port.new", "w", encoding="utf-8") as f:
    print(server.server_address[1], file=f)
os.rename(directory + "/port.new", directory + "/port")
server.serve_forever()
