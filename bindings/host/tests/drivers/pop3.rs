//! POP3 on both drivers: a maildrop with one large message, fetched by our client from our server.

use super::{Line, certificates, message, peers};
use mailproto::pop3::{CapabilitySet, Client, ClientEvent, ClientOptions, Server, ServerEvent, ServerOptions, Verb};
use mailproto::{Endpoint, Error};
use mailproto_host::{asynchronous, blocking};
use std::net::TcpStream;
use tokio::net::{TcpListener, TcpStream as TokioStream};

const LENGTH: usize = 4 << 20;

fn server(line: Line) -> Server {
    let mut options = ServerOptions {
        tls: line == Line::Implicit,
        auth_without_tls: line == Line::Plain,
        ..ServerOptions::default()
    };
    if line == Line::StartTls {
        options.offered = options.offered.with(CapabilitySet::STLS);
    }
    Server::new(options).unwrap()
}

/// Answers a question; `true` when the message is to be sent.
fn answer(server: &mut Server, event: &Asked, size: u64) -> bool {
    match event {
        Asked::Open => server.open(1, size).unwrap(),
        Asked::Size => server.size(size).unwrap(),
        Asked::Message => {
            server.accept().unwrap();
            return true;
        }
        Asked::Other => server.accept().unwrap(),
    }
    false
}

/// A question, without what it borrowed.
enum Asked {
    Open,
    Size,
    Message,
    Other,
}

fn asked(event: &ServerEvent<'_>) -> Option<Asked> {
    Some(match event {
        ServerEvent::Open => Asked::Open,
        ServerEvent::Size { .. } | ServerEvent::Delete { .. } => Asked::Size,
        ServerEvent::Message { .. } => Asked::Message,
        event if event.is_question() => Asked::Other,
        _ => return None,
    })
}

/// What the client does after an event: logs in, fetches the one message and deletes it. `true` where TLS
/// begins.
fn go_on(client: &mut Client, line: Line, message: &mut Vec<u8>) -> Result<Option<bool>, Error> {
    let Some(event) = client.next_event()? else { return Ok(None) };
    match event {
        ClientEvent::Greeting(_) if line == Line::StartTls => drop(client.stls()?),
        ClientEvent::Greeting(_) => log_in(client),
        ClientEvent::StartTls { .. } => return Ok(Some(true)),
        ClientEvent::Response { verb, response, .. } => assert!(response.is_ok(), "{verb:?}: {response:?}"),
        ClientEvent::Data { bytes, .. } => message.extend_from_slice(bytes),
        ClientEvent::End { verb, .. } => assert_eq!(verb, Verb::Retr),
        _ => {}
    }
    Ok(Some(false))
}

/// Everything that is to be said, one behind the other.
fn log_in(client: &mut Client) {
    client.login("mrose", "a secret").unwrap();
    client.retr(1).unwrap();
    client.dele(1).unwrap();
    client.quit().unwrap();
}

fn serve_blocking(socket: TcpStream, line: Line, content: &[u8]) {
    let config = &certificates().0;
    let mut stream = blocking::Stream::from(socket);
    if line == Line::Implicit {
        stream.accept_tls(config).unwrap();
    }
    let mut driver = blocking::Driver::new(server(line), stream);
    while !driver.endpoint.is_closed() {
        while let Some(event) = driver.endpoint.next_event().unwrap() {
            let begins_tls = event == ServerEvent::StartTls;
            if let Some(asked) = asked(&event)
                && answer(&mut driver.endpoint, &asked, content.len() as u64)
            {
                let mut rest = content;
                while !rest.is_empty() {
                    let taken = driver.endpoint.send_data(rest).unwrap();
                    rest = &rest[taken..];
                    driver.flush().unwrap();
                }
                while driver.endpoint.finish_data().is_err() {
                    driver.flush().unwrap();
                }
            }
            if begins_tls {
                driver.accept_tls(config).unwrap();
                driver.endpoint.tls_started().unwrap();
            }
        }
        driver.turn().unwrap();
    }
    driver.close().unwrap();
}

