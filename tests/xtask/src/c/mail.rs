//! The examples send each other mail, in plain text and under TLS; what arrives is what was sent.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use super::check::sanitized_example;
use super::{Built, compiler, sources};
use crate::process;

/// Certificates and the message, made for one run.
struct Materials {
    folder: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
    message: PathBuf,
}

/// How a pair of programs is run.
struct Pair {
    send: PathBuf,
    serve: PathBuf,
    valgrind: bool,
}

/// Everything: under sanitizers, then in plain builds under valgrind.
pub(super) fn run(built: &Built, folder: &Path) -> Result<()> {
    let materials = Materials::make(folder)?;
    let sanitized = Pair {
        send: sanitized_example("send", built, folder)?,
        serve: sanitized_example("serve", built, folder)?,
        valgrind: false,
    };
    exchange(&sanitized, &materials)?;
    refusals(&sanitized, &materials)?;
    let plain = Pair { send: plain("send", built, folder)?, serve: plain("serve", built, folder)?, valgrind: true };
    exchange(&plain, &materials)
}

/// The whole matrix of ways to send one message.
fn exchange(pair: &Pair, materials: &Materials) -> Result<()> {
    let certificate = materials.certificate.display().to_string();
    let offers_tls = ["--cert", &certificate, "--key", &materials.key.display().to_string()].map(str::to_owned);
    let with = |extra: &[&str]| offers_tls.iter().cloned().chain(extra.iter().map(|&word| word.to_owned())).collect();
    let none: Vec<String> = Vec::new();
    let implicit: Vec<String> = with(&["--implicit"]);
    let authenticated: Vec<String> = with(&["--user", "tim:secret"]);

    sent(pair, materials, &none, "smtp://", &["--tls", "none"])?;
    sent(pair, materials, &none, "smtp://", &[])?;
    sent(pair, materials, &with(&[]), "smtp://", &["--tls", "required", "--ca", &certificate])?;
    sent(pair, materials, &with(&[]), "smtp://", &["--insecure"])?;
    sent(pair, materials, &implicit, "smtps://", &["--ca", &certificate])?;
    sent(pair, materials, &authenticated, "smtp://tim:secret@", &["--tls", "required", "--ca", &certificate])
}

/// What must not be sent is not.
fn refusals(pair: &Pair, materials: &Materials) -> Result<()> {
    let certificate = materials.certificate.display().to_string();
    let key = materials.key.display().to_string();
    let tls = ["--cert", &certificate, "--key", &key].map(str::to_owned).to_vec();
    let authenticated: Vec<String> = tls.iter().cloned().chain(["--user", "tim:secret"].map(str::to_owned)).collect();
    // A certificate that nobody vouches for, TLS that is not there, a wrong password, a password in plain text.
    refused(pair, materials, &tls, "smtp://", &["--tls", "required"], "certificate")?;
    refused(pair, materials, &[], "smtp://", &["--tls", "required"], "reason 18")?;
    refused(pair, materials, &authenticated, "smtp://tim:wrong@", &["--ca", &certificate], "535 5.7.8")?;
    refused(pair, materials, &authenticated, "smtp://tim:secret@", &["--tls", "none"], "reason 20")
}

/// Sends one message, and compares what arrived with it byte for byte.
fn sent(pair: &Pair, materials: &Materials, server: &[String], scheme: &str, client: &[&str]) -> Result<()> {
    let (mut serve, port) = pair.serve(materials, server)?;
    let output = pair.send(materials, scheme, port, client)?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        bail!("send {scheme} {client:?} ended with {}: {said}", output.status);
    }
    let ended = serve.wait()?;
    if !ended.success() {
        bail!("serve {server:?} ended with {ended}");
    }
    let arrived = fs::read(materials.stored())?;
    fs::remove_file(materials.stored())?;
    if arrived != fs::read(&materials.message)? {
        bail!("send {scheme} {client:?}: what arrived is not what was sent ({} bytes)", arrived.len());
    }
    println!("  {scheme} {}: {} bytes arrived as they were sent", client.join(" "), arrived.len());
    Ok(())
}

/// Tries to send one message, and makes sure that it is told why that is not done.
fn refused(
    pair: &Pair,
    materials: &Materials,
    server: &[String],
    scheme: &str,
    client: &[&str],
    why: &str,
) -> Result<()> {
    let (mut serve, port) = pair.serve(materials, server)?;
    let output = pair.send(materials, scheme, port, client)?;
    serve.kill()?;
    serve.wait()?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.code() != Some(1) || !said.contains(why) || materials.stored().exists() {
        bail!("send {scheme} {client:?} ended with {}, without `{why}`: {said}", output.status);
    }
    println!("  {scheme} {}: refused, as it must be", client.join(" "));
    Ok(())
}

