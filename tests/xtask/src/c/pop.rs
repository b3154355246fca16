//! Mail is fetched: by the example from the command and from a server in C, and by Python's poplib from that
//! server.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::Built;
use super::check::sanitized_example;
use super::mail::{Serving, certificate, content, listening, plain, watched};
use crate::process::{self, Background};
use crate::serve;

/// The programs, and how they are run.
struct Programs {
    pop: PathBuf,
    maildrop: PathBuf,
    send: PathBuf,
    valgrind: bool,
}

/// Everything: under sanitizers, then in plain builds under valgrind.
pub(super) fn run(built: &Built, folder: &Path) -> Result<()> {
    let work = folder.join("pop-work");
    let command = serve::command()?;
    for valgrind in [false, true] {
        let make =
            |example| if valgrind { plain(example, built, folder) } else { sanitized_example(example, built, folder) };
        let programs = Programs { pop: make("pop")?, maildrop: make("maildrop")?, send: make("send")?, valgrind };
        fresh(&work)?;
        programs.fetch_from_the_command(&command, &work)?;
        programs.fetch_from_c(&work)?;
        programs.by_python(&work)?;
    }
    Ok(())
}

/// Where the command listens.
#[derive(Deserialize)]
struct Ready {
    smtp: u16,
    pop3: u16,
    pop3s: u16,
}

impl Programs {
    /// By STLS and by TLS from the first byte, each message once, and none is left in the end.
    fn fetch_from_the_command(&self, command: &Path, work: &Path) -> Result<()> {
        let (certificate, key) = certificate(work)?;
        let mut command = process::command(command);
        command.args(["serve", "--smtp", "0", "--pop3", "0", "--pop3s", "0", "--domain", "example.org"]);
        command.args(["--user", "tim:a secret", "--json", "--tls-cert"]).arg(&certificate).arg("--tls-key").arg(key);
        let mut server = Background::start(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let mut lines = BufReader::new(server.child().stdout.take().context("the server has no stdout")?).lines();
        let line = lines.next().context("the server ended")??;
        let ready: Ready = serde_json::from_str(&line).with_context(|| format!("the server said `{line}`"))?;
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));

