//! mailproto's submission: whole deliveries, with nothing left to decide.

use std::net::SocketAddr;

use mailproto::sasl::Mechanism;
use mailproto::smtp::{self, Envelope, Submission, SubmissionEvent, SubmissionOptions, TlsPolicy, Verdict};
use mailproto::{Endpoint, Error, Misuse};
use mailproto_host::blocking::Driver;

use super::tls::TLS;
use super::{Failure, TIMEOUTS, connect};
use crate::certificates::HOST;

/// A message is passed on in pieces of this size: chunks, where they are wanted.
const PIECE: usize = 1 << 20;

/// What became of the messages of one connection.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The verdict on each recipient of each message.
    pub(crate) verdicts: Vec<Vec<Verdict>>,
    /// Why recipients were given up without the server being asked.
    pub(crate) reasons: Vec<smtp::Failure>,
    /// Why the server takes nothing on this connection, and the code with which it said so.
    pub(crate) failure: Option<(smtp::Failure, Option<u16>)>,
    /// The mechanism of the login, and why a token was refused.
    pub(crate) login: Option<(Mechanism, Option<String>)>,
    /// The first word of each command between messages, in order.
    pub(crate) commands: Vec<String>,
}

/// Sends messages on one connection, and says good-bye.
pub(crate) fn submit(
    address: SocketAddr,
    options: SubmissionOptions,
    messages: &[(Envelope, &[u8])],
) -> Result<Report, Failure> {
    let implicit = options.tls == TlsPolicy::Implicit;
    let submission = Submission::new(SubmissionOptions { timeouts: TIMEOUTS, ..options })?;
    let mut stream = connect(address)?;
    if implicit {
        stream.start_tls(&TLS.client, HOST)?;
    }
    let mut driver = Driver::new(submission, stream);
    let mut told: Vec<Vec<Option<Verdict>>> = Vec::new();
    for (envelope, _) in messages {
        told.push(vec![None; envelope.recipients.len()]);
        driver.endpoint.submit(envelope.clone())?;
    }
    driver.endpoint.finish();

    let mut report = Report::default();
    let mut body: Option<&[u8]> = None;
    while !driver.endpoint.is_closed() {
        match driver.endpoint.next_event()? {
            Some(SubmissionEvent::StartTls) => {
                driver.start_tls(&TLS.client, HOST)?;
                driver.endpoint.tls_started()?;
            }
            Some(SubmissionEvent::BodyWanted { message }) => body = Some(messages[message.as_u32() as usize].1),
            Some(SubmissionEvent::Recipient { message, recipient, delivery }) => {
                let verdict = &mut told[message.as_u32() as usize][recipient as usize];
                assert_eq!(*verdict, None, "a recipient is told of twice");
                *verdict = Some(delivery.verdict);
                report.reasons.extend(delivery.failure);
            }
            Some(SubmissionEvent::Failed { failure, reply }) => {
                report.failure = Some((failure, reply.map(|reply| reply.code())));
            }
            Some(_) => {}
            None => match &mut body {
                Some(rest) => {
                    let passed = pass_on(&mut driver.endpoint, rest)?;
                    if matches!(passed, Passed::All) {
                        body = None;
                    }
                    if matches!(passed, Passed::Nothing) && !driver.endpoint.wants_write() {
                        driver.turn()?;
                    } else {
                        driver.flush()?;
                    }
                }
                None => {
                    report.commands.extend(first_words(&driver.endpoint.transmit_log().to_string()));
                    driver.turn()?;
                }
            },
        }
    }
    report.login = driver.endpoint.login_outcome().map(|outcome| {
        let error = outcome.token_error.and_then(|error| error.status());
        (outcome.mechanism, error.map(|status| status.to_string()))
    });
    let all = |verdicts: Vec<Option<Verdict>>| verdicts.into_iter().collect::<Option<Vec<_>>>();
    report.verdicts = told.into_iter().map(all).collect::<Option<_>>().expect("each recipient is told of");
    Ok(report)
}

enum Passed {
    All,
    Some,
    Nothing,
}

/// Passes on what can be taken of a message.
fn pass_on(submission: &mut Submission, rest: &mut &[u8]) -> Result<Passed, Failure> {
    if !rest.is_empty() {
        let taken = submission.send_data(&rest[..rest.len().min(PIECE)])?;
        *rest = &rest[taken..];
        return Ok(if taken == 0 { Passed::Nothing } else { Passed::Some });
    }
    match submission.finish_data() {
        Ok(()) => Ok(Passed::All),
        Err(Error::Misuse(Misuse::Full)) => Ok(Passed::Nothing),
        Err(error) => Err(error.into()),
    }
}

fn first_words(lines: &str) -> Vec<String> {
    lines.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}
