"""Fetches and deletes everything with poplib; the settings are a JSON file."""

import json
import pathlib
import poplib
import ssl
import sys

# Long lines are the sender's right (RFC 5322 section 2.1.1 counts 998 characters without dots and CR LF).
poplib._MAXLINE = 100_000

with open(sys.argv[1], encoding="utf-8") as file:
    settings = json.load(file)

tls = ssl.create_default_context(cafile=settings["authority"])
address = (settings["host"], settings["port"])
if settings["encryption"] == "implicit":
    connection = poplib.POP3_SSL(*address, context=tls)
else:
    connection = poplib.POP3(*address)
if settings["encryption"] == "stls":
    connection.stls(context=tls)
connection.user(settings["user"])
connection.pass_(settings["password"])
count, _ = connection.stat()
for number in range(1, count + 1):
    response, lines, octets = connection.retr(number)
    message = b"".join(line + b"\r\n" for line in lines)
    (pathlib.Path(settings["inbox"]) / str(number)).write_bytes(message)
    connection.dele(number)
print(connection.quit())
