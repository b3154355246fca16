"""Sends one message with smtplib; the settings are a JSON file."""

import json
import smtplib
import ssl
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    settings = json.load(file)
with open(settings["message"], "rb") as file:
    message = file.read()

tls = ssl.create_default_context(cafile=settings["authority"])
address = (settings["host"], settings["port"])
if settings["encryption"] == "implicit":
    connection = smtplib.SMTP_SSL(*address, settings["name"], context=tls)
else:
    connection = smtplib.SMTP(*address, settings["name"])
with connection:
    if len(message) < 100_000:
        connection.set_debuglevel(1)
    if settings["encryption"] == "starttls":
        connection.starttls(context=tls)
    connection.ehlo()
    if login := settings["login"]:
        connection.user, connection.password = login["user"], login["password"]
        mechanism = login["mechanism"]
        connection.auth(mechanism, getattr(connection, f"auth_{mechanism.lower()}"))
    options = []
    if not message.isascii():
        options.append("BODY=8BITMIME")
    if not "".join([settings["from"], *settings["to"]]).isascii():
        options.append("SMTPUTF8")
    refused = connection.sendmail(settings["from"], settings["to"], message, options)
    print("refused:", refused)
