#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""tls_proxy DIRECTORY SOCKET: passes what comes over TLS on to a unix socket.

DIRECTORY has ca.pem, server-cert.pem and server-key.pem; clients need a certificate of the same
authority. The port is written to DIRECTORY/port when it listens on 127.0.0.1.
"""
import os, socket, ssl, sys, threading

directory, path = sys.argv[1:]


def copy(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in source, sink:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(plain):
    engine = socket.socket(socket.AF_UNIX)
    try:
        client = context.wrap_socket(plain, server_side=True)
        engine.connect(path)
    except OSError:
        plain.close()
        return
    # One TLS connection is not for two threads, unless they take turns: the client speaks first.
    threading.Thread(target=copy, args=(engine, client), daemon=True).start()
    copy(client, engine)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(directory + "/server-cert.pem", directory + "/server-key.pem")
context.load_verify_locations(directory + "/ca.pem")
context.verify_mode = ssl.CERT_REQUIRED
listener = socket.create_server(("127.0.0.1", 0))
with open(directory + "/port.new", "w", encoding="ascii") as f:
    f.write(str(listener.getsockname()[1]))
os.rename(directory + "/port.new", directory + "/port")
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