        let message = work.join("message");
        fs::write(&message, content())?;
        for _ in 0..2 {
            let url = format!("smtp://127.0.0.1:{}", ready.smtp);
            let mut send = watched(&self.send, false);
            process::run(send.args(["--tls", "none", &url, "ann@host.example", "tim@example.org"]).arg(&message))?;
        }
        let ca = certificate.display().to_string();
        let (starttls, implicit) = (("pop3", ready.pop3), ("pop3s", ready.pop3s));
        let (first, second) = (fresh(&work.join("first"))?, fresh(&work.join("second"))?);
        self.fetched(starttls, &["--keep", "--tls", "required", "--ca", &ca], "a secret", &first, 2)?;
        self.fetched(implicit, &["--keep-days", "7", "--ca", &ca], "a secret", &first, 0)?;
        self.refused(starttls, &["--tls", "required"], "a secret", &second, "certificate")?;
        self.refused(starttls, &["--ca", &ca], "wrong", &second, "reason 20: [AUTH]")?;
        self.fetched(implicit, &["--ca", &ca], "a secret", &second, 2)?;
        self.fetched(starttls, &["--insecure"], "a secret", &fresh(&work.join("third"))?, 0)?;
        for stored in [first.join("1.eml"), second.join("2.eml")] {
            // The server puts its trace in front.
            if !fs::read(&stored)?.ends_with(&content()) {
                bail!("{} is not what was sent", stored.display());
            }
        }
        Ok(())
    }

    /// By SCRAM without TLS, from a server that proves that it knows the password too.
    fn fetch_from_c(&self, work: &Path) -> Result<()> {
        let drop = fresh(&work.join("drop"))?;
        let messages = messages(&drop)?;
        let (mut server, port) = self.maildrop(&drop, 4)?;
        let folder = fresh(&work.join("fetched"))?;
        self.refused(("pop3", port), &["--tls", "none"], "wrong", &folder, "reason 20: [AUTH]")?;
        self.fetched(("pop3", port), &["--tls", "none", "--keep"], "a secret", &folder, 3)?;
        self.fetched(("pop3", port), &["--tls", "none"], "a secret", &folder, 0)?;
        self.fetched(("pop3", port), &[], "a secret", &folder, 0)?;
        ended(&mut server)?;
        for (number, sent) in (1..).zip(messages) {
            let stored = folder.join(format!("{number}.eml"));
            if fs::read(&stored)? != sent {
                bail!("{} is not what was in the maildrop", stored.display());
            }
        }
        Ok(())
    }

    /// Everything that poplib can say.
    fn by_python(&self, work: &Path) -> Result<()> {
        let drop = fresh(&work.join("drop"))?;
        messages(&drop)?;
        let (mut server, port) = self.maildrop(&drop, 3)?;
        let script = crate::project::path("tests/c/maildrop.py");
        process::run(process::command("python3").arg(script).arg(port.to_string()).arg(&drop))?;
        ended(&mut server)
    }

    /// Fetches, and makes sure that so many messages were new.
    fn fetched(&self, service: (&str, u16), options: &[&str], password: &str, folder: &Path, new: usize) -> Result<()> {
        let output = self.pop(service, options, password, folder)?;
        let said = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() || said.lines().count() != new {
            let errors = String::from_utf8_lossy(&output.stderr);
            bail!("pop {service:?} {options:?} ended with {} and not {new} messages: {said}{errors}", output.status);
        }
        println!("  {} {}: {new} new messages", service.0, options.join(" "));
        Ok(())
    }

    /// Tries to fetch, and makes sure that it is told why that is not done.
    fn refused(&self, service: (&str, u16), options: &[&str], password: &str, folder: &Path, why: &str) -> Result<()> {
        let output = self.pop(service, options, password, folder)?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.code() != Some(1) || !said.contains(why) || folder.join("1.eml").exists() {
            bail!("pop {service:?} {options:?} ended with {}, without `{why}`: {said}", output.status);
        }
        println!("  {} {}: refused, as it must be", service.0, options.join(" "));
        Ok(())
    }

    fn pop(
        &self,
        (scheme, port): (&str, u16),
        options: &[&str],
        password: &str,
        folder: &Path,
    ) -> Result<std::process::Output> {
        let url = format!("{scheme}://tim:{password}@127.0.0.1:{port}");
        let mut command = watched(&self.pop, self.valgrind);
        command.args(options).arg(url).arg(folder).output().context("pop cannot be started")
    }

    /// Starts the server in C on a free port; it ends by itself after so many sessions.
    fn maildrop(&self, drop: &Path, sessions: u32) -> Result<(Serving, u16)> {
        let mut command = watched(&self.maildrop, self.valgrind);
        command.arg(drop).arg(sessions.to_string()).stderr(Stdio::piped());
        let mut child = command.spawn().context("maildrop cannot be started")?;
        let port = listening(&mut child)?;
        Ok((Serving(child), port))
    }
}

/// Fails unless the server ended well.
fn ended(server: &mut Serving) -> Result<()> {
    let status = server.wait()?;
    if !status.success() {
        bail!("maildrop ended with {status}");
    }
    Ok(())
}

/// An empty folder.
fn fresh(folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    Ok(folder.to_owned())
}

/// Fills a maildrop with three messages, and says what a client gets of them: lines that end with CR LF.
fn messages(drop: &Path) -> Result<[Vec<u8>; 3]> {
    let short = b"Subject: one\r\n\r\nline 1\r\n.line 2\r\n..\r\n.\r\nline 5\r\n".to_vec();
    let bare = b"Subject: two\n\nLF alone\n.dot\n".to_vec();
    for (number, message) in (1..).zip([&short, &bare, &content()]) {
        fs::write(drop.join(format!("{number}.eml")), message)?;
    }
    let canonical = b"Subject: two\r\n\r\nLF alone\r\n.dot\r\n".to_vec();
    Ok([short, canonical, content()])
}
