//! POP3: what both sides and the download are told.

use crate::readable;
use mailproto::Endpoint;
use mailproto::pop3::{
    CapabilitySet, Client, ClientEvent, ClientOptions, Download, DownloadEvent, DownloadOptions, Retention, Seen,
    Server, ServerEvent, ServerOptions, Verb,
};
use mailproto::sasl::Account;
use std::fmt::Write;

#[test]
fn a_client_tells_of_each_response() {
    let mut client: Client = Client::new(ClientOptions::default());
    client.capa().unwrap();
    client.login("mrose", "a secret").unwrap();
    client.list(None).unwrap();
    client.uidl(None).unwrap();
    client.list(Some(7)).unwrap();
    client.stat().unwrap();
    client.top(1, 1).unwrap();
    client.dele(1).unwrap();
    client.lang(None).unwrap();
    client.quit().unwrap();
    let mut log = String::new();
    for response in [
        "+OK ready <1896.697170952@dbc.mtview.ca.us>\r\n",
        "+OK\r\nTOP\r\nUSER\r\nUIDL\r\nPIPELINING\r\nSASL PLAIN X-OWN\r\nEXPIRE 30\r\nX-UNKNOWN a b\r\n.\r\n",
        "+OK\r\n",
        "+OK welcome\r\n",
        "+OK 2 messages\r\n1 120\r\n2 x\r\n3  200 more\r\n.\r\n+OK\r\n1 whqtswO00WBw418f9t5JxYwZ\r\nQhdPYR:00WBw1Ph7x7\r\n.\r\n\
         -ERR [SYS/PERM] no such message\r\n+ok 2 320\r\n+OK\r\nSubject: hi\r\n\r\n..dot\r\n.\r\n+OK marked\r\n\
         +OK\r\nen English\r\nde-CH Schweizerdeutsch\r\n.\r\n",
        "-ERR [SYS/TEMP] not all could be removed\r\n",
    ] {
        write!(log, "{}", client.transmit_log()).unwrap();
        client.transmitted(client.transmit().len());
        client.receive(response.as_bytes());
        while let Some(event) = client.next_event().unwrap() {
            match event {
                ClientEvent::Data { bytes, .. } => writeln!(log, "Data {:?}", bytes.escape_ascii().to_string()),
                event => writeln!(log, "{}", readable(&format!("{event:?}"))),
            }
            .unwrap();
        }
    }
    write!(log, "{}", client.transmit_log()).unwrap();
    insta::assert_snapshot!(log);
}

#[test]
fn a_server_tells_of_each_command() {
    let mut options = ServerOptions { auth_without_tls: true, implementation: "mailproto", ..ServerOptions::default() };
    options.offered = CapabilitySet::SERVER_DEFAULT.with(CapabilitySet::UTF8).with(CapabilitySet::LANG);
    let mut server: Server = Server::new(options).unwrap();
    let mut wire: &[u8] =
        b"CAPA\r\nXYZZY\r\nSTAT\r\nUSER mrose\r\nPASS tan staaf\r\nSTAT\r\nLIST\r\nUIDL 2\r\nRETR 1\r\n\
        TOP 2 0\r\nDELE 2\r\nRETR 2\r\nLIST 9\r\nUTF8\r\nLANG\r\nLANG de\r\nNOOP\r\nQUIT\r\n";
    let mut log = String::new();
    let (mut sends, mut languages) = (false, false);
    loop {
        enum Answer {
            Accept,
            Open,
            Octets,
            UniqueId,
            Language,
            Nothing,
        }
        let answer = match server.next_event().unwrap() {
            Some(event) => {
                writeln!(log, "{}", readable(&format!("{event:?}"))).unwrap();
                sends = matches!(event, ServerEvent::Message { .. });
                languages = matches!(event, ServerEvent::Languages);
                match event {
                    ServerEvent::Open => Answer::Open,
                    ServerEvent::Size { .. } | ServerEvent::Delete { .. } => Answer::Octets,
                    ServerEvent::UniqueId { .. } => Answer::UniqueId,
                    ServerEvent::Language { .. } => Answer::Language,
                    event if event.is_question() => Answer::Accept,
                    _ => Answer::Nothing,
                }
            }
            None if wire.is_empty() => break,
            None => {
                let taken = server.receive(wire);
                wire = &wire[taken..];
                Answer::Nothing
            }
        };
        if std::mem::take(&mut languages) {
            server.language("de", "Deutsch").unwrap();
        }
        match answer {
            Answer::Accept => server.accept().unwrap(),
            Answer::Open => server.open(2, 42).unwrap(),
            Answer::Octets => server.size(21).unwrap(),
            Answer::UniqueId => server.unique_id("a-name-for-life").unwrap(),
            Answer::Language => server.accept_with("de Sprache gewechselt").unwrap(),
            Answer::Nothing => {}
        }
        if std::mem::take(&mut sends) {
            server.send_data(b"Subject: x\n\n.dot\n").unwrap();
            server.finish_data().unwrap();
        }
        write!(log, "{}", server.transmit_log()).unwrap();
        server.transmitted(server.transmit().len());
    }
    insta::assert_snapshot!(log);
}

#[test]
fn a_download_tells_the_fate_of_each_message() {
    let mut account = Account::new("mrose", "tanstaaf");
    account.allow_without_tls = true;
    let terms = DownloadOptions { retention: Retention::KeepDays(30), today: 100, ..DownloadOptions::new(account) };
    let mut seen = Seen::default();
    seen.add("fresh", 99);
    seen.add("stale", 60);
    let mut download = Download::new(DownloadOptions { largest: Some(1_000), ..terms }, seen).unwrap();
    let mut log = String::new();
    for response in [
        "+OK ready\r\n",
        "+OK\r\nUSER\r\nUIDL\r\nPIPELINING\r\n.\r\n",
        "+OK\r\n",
        "+OK welcome\r\n",
        "+OK\r\nUSER\r\nUIDL\r\nPIPELINING\r\n.\r\n",
        "+OK\r\n1 fresh\r\n2 stale\r\n3 large\r\n4 new\r\n5 refused\r\n.\r\n",
        "+OK\r\n1 10\r\n2 20\r\n3 3000\r\n4 40\r\n5 50\r\n.\r\n",
        "+OK marked\r\n+OK\r\nSubject: new\r\n.\r\n-ERR [SYS/TEMP] locked\r\n",
        "+OK bye\r\n",
    ] {
        write!(log, "{}", download.transmit_log()).unwrap();
        download.transmitted(download.transmit().len());
        download.receive(response.as_bytes());
        loop {
            let ended = match download.next_event().unwrap() {
                None => break,
                Some(DownloadEvent::Data(bytes)) => {
                    writeln!(log, "Data {:?}", bytes.escape_ascii().to_string()).unwrap();
                    false
                }
                Some(event) => {
                    writeln!(log, "{}", readable(&format!("{event:?}"))).unwrap();
                    matches!(event, DownloadEvent::MessageEnd)
                }
            };
            if ended {
                download.accept().unwrap();
            }
        }
    }
    assert!(download.is_closed(), "{log}");
    for (unique_id, day) in download.seen().iter() {
        writeln!(log, "seen {unique_id} on day {day}").unwrap();
    }
    insta::assert_snapshot!(log);
}

#[test]
fn the_verbs_of_both_sides_have_names() {
    let names: String = Verb::ALL.iter().map(|verb| format!("{verb:?} {}\n", verb.name())).collect();
    insta::assert_snapshot!(names);
}