impl Pair {
    /// Starts the server on a free port; it ends by itself after one message.
    fn serve(&self, materials: &Materials, arguments: &[String]) -> Result<(Serving, u16)> {
        let mut child = self
            .command(&self.serve)
            .args(["--messages", "1", "--store"])
            .arg(&materials.folder)
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .context("serve cannot be started")?;
        let port = listening(&mut child)?;
        Ok((Serving(child), port))
    }

    fn send(&self, materials: &Materials, scheme: &str, port: u16, arguments: &[&str]) -> Result<std::process::Output> {
        let url = format!("{scheme}127.0.0.1:{port}");
        self.command(&self.send)
            .args(arguments)
            .args([&url, "a@host.example", "b@example.org"])
            .arg(&materials.message)
            .output()
            .context("send cannot be started")
    }

    fn command(&self, program: &Path) -> Command {
        watched(program, self.valgrind)
    }
}

/// Runs a program with a bound on its time, and under valgrind if told to.
pub(super) fn watched(program: &Path, valgrind: bool) -> Command {
    let mut command = process::command("timeout");
    command.arg("120");
    if valgrind {
        command.args(["valgrind", "--quiet", "--leak-check=full", "--errors-for-leak-kinds=all"]);
        command.args(["--show-leak-kinds=all", "--error-exitcode=99"]);
    }
    command.arg(program);
    command
}

/// The port on which a server says on stderr that it listens. What else it says goes where a reader sees it.
pub(super) fn listening(child: &mut Child) -> Result<u16> {
    let mut lines = BufReader::new(child.stderr.take().context("the server has no stderr")?);
    let mut line = String::new();
    lines.read_line(&mut line)?;
    let port = line.trim().strip_prefix("listening on 127.0.0.1:").and_then(|port| port.parse().ok());
    let Some(port) = port else {
        lines.read_to_string(&mut line)?;
        bail!("the server does not listen: {line}");
    };
    std::thread::spawn(move || lines.lines().map_while(Result::ok).for_each(|line| eprintln!("  server: {line}")));
    Ok(port)
}

/// A server that is ended when its test is.
pub(super) struct Serving(pub(super) Child);

impl Serving {
    pub(super) fn wait(&mut self) -> Result<std::process::ExitStatus> {
        Ok(self.0.wait()?)
    }

    fn kill(&mut self) -> Result<()> {
        // `timeout` passes the signal on to the program it watches.
        process::run(process::command("kill").arg(self.0.id().to_string()))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let _ = self.kill();
            let _ = self.0.wait();
        }
    }
}

impl Materials {
    fn make(folder: &Path) -> Result<Self> {
        let folder = folder.join("mail");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let message = folder.join("message");
        let (certificate, key) = certificate(&folder)?;
        fs::write(&message, content())?;
        Ok(Self { folder, certificate, key, message })
    }

    fn stored(&self) -> PathBuf {
        self.folder.join("1.eml")
    }
}

/// A certificate for 127.0.0.1 and its key, in a folder.
pub(super) fn certificate(folder: &Path) -> Result<(PathBuf, PathBuf)> {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    process::run(
        process::command("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
            .args(["-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"])
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .stderr(Stdio::null()),
    )?;
    Ok((certificate, key))
}

/// A message in which every line could be mistaken for its end.
pub(super) fn content() -> Vec<u8> {
    let mut text = b"Subject: dots and bytes\r\n\r\n".to_vec();
    for line in 0..5_000_u32 {
        text.extend((0..line % 4).map(|_| b'.'));
        text.extend_from_slice(format!("line {line} of r\u{e9}sum\u{e9}s and na\u{ef}vet\u{e9}").as_bytes());
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b".\r\n..\r\n");
    text
}

/// An example as its users build it.
pub(super) fn plain(example: &str, built: &Built, folder: &Path) -> Result<PathBuf> {
    let program = folder.join(example);
    process::run(
        compiler("cc")
            .args(["-g", "-O1"])
            .args(sources(example))
            .arg(&built.archive)
            .args(["-lssl", "-lcrypto", "-o"])
            .arg(&program),
    )?;
    Ok(program)
}
