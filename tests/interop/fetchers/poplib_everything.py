"""Asks for everything that poplib knows; the settings are a JSON file."""

import json
import poplib
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    settings = json.load(file)


def connect():
    connection = poplib.POP3(settings["host"], settings["port"])
    connection.set_debuglevel(1)
    return connection


def fails(call, *arguments):
    try:
        call(*arguments)
    except poplib.error_proto as error:
        assert b"-ERR" in error.args[0], error
    else:
        raise AssertionError(f"{call} {arguments} should fail")


connection = connect()
capabilities = connection.capa()
for name in ["TOP", "USER", "UIDL", "PIPELINING", "RESP-CODES", "SASL", "EXPIRE", "UTF8", "IMPLEMENTATION"]:
    assert name in capabilities, (name, capabilities)
assert capabilities["IMPLEMENTATION"] == ["mailproto", "interop"]
assert capabilities["EXPIRE"] == ["NEVER"]
fails(connection.apop, settings["user"], "wrong")
assert connection.utf8().startswith(b"+OK")
assert connection.apop(settings["user"], settings["password"]).startswith(b"+OK")

count, octets = connection.stat()
assert count == 3
response, sizes, _ = connection.list()
assert [int(line.split()[0]) for line in sizes] == [1, 2, 3]
assert sum(int(line.split()[1]) for line in sizes) == octets
assert connection.list(2).split()[1:] == sizes[1].split()
_, ids, _ = connection.uidl()
assert ids == [b"1 id-1", b"2 id-2", b"3 id-3"], ids
assert connection.uidl(3).endswith(b"3 id-3")
_, whole, size = connection.retr(1)
assert size == int(sizes[0].split()[1]), (size, sizes)
end = whole.index(b"")
_, top, _ = connection.top(1, 2)
assert top == whole[: end + 3], top
_, top, _ = connection.top(1, 0)
assert top == whole[: end + 1], top
connection.noop()
connection.dele(2)
fails(connection.retr, 2)
fails(connection.list, 2)
fails(connection.dele, 9)
_, sizes, _ = connection.list()
assert [line.split()[0] for line in sizes] == [b"1", b"3"]
connection.rset()
assert connection.stat() == (3, octets)
connection.dele(3)
print(connection.quit())
