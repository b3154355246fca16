//! The driver on tokio.

use super::{CUT_OFF, LINES, Line, TOO_SILENT, certificates, message, peers, server, submission};
use mailproto::smtp::{ServerEvent, Submission, SubmissionEvent, Verdict};
use mailproto::{Endpoint, Error};
use mailproto_host::asynchronous::{Driver, Stream};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};

/// How long a call may run before it is dropped and made again; `None` for as long as it takes.
type Impatience = Option<Duration>;

async fn turn<E: Endpoint>(driver: &mut Driver<E>, impatience: Impatience) {
    match impatience {
        None => driver.turn().await.unwrap(),
        Some(patience) => {
            if let Ok(turned) = tokio::time::timeout(patience, driver.turn()).await {
                turned.unwrap();
            }
        }
    }
}

/// Serves one client, and returns the message that came.
async fn receive(socket: TcpStream, line: Line, impatience: Impatience) -> Vec<u8> {
    let config = &certificates().0;
    let mut stream = Stream::Plain(socket);
    if line == Line::Implicit {
        stream = stream.accept_tls(config).await.unwrap();
    }
    let mut driver = Driver::new(server(line), stream);
    let mut message = Vec::new();
    while !driver.endpoint.is_closed() {
        while let Some(event) = driver.endpoint.next_event().unwrap() {
            match event {
                ServerEvent::Data(bytes) => message.extend_from_slice(bytes),
                ServerEvent::StartTls => {
                    driver.accept_tls(config).await.unwrap();
                    driver.endpoint.tls_started().unwrap();
                }
                event if event.is_question() => driver.endpoint.accept().unwrap(),
                _ => {}
            }
        }
        turn(&mut driver, impatience).await;
    }
    driver.close().await.unwrap();
    message
}

/// Sends one message, and returns the verdict and how the connection ended.
async fn send(
    socket: std::net::TcpStream,
    line: Line,
    task: Submission,
    message: &[u8],
    impatience: Impatience,
) -> (Option<Verdict>, Result<(), Error>) {
    let config = &certificates().1;
    socket.set_nonblocking(true).unwrap();
    let mut stream = Stream::Plain(TcpStream::from_std(socket).unwrap());
    if line == Line::Implicit {
        stream = stream.start_tls(config, "localhost").await.unwrap();
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
                    driver.start_tls(config, "localhost").await.unwrap();
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
                driver.flush().await.unwrap();
            }
            Some(bytes) => {
                let taken = driver.endpoint.send_data(bytes).unwrap_or(bytes.len());
                rest = Some(&bytes[taken..]);
                driver.flush().await.unwrap();
            }
            None => turn(&mut driver, impatience).await,
        }
    }
    let _ = driver.close().await;
    (verdict, Ok(()))
}

/// One message from our client to our server.
async fn pair(line: Line, sent: &[u8], impatience: Impatience) -> Vec<u8> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = async { receive(listener.accept().await.unwrap().0, line, impatience).await };
    let (received, outcome) =
        tokio::join!(served, send(peers::connect(port), line, submission(line, |_| {}), sent, impatience));
    assert_eq!(outcome, (Some(Verdict::Accepted), Ok(())), "{line:?}");
    received
}

#[tokio::test]
async fn a_message_arrives_whole_on_every_kind_of_line() {
    for (line, length) in [(Line::Plain, 20 << 20), (Line::StartTls, 1_000), (Line::Implicit, 20 << 20)] {
        let sent = message(length);
        assert!(pair(line, &sent, None).await == sent, "{line:?}: the message arrived otherwise");
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_and_made_again_loses_nothing() {
    for line in LINES {
        let sent = message(1 << 20);
        let received = pair(line, &sent, Some(Duration::from_millis(1))).await;
        assert!(received == sent, "{line:?}: the message arrived otherwise");
    }
}

#[tokio::test]
async fn a_silent_server_is_given_up_in_time() {
    let (port, served) = peers::spawn(peers::silent);
    let task = submission(Line::Plain, |options| options.timeouts.greeting = 1);
    let begun = Instant::now();
    assert_eq!(
        send(peers::connect(port), Line::Plain, task, b"", None).await,
        (Some(Verdict::Transient), Err(TOO_SILENT))
    );
    assert!((Duration::from_millis(900)..Duration::from_secs(5)).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    served.join().unwrap();
}

#[tokio::test]
async fn a_server_that_hangs_up_in_the_middle_leaves_no_doubt() {
    let (port, served) = peers::spawn(peers::hangs_up);
    let task = submission(Line::Plain, |_| {});
    assert_eq!(
        send(peers::connect(port), Line::Plain, task, &message(50 << 20), None).await,
        (Some(Verdict::Transient), Err(CUT_OFF))
    );
    served.join().unwrap();
}

#[tokio::test]
async fn two_sides_that_both_write_do_not_wait_for_each_other() {
    let (ours, theirs) = peers::narrow_pair();
    let served = std::thread::spawn(move || peers::talks_without_listening(theirs));
    let (verdict, _) = send(ours, Line::Plain, submission(Line::Plain, |_| {}), &message(2 << 20), None).await;
    assert_eq!(verdict, Some(Verdict::Permanent));
    served.join().unwrap();
}
