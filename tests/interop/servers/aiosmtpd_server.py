"""Two listeners of aiosmtpd that keep mail in maildirs; the settings are a JSON file."""

import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

with open(sys.argv[1], encoding="utf-8") as file:
    settings = json.load(file)
tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
tls.load_cert_chain(settings["certificate"], settings["key"])


class Handler:
    kept = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        local_part, _, domain = address.rpartition("@")
        if domain == settings["domain"] and local_part == settings["later"]:
            return "450 4.2.1 come back later"
        if domain != settings["domain"] or local_part not in settings["mailboxes"]:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        for address in envelope.rcpt_tos:
            self.keep(address.rpartition("@")[0], envelope.original_content)
        return "250 2.0.0 kept"

    def keep(self, local_part, message):
        folder = os.path.join(settings["folder"], "mail", settings["mailboxes"][local_part])
        os.makedirs(os.path.join(folder, "tmp"), exist_ok=True)
        os.makedirs(os.path.join(folder, "new"), exist_ok=True)
        Handler.kept += 1
        name = f"{Handler.kept:06}"
        with open(os.path.join(folder, "tmp", name), "wb") as file:
            file.write(message)
        os.rename(os.path.join(folder, "tmp", name), os.path.join(folder, "new", name))


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (
        settings["accounts"].get(data.login.decode()) == data.password.decode()
    )
    # Not handled: the reply is still to be sent.
    return AuthResult(success=right, handled=False)


async def serve(port, encryption=None, **options):
    def protocol():
        return SMTP(
            Handler(),
            data_size_limit=settings["message_size"],
            enable_SMTPUTF8=True,
            tls_context=tls,
            loop=loop,
            **options,
        )

    return await loop.create_server(protocol, "127.0.0.1", port, ssl=encryption)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(serve(settings["smtp"]))
for_accounts = {"authenticator": authenticate, "auth_required": True}
loop.run_until_complete(serve(settings["submission"], **for_accounts))
loop.run_until_complete(
    serve(settings["submissions"], encryption=tls, auth_require_tls=False, **for_accounts)
)
loop.run_forever()
