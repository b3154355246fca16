//! A client driven verb by verb against our server, under TLS and in plain text.

use mailproto::sasl::{ClientMechanism, Login, Plain};
use mailproto::smtp::{
    Client, ClientEvent, ClientOptions, ExtensionSet, Parameter, Protocol, Server, ServerEvent, ServerOptions, State,
    Verb,
};
use mailproto::{Endpoint, Fixed};

/// Both ends, joined without delay; `said` has what the client was told of its commands.
struct Pair<'a> {
    client: Client<Fixed<1_024, 1_024>>,
    server: Server<Fixed<1_024, 1_024>>,
    mechanism: Option<&'a mut dyn ClientMechanism>,
    told: Vec<(Verb, u16)>,
    messages: Vec<Vec<u8>>,
    logins: Vec<String>,
    body: Vec<u8>,
}

impl<'a> Pair<'a> {
    fn new(options: ServerOptions<'_>) -> Self {
        let client = Client::new(ClientOptions { protocol: options.protocol, ..ClientOptions::default() });
        Self {
            client,
            server: Server::new(options).unwrap(),
            mechanism: None,
            told: Vec::new(),
            messages: Vec::new(),
            logins: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Lets both talk until neither has anything to say.
    fn settle(&mut self) {
        loop {
            let mut moved = self.serve() | self.hear();
            let sent = self.server.receive(self.client.transmit());
            self.client.transmitted(sent);
            let answered = self.client.receive(self.server.transmit());
            self.server.transmitted(answered);
            moved |= sent + answered > 0;
            if !moved {
                return;
            }
        }
    }

    fn serve(&mut self) -> bool {
        let Some(event) = self.server.next_event().unwrap() else {
            return false;
        };
        match event {
            ServerEvent::Data(bytes) => self.body.extend_from_slice(bytes),
            ServerEvent::DataEnd { recipient } => {
                if recipient.is_none_or(|recipient| recipient == 0) {
                    self.messages.push(std::mem::take(&mut self.body));
                }
                self.server.accept().unwrap();
            }
            ServerEvent::Auth(found) => {
                let right = found.password() == Some("tanstaaf");
                self.logins.push(format!("{} {}", found.mechanism, found.user));
                if right { self.server.accept().unwrap() } else { self.server.reject(535, None, "no").unwrap() }
            }
            ServerEvent::StartTls => self.server.tls_started().unwrap(),
            event if event.is_question() => self.server.accept().unwrap(),
            _ => {}
        }
        true
    }

    fn hear(&mut self) -> bool {
        let Some(event) = self.client.next_event().unwrap() else {
            return false;
        };
        match event {
            ClientEvent::Reply { verb, reply, .. } => self.told.push((verb, reply.code())),
            ClientEvent::Delivery { reply, .. } => self.told.push((Verb::DataEnd, reply.code())),
            ClientEvent::StartTls { .. } => self.client.tls_started().unwrap(),
            ClientEvent::Challenge { .. } => {
                let mechanism = self.mechanism.as_mut().unwrap();
                self.client.auth_respond(&mut **mechanism).unwrap();
            }
            ClientEvent::DataReady { .. } => {
                self.client.send_data(b".dot\r\n").unwrap();
                self.client.finish_data().unwrap();
            }
            _ => {}
        }
        true
    }

    fn told(&mut self) -> Vec<(Verb, u16)> {
        std::mem::take(&mut self.told)
    }
}

fn options() -> ServerOptions<'static> {
    let mut options = ServerOptions::new("mx.example.org");
    options.offered = ExtensionSet::ALL;
    options
}

#[test]
fn tls_then_a_login_then_messages_by_data_and_by_chunks_on_one_connection() {
    let mut plain = Plain::new("", "tim", "tanstaaf").unwrap();
    let mut pair = Pair::new(ServerOptions { require_tls: true, require_auth: true, ..options() });
    pair.client.ehlo("h.example").unwrap();
    pair.settle();
    assert!(!pair.client.extensions().offers(ExtensionSet::AUTH), "not in plain text");
    assert!(pair.client.extensions().offers(ExtensionSet::STARTTLS));
    pair.client.starttls().unwrap();
    pair.settle();
    assert_eq!((pair.client.state(), pair.server.state()), (State::Greeted, State::Greeted));
    pair.client.ehlo("h.example").unwrap();
    pair.settle();
    assert!(!pair.client.extensions().offers(ExtensionSet::STARTTLS), "not twice");
    pair.client.auth(&mut plain).unwrap();
    pair.settle();
    assert!(pair.server.is_authenticated());
    pair.told();

    pair.client.mail("a@h.example", &[Parameter::RequireTls]).unwrap();
    pair.client.rcpt("b@example.org", &[]).unwrap();
    pair.client.data().unwrap();
    pair.settle();
    pair.client.mail("a@h.example", &[]).unwrap();
    pair.client.rcpt("b@example.org", &[]).unwrap();
    pair.client.bdat(3, false).unwrap();
    pair.client.send_data(b"\n.\r").unwrap();
    pair.client.bdat(2, true).unwrap();
    pair.client.send_data(b"\n\0").unwrap();
    pair.settle();
    pair.client.quit().unwrap();
    pair.settle();
    let codes: Vec<_> = pair.told().into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, [250, 250, 250, 250, 250, 250, 250, 221]);
    assert_eq!(pair.messages, [&b".dot\r\n"[..], b"\n.\r\n\0"]);
    assert!(pair.client.is_closed() && pair.server.is_closed());
}

#[test]
fn a_login_is_tried_until_it_is_right_by_each_mechanism() {
    let (mut wrong, mut right) = (Login::new("tim", "wrong").unwrap(), Login::new("tim", "tanstaaf").unwrap());
    let mut pair = Pair::new(ServerOptions { auth_without_tls: true, ..options() });
    pair.client.ehlo("h.example").unwrap();
    pair.settle();
    pair.client.auth(&mut wrong).unwrap();
    pair.mechanism = Some(&mut wrong);
    pair.settle();
    assert!(!pair.server.is_authenticated());
    pair.client.auth(&mut right).unwrap();
    pair.mechanism = Some(&mut right);
    pair.settle();
    assert!(pair.server.is_authenticated());
    assert_eq!(pair.told(), [(Verb::Ehlo, 250), (Verb::Auth, 535), (Verb::Auth, 235)]);
    assert_eq!(pair.logins, ["LOGIN tim", "LOGIN tim"]);
}

#[test]
fn in_lmtp_each_recipient_has_a_reply_of_its_own() {
    let mut pair = Pair::new(ServerOptions { protocol: Protocol::Lmtp, ..options() });
    pair.client.ehlo("h.example").unwrap();
    pair.settle();
    pair.client.mail("", &[]).unwrap();
    for recipient in ["a@example.org", "b@example.org", "c@example.org"] {
        pair.client.rcpt(recipient, &[]).unwrap();
    }
    pair.client.data().unwrap();
    pair.settle();
    let verdicts = pair.told().into_iter().filter(|(verb, _)| *verb == Verb::DataEnd).count();
    assert_eq!((verdicts, pair.messages.len()), (3, 1));
}

#[test]
fn what_else_a_client_can_ask_is_answered() {
    let mut pair = Pair::new(options());
    pair.client.ehlo("h.example").unwrap();
    pair.settle();
    pair.told();
    pair.client.noop().unwrap();
    pair.client.vrfy("tim").unwrap();
    pair.client.expn("list").unwrap();
    pair.client.help("").unwrap();
    pair.client.rset().unwrap();
    pair.settle();
    let codes: Vec<_> = pair.told().into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, [250, 252, 252, 214, 250]);
}
