//! The blocking driver.

use super::{CUT_OFF, Line, TOO_SILENT, certificates, message, peers, server, submission};
use mailproto::smtp::{ServerEvent, Submission, SubmissionEvent, Verdict};
use mailproto::{Endpoint, Error};
use mailproto_host::blocking::{Driver, Stream};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Serves one client, and returns the message that came.
fn receive(socket: TcpStream, line: Line) -> Vec<u8> {
    let config = &certificates().0;
    let mut stream = Stream::from(socket);
    if line == Line::Implicit {
        stream.accept_tls(config).unwrap();
    }
    let mut driver = Driver::new(server(line), stream);
    let mut message = Vec::new();
    while !driver.endpoint.is_closed() {
        while let Some(event) = driver.endpoint.next_event().unwrap() {
            match event {
                ServerEvent::Data(bytes) => message.extend_from_slice(bytes),
                ServerEvent::StartTls => {
                    driver.accept_tls(config).unwrap();
                    driver.endpoint.tls_started().unwrap();
                }
                event if event.is_question() => driver.endpoint.accept().unwrap(),
                _ => {}
            }
        }
        driver.turn().unwrap();
    }
    driver.close().unwrap();
    message
}

/// Sends one message, and returns the verdict and how the connection ended.
fn send(socket: TcpStream, line: Line, task: Submission, message: &[u8]) -> (Option<Verdict>, Result<(), Error>) {
    let config = &certificates().1;
    let mut stream = Stream::from(socket);
    if line == Line::Implicit {
        stream.start_tls(config, "localhost").unwrap();
    }
    let mut driver = Driver::new(task, stream);
    let mut verdict = None;
    let mut rest: Option<&[u8]> = None;
    while !driver.endpoint.is_closed() {
        loop {
            match driver.endpoint.next_event() {
                Ok(None) => break,
                Ok(Some(SubmissionEvent::BodyWanted { .. })) => rest = Some(message),
                Ok(Some(SubmissionEvent::Recipient { delivery, .. })) => verdict = Some(delivery.verdict),
                Ok(Some(SubmissionEvent::StartTls)) => {
                    driver.start_tls(config, "localhost").unwrap();
                    driver.endpoint.tls_started().unwrap();
                }
                Ok(Some(_)) => {}
                Err(error) => return (verdict, Err(error)),
            }
        }
        match rest {
            Some([]) => {
                if driver.endpoint.finish_data().is_ok() {
                    rest = None;
                }
                driver.flush().unwrap();
            }
            Some(bytes) => {
                let taken = driver.endpoint.send_data(bytes).unwrap_or(bytes.len());
                rest = Some(&bytes[taken..]);
                driver.flush().unwrap();
            }
            None => driver.turn().unwrap(),
        }
    }
    let _ = driver.close();
    (verdict, Ok(()))
}

#[test]
fn a_message_arrives_whole_on_every_kind_of_line() {
    for (line, length) in [(Line::Plain, 20 << 20), (Line::StartTls, 1_000), (Line::Implicit, 20 << 20)] {
        let sent = message(length);
        let (port, served) = peers::spawn(move |socket| receive(socket, line));
        assert_eq!(
            send(peers::connect(port), line, submission(line, |_| {}), &sent),
            (Some(Verdict::Accepted), Ok(())),
            "{line:?}"
        );
        assert!(served.join().unwrap() == sent, "{line:?}: the message arrived otherwise");
    }
}

#[test]
fn a_silent_server_is_given_up_in_time() {
    let (port, served) = peers::spawn(peers::silent);
    let task = submission(Line::Plain, |options| options.timeouts.greeting = 1);
    let begun = Instant::now();
    assert_eq!(send(peers::connect(port), Line::Plain, task, b""), (Some(Verdict::Transient), Err(TOO_SILENT)));
    assert!((Duration::from_millis(900)..Duration::from_secs(5)).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    served.join().unwrap();
}

#[test]
fn a_server_that_hangs_up_in_the_middle_leaves_no_doubt() {
    let (port, served) = peers::spawn(peers::hangs_up);
    let task = submission(Line::Plain, |_| {});
    assert_eq!(
        send(peers::connect(port), Line::Plain, task, &message(50 << 20)),
        (Some(Verdict::Transient), Err(CUT_OFF))
    );
    served.join().unwrap();
}

#[test]
fn two_sides_that_both_write_do_not_wait_for_each_other() {
    let (ours, theirs) = peers::narrow_pair();
    let served = std::thread::spawn(move || peers::talks_without_listening(theirs));
    let (verdict, _) = send(ours, Line::Plain, submission(Line::Plain, |_| {}), &message(2 << 20));
    assert_eq!(verdict, Some(Verdict::Permanent));
    served.join().unwrap();
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let (port, served) = peers::spawn(|socket| Stream::from(socket).accept_tls(&certificates().0).is_err());
    let public = mailproto_host::tls::client(&mailproto_host::tls::Trust::Public).unwrap();
    let mut stream = Stream::connect("localhost", port).unwrap();
    let error = stream.start_tls(&public, "localhost").unwrap_err();
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    drop(stream);
    assert!(served.join().unwrap());
}
