"""What Python's poplib makes of maildrop.c, and maildrop.c of it: three sessions on a port of 127.0.0.1.

    python3 maildrop.py PORT FOLDER

FOLDER holds three messages.
"""

import pathlib
import poplib
import sys

port, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
contents = [(folder / f"{number}.eml").read_bytes() for number in (1, 2, 3)]
canonical = [content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for content in contents]


def lines(message):
    return message.split(b"\r\n")[:-1]


def refused(call, *words):
    try:
        call(*words)
    except poplib.error_proto as error:
        assert error.args[0].startswith(b"-ERR"), error
        return error.args[0]
    raise AssertionError(f"{call} {words} was not refused")


# A wrong password, then the right one; everything that can be asked; nothing is deleted without QUIT.
first = poplib.POP3("127.0.0.1", port, timeout=60)
capabilities = first.capa()
assert {"TOP", "UIDL", "USER", "PIPELINING"} <= set(capabilities), capabilities
assert set(capabilities["SASL"]) == {"PLAIN", "LOGIN", "SCRAM-SHA-256"}, capabilities
assert capabilities["IMPLEMENTATION"] == ["maildrop", "in", "C"], capabilities
first.user("tim")
assert b"[AUTH]" in refused(first.pass_, "wrong")
first.user("tim")
first.pass_("a secret")
assert first.stat() == (3, sum(map(len, canonical)))
assert first.list()[1] == [b"%d %d" % (number, len(canonical[number - 1])) for number in (1, 2, 3)]
assert first.uidl()[1] == [b"1 message-1", b"2 message-2", b"3 message-3"]
assert first.uidl(2) == b"+OK 2 message-2"
assert first.list(2) == b"+OK 2 %d" % len(canonical[1])
for number in (1, 2, 3):
    assert first.retr(number)[1] == lines(canonical[number - 1]), number
header, body = canonical[0].split(b"\r\n\r\n", 1)
assert first.top(1, 2)[1] == lines(header + b"\r\n\r\n") + lines(body)[:2]
first.dele(1)
assert first.stat()[0] == 2
refused(first.retr, 1)
refused(first.retr, 4)
first.rset()
assert first.stat()[0] == 3
first.dele(3)
first.noop()
first.close()
assert (folder / "3.eml").exists()

# By APOP; two messages go at QUIT.
second = poplib.POP3("127.0.0.1", port, timeout=60)
refused(second.apop, "tim", "wrong")
second.apop("tim", "a secret")
second.dele(1)
second.dele(3)
second.quit()
assert [path.name for path in sorted(folder.glob("*.eml"))] == ["2.eml"]

# What is left has another number and the same name for life.
third = poplib.POP3("127.0.0.1", port, timeout=60)
third.user("tim")
third.pass_("a secret")
assert third.uidl()[1] == [b"1 message-2"]
assert third.retr(1)[1] == lines(canonical[1])
third.quit()