#[test]
fn a_message_is_fetched_whole_on_every_kind_of_line_by_blocking_sockets() {
    for line in [Line::Plain, Line::StartTls, Line::Implicit] {
        let sent = message(LENGTH);
        let content = sent.clone();
        let (port, served) = peers::spawn(move |socket| serve_blocking(socket, line, &content));
        let config = &certificates().1;
        let mut stream = blocking::Stream::from(peers::connect(port));
        if line == Line::Implicit {
            stream.start_tls(config, "localhost").unwrap();
        }
        let mut driver = blocking::Driver::new(Client::new(ClientOptions::default()), stream);
        let mut fetched = Vec::new();
        while !driver.endpoint.is_closed() {
            while let Some(begins_tls) = go_on(&mut driver.endpoint, line, &mut fetched).unwrap() {
                if begins_tls {
                    driver.start_tls(config, "localhost").unwrap();
                    driver.endpoint.tls_started().unwrap();
                    log_in(&mut driver.endpoint);
                }
            }
            driver.turn().unwrap();
        }
        driver.close().unwrap();
        served.join().unwrap();
        assert!(fetched == sent, "{line:?}: the message arrived otherwise");
    }
}

async fn serve_tokio(socket: TokioStream, line: Line, content: &[u8]) {
    let config = &certificates().0;
    let mut stream = asynchronous::Stream::Plain(socket);
    if line == Line::Implicit {
        stream = stream.accept_tls(config).await.unwrap();
    }
    let mut driver = asynchronous::Driver::new(server(line), stream);
    while !driver.endpoint.is_closed() {
        while let Some(event) = driver.endpoint.next_event().unwrap() {
            let begins_tls = event == ServerEvent::StartTls;
            if let Some(asked) = asked(&event)
                && answer(&mut driver.endpoint, &asked, content.len() as u64)
            {
                let mut rest = content;
                while !rest.is_empty() {
                    let taken = driver.endpoint.send_data(rest).unwrap();
                    rest = &rest[taken..];
                    driver.flush().await.unwrap();
                }
                while driver.endpoint.finish_data().is_err() {
                    driver.flush().await.unwrap();
                }
            }
            if begins_tls {
                driver.accept_tls(config).await.unwrap();
                driver.endpoint.tls_started().unwrap();
            }
        }
        driver.turn().await.unwrap();
    }
    driver.close().await.unwrap();
}

async fn fetch_tokio(socket: TokioStream, line: Line) -> Vec<u8> {
    let config = &certificates().1;
    let mut stream = asynchronous::Stream::Plain(socket);
    if line == Line::Implicit {
        stream = stream.start_tls(config, "localhost").await.unwrap();
    }
    let mut driver = asynchronous::Driver::new(Client::new(ClientOptions::default()), stream);
    let mut fetched = Vec::new();
    while !driver.endpoint.is_closed() {
        while let Some(begins_tls) = go_on(&mut driver.endpoint, line, &mut fetched).unwrap() {
            if begins_tls {
                driver.start_tls(config, "localhost").await.unwrap();
                driver.endpoint.tls_started().unwrap();
                log_in(&mut driver.endpoint);
            }
        }
        driver.turn().await.unwrap();
    }
    driver.close().await.unwrap();
    fetched
}

#[tokio::test]
async fn a_message_is_fetched_whole_on_every_kind_of_line_by_tokio() {
    for line in [Line::Plain, Line::StartTls, Line::Implicit] {
        let sent = message(LENGTH);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = async { serve_tokio(listener.accept().await.unwrap().0, line, &sent).await };
        let fetching = async { fetch_tokio(TokioStream::connect(address).await.unwrap(), line).await };
        let ((), fetched) = tokio::join!(served, fetching);
        assert!(fetched == sent, "{line:?}: the message arrived otherwise");
    }
}
