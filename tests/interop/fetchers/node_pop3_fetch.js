// Fetches and deletes everything with node-pop3; the settings are a JSON file.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const Pop3Command = require("node-pop3");

const settings = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));

async function main() {
  const { host, port, user, password, encryption } = settings;
  const pop3 = new Pop3Command({
    host, port, user, password,
    tls: encryption === "implicit",
    servername: "localhost",
    timeout: 60_000,
  });
  for (const [number] of await pop3.LIST()) {
    const [, stream] = await pop3.command("RETR", number);
    const pieces = [];
    for await (const piece of stream) {
      pieces.push(piece);
    }
    // It leaves the added dots in, and takes the last line end off where that came with the lone dot.
    const wire = Buffer.concat(pieces).toString("latin1");
    const message = wire.replace(/(^|\r\n)\.\./g, "$1.") + (wire.endsWith("\r\n") ? "" : "\r\n");
    fs.writeFileSync(path.join(settings.inbox, number), message, "latin1");
    await pop3.command("DELE", number);
  }
  console.log(await pop3.QUIT());
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
