"""Says what Python's email package makes of the messages whose paths it is told, one JSON object a line.

What it cannot answer, because it raises an exception, is null.
"""

import email
import email.policy
import json
import sys


def answer(ask):
    try:
        return ask()
    except Exception:
        return None


def addresses(message, field):
    found = answer(lambda: message[field])
    if found is None:
        return [] if field not in message else None
    return answer(lambda: [[address.display_name, address.addr_spec] for address in found.addresses])


def text(part):
    content = part.get_payload(decode=True)
    charset = part.get_content_charset() or "utf-8"
    return content.decode("utf-8" if charset == "us-ascii" else charset, "replace")


def walk(part, depth, parts):
    kind = answer(part.get_content_type)
    # A report is a list of headers here, and no more its own bytes.
    is_report = kind in ("message/delivery-status", "message/disposition-notification")
    is_leaf = not part.is_multipart()
    parts.append({
        "depth": depth,
        "type": kind,
        "name": answer(part.get_filename) or "",
        "bytes": answer(lambda: part.get_payload(decode=True).hex()) if is_leaf else None,
        "text": answer(lambda: text(part)) if is_leaf and part.get_content_maintype() == "text" else None,
    })
    if not is_leaf and not is_report:
        for child in part.get_payload():
            walk(child, depth + 1, parts)


def read(path):
    with open(path, "rb") as file:
        message = email.message_from_bytes(file.read(), policy=email.policy.default)
    parts = []
    walk(message, 0, parts)
    return {
        "subject": answer(lambda: str(message["subject"] or "")),
        "date": answer(lambda: int(message["date"].datetime.timestamp())),
        "from": addresses(message, "from"),
        "to": addresses(message, "to"),
        "cc": addresses(message, "cc"),
        "parts": parts,
    }


sys.stdout.reconfigure(encoding="utf-8", errors="replace")
for line in sys.stdin:
    path = line.rstrip("\n")
    print(json.dumps(answer(lambda: read(path)) or {}, ensure_ascii=False).replace("\u2028", "\\u2028"))
