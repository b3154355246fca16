"""Reads the messages of a folder with Python's email package and prints one JSON object for each."""

import base64
import email
import email.header
import email.utils
import json
import pathlib
import sys


def text(value):
    """The text of an unstructured field or a name, encoded words and all."""
    return str(email.header.make_header(email.header.decode_header(unfolded(value))))


def unfolded(value):
    return value.replace("\r\n", "").replace("\n", "")


def addresses(message, field):
    # Words are decoded behind the parse, as RFC 2047 §6.2 asks for.
    values = [unfolded(str(value)) for value in message.get_all(field, [])]
    return [[text(name), address] for name, address in email.utils.getaddresses(values) if address]


def leaf(part):
    name = part.get_filename()
    return {
        "type": part.get_content_type(),
        "name": None if name is None else unfolded(name),
        "id": part.get("Content-ID"),
        "content": base64.b64encode(part.get_payload(decode=True)).decode(),
    }


def read(path):
    message = email.message_from_bytes(path.read_bytes())
    return {
        "subject": text(message["Subject"]) if "Subject" in message else None,
        "from": addresses(message, "From"),
        "to": addresses(message, "To"),
        "date": email.utils.parsedate_to_datetime(message["Date"]).timestamp(),
        "message_id": message["Message-ID"],
        "leaves": [leaf(part) for part in message.walk() if not part.is_multipart()],
        "defects": [str(defect) for part in message.walk() for defect in part.defects],
    }


for path in sorted(pathlib.Path(sys.argv[1]).glob("*.eml")):
    print(json.dumps(read(path)))
