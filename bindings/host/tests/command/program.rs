//! Runs the program.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::thread::JoinHandle;

/// The program, for those who want it otherwise than [`run`].
pub(super) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_mailproto"))
}

/// Runs the program with these arguments and this input, and returns what came of it.
pub(super) fn run(arguments: &[&str], input: &[u8]) -> Outcome {
    run_with(&mut program(), arguments, input)
}

/// The same with a variable in the environment.
pub(super) fn run_in(variable: (&str, &str), arguments: &[&str], input: &[u8]) -> Outcome {
    run_with(program().env(variable.0, variable.1), arguments, input)
}

/// The same with no more memory of its own than so many KiB.
#[cfg(target_os = "linux")]
pub(super) fn run_within(kibibytes: u32, arguments: &[&str], input: &[u8]) -> Outcome {
    let script = format!("ulimit -d {kibibytes} && exec \"$0\" \"$@\"");
    run_with(Command::new("sh").args(["-c", &script, env!("CARGO_BIN_EXE_mailproto")]), arguments, input)
}

/// The same where such a bound has no effect.
#[cfg(not(target_os = "linux"))]
pub(super) fn run_within(_: u32, arguments: &[&str], input: &[u8]) -> Outcome {
    run(arguments, input)
}

fn run_with(command: &mut Command, arguments: &[&str], input: &[u8]) -> Outcome {
    let command = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A program that does not read its input closes the pipe.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { status: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

/// What came of a run.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) status: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Outcome {
    /// The JSON objects on stdout, one a line.
    pub(super) fn objects(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The one JSON object on stdout.
    #[track_caller]
    pub(super) fn object(&self) -> Value {
        let objects = self.objects();
        assert_eq!(objects.len(), 1, "{self:?}");
        objects[0].clone()
    }

    #[track_caller]
    pub(super) fn ended_with(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{self:?}");
        self
    }
}

/// A running `mailproto serve`.
pub(super) struct Server {
    child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    stderr: Option<JoinHandle<String>>,
    pub(super) ready: Value,
}

impl Server {
    /// Starts it, and waits until it listens.
    pub(super) fn start(arguments: &[&str]) -> Self {
        let command = &mut program();
        let command = command.arg("serve").args(arguments).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut pipe = child.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            pipe.read_to_string(&mut text).unwrap();
            text
        });
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_default();
        Self { child, stdout: Some(stdout), stderr: Some(stderr), ready }
    }

    /// The port of a listener.
    #[track_caller]
    pub(super) fn port(&self, listener: &str) -> u16 {
        self.ready[listener].as_u64().unwrap_or_else(|| panic!("no {listener} in {}", self.ready)) as u16
    }

    /// The URL of a listener.
    #[track_caller]
    pub(super) fn url(&self, scheme: &str, listener: &str) -> String {
        format!("{scheme}://localhost:{}", self.port(listener))
    }

    /// The next message that it tells of.
    pub(super) fn message(&mut self) -> Value {
        let mut line = String::new();
        self.stdout.as_mut().unwrap().read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Nobody reads any more what it tells.
    pub(super) fn close_stdout(&mut self) {
        self.stdout = None;
    }

    /// The most memory that it has had at a time, in bytes.
    #[cfg(target_os = "linux")]
    pub(super) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() << 10
    }

    /// Sends a signal to it, by its name.
    pub(super) fn signal(&self, name: &str) {
        let told = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
    }

    /// Waits for its end; the exit status, and everything on stderr.
    pub(super) fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap().code();
        (status, self.stderr.take().unwrap().join().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
