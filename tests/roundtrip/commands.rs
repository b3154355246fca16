//! Commands, paths and parameters: as a client's verbs write them and as a server reads them.

use mailproto::smtp::{
    Attribute, BodyType, Client, ClientOptions, Command, DeliverByMode, Notify, Parameter, Path, Return, RrvsAction,
    Xtext,
};
use mailproto::{Endpoint, Leniency};
use proptest::prelude::*;

const ATOM: &str = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\u{e4}\u{4f60}-]{1,12}";
const LABEL: &str = "[a-z0-9\u{fc}]([a-z0-9-]{0,8}[a-z0-9])?";

fn domain() -> impl Strategy<Value = String> {
    proptest::collection::vec(LABEL, 1..4).prop_map(|labels| labels.join("."))
}

fn literal() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(|[a, b, c, d]| format!("[{a}.{b}.{c}.{d}]")),
        any::<u128>().prop_map(|bits| format!("[IPv6:{}]", std::net::Ipv6Addr::from(bits))),
        "X400:[a-z=;]{1,9}".prop_map(|text| format!("[{text}]")),
    ]
}

fn mailbox() -> impl Strategy<Value = String> {
    let quoted = "([ !#-\\[\\]-~]|\\\\[ -~]){0,12}".prop_map(|text| format!("\"{text}\""));
    let dotted = proptest::collection::vec(ATOM, 1..4).prop_map(|atoms| atoms.join("."));
    (prop_oneof![3 => dotted, 1 => quoted], prop_oneof![3 => domain(), 1 => literal()])
        .prop_map(|(local, domain)| format!("{local}@{domain}"))
}

/// A parameter that owns its texts.
#[derive(Clone, Debug)]
enum Owned {
    Plain(Parameter<'static>),
    EnvelopeId(String),
    Auth(String),
    OriginalRecipient(String),
    Rrvs(Option<RrvsAction>),
    HoldUntil,
    Unknown(String, Option<String>),
}

impl Owned {
    fn get(&self) -> Parameter<'_> {
        const MOMENT: &str = "2030-01-01T00:00:00Z";
        match self {
            Self::Plain(parameter) => *parameter,
            Self::EnvelopeId(id) => Parameter::EnvelopeId(Xtext::plain(id)),
            Self::Auth(mailbox) => Parameter::Auth(Some(Xtext::plain(mailbox))),
            Self::OriginalRecipient(address) => {
                Parameter::OriginalRecipient { address_type: "rfc822", address: Xtext::plain(address) }
            }
            Self::Rrvs(action) => Parameter::Rrvs { since: MOMENT, action: *action },
            Self::HoldUntil => Parameter::HoldUntil(MOMENT),
            Self::Unknown(keyword, value) => Parameter::Unknown { keyword, value: value.as_deref() },
        }
    }
}

fn parameter() -> impl Strategy<Value = Owned> {
    let body = prop_oneof![Just(BodyType::SevenBit), Just(BodyType::EightBitMime), Just(BodyType::BinaryMime)];
    let by = (-999_999_999_i64..=999_999_999, any::<bool>(), any::<bool>()).prop_map(|(seconds, back, trace)| {
        let mode = if back { DeliverByMode::Return } else { DeliverByMode::Notify };
        Parameter::DeliverBy { seconds, mode, trace }
    });
    let notify =
        any::<[bool; 3]>().prop_map(|[success, failure, delay]| Parameter::Notify(Notify { success, failure, delay }));
    let plain = prop_oneof![
        any::<u64>().prop_map(Parameter::Size),
        body.prop_map(Parameter::Body),
        Just(Parameter::SmtpUtf8),
        any::<bool>().prop_map(|full| Parameter::Return(if full { Return::Full } else { Return::Headers })),
        Just(Parameter::Auth(None)),
        Just(Parameter::RequireTls),
        by,
        (-9_i8..=9).prop_map(Parameter::MtPriority),
        any::<u32>().prop_map(Parameter::HoldFor),
        notify,
    ];
    let action = prop_oneof![Just(None), Just(Some(RrvsAction::Continue)), Just(Some(RrvsAction::Reject))];
    prop_oneof![
        8 => plain.prop_map(Owned::Plain),
        1 => "\\PC{1,20}".prop_map(Owned::EnvelopeId),
        1 => "\\PC{1,20}".prop_filter("the null mailbox is another thing", |text| text != "<>").prop_map(Owned::Auth),
        1 => "\\PC{1,20}".prop_map(Owned::OriginalRecipient),
        1 => action.prop_map(Owned::Rrvs),
        1 => Just(Owned::HoldUntil),
        1 => ("X-[A-Z]{1,8}", proptest::option::of("[!-<>-~]{1,12}"))
            .prop_map(|(keyword, value)| Owned::Unknown(keyword, value)),
    ]
}

/// The last line that these verbs make a client send. They are queued before the server has said
/// what it offers, so nothing is held against that.
fn line(verbs: impl FnOnce(&mut Client)) -> Vec<u8> {
    let mut client: Client = Client::new(ClientOptions::default());
    client.ehlo("h.example").unwrap();
    verbs(&mut client);
    let mut last = Vec::new();
    for reply in ["220 mx\r\n", "250 mx\r\n", "250 ok\r\n"] {
        client.receive(reply.as_bytes());
        while client.next_event().unwrap().is_some() {}
        if client.queued_commands() == 0 {
            break;
        }
        last = client.transmit().to_vec();
        client.transmitted(last.len());
    }
    last
}

fn encode(command: &Command<'_>) -> Vec<u8> {
    let mut wire = Vec::new();
    command.encode(&mut |bytes| wire.extend_from_slice(bytes));
    wire
}

/// Reads a line by the letter of the grammar.
fn parse(wire: &[u8]) -> Command<'_> {
    let (command, anomalies) = Command::parse(wire.strip_suffix(b"\r\n").unwrap(), Leniency::STRICT)
        .unwrap_or_else(|error| panic!("{error:?} in {}", wire.escape_ascii()));
    assert!(anomalies.is_empty());
    command
}

proptest! {
    #[test]
    fn mail_and_rcpt_read_as_their_parameters_were_meant(
        address in mailbox(), parameters in proptest::collection::vec(parameter(), 0..5), mail in any::<bool>(),
    ) {
        let meant: Vec<_> = parameters.iter().map(Owned::get).collect();
        let wire = line(|client| {
            if mail {
                client.mail(&address, &meant).unwrap();
            } else {
                client.mail("", &[]).unwrap();
                client.rcpt(&address, &meant).unwrap();
            }
        });
        let (path, found) = match parse(&wire) {
            Command::Mail { path, parameters } | Command::Rcpt { path, parameters } => (path, parameters),
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(path.as_str(), &address);
        let found: Vec<_> = found.iter().map(Result::unwrap).collect();
        prop_assert_eq!(found, meant);
    }

    #[test]
    fn a_client_writes_paths_as_they_are(address in mailbox()) {
        let wire = line(|client| assert!(client.mail(&address, &[]).is_ok()));
        let Command::Mail { path, .. } = parse(&wire) else { panic!() };
        prop_assert_eq!(path.as_str(), &address);
        let again = Path::from_mailbox(&address).unwrap();
        prop_assert_eq!((again.local_part(), again.domain()), (path.local_part(), path.domain()));
        prop_assert_eq!(encode(&Command::Mail { path: again, parameters: mailproto::smtp::Parameters::NONE }), wire);
    }

    #[test]
    fn a_source_route_is_read_and_left_out(route in proptest::collection::vec(domain(), 1..3), address in mailbox()) {
        let route = route.iter().map(|domain| format!("@{domain}")).collect::<Vec<_>>().join(",");
        let text = format!("<{route}:{address}>");
        let path = Path::parse(text.as_bytes()).unwrap();
        prop_assert_eq!((path.source_route(), path.as_str()), (&route[..], &address[..]));
        prop_assert!(path.anomalies().is_empty());
    }

    #[test]
    fn commands_of_words_read_as_they_were_written(
        name in domain(), text in "[!-~]([ -~]{0,20}[!-~])?", length in any::<u64>(), last in any::<bool>(),
    ) {
        for command in [
            Command::Ehlo(&name),
            Command::Helo(&name),
            Command::Lhlo(&name),
            Command::StartTls,
            Command::Auth { mechanism: "PLAIN", initial: None },
            Command::Auth { mechanism: "X-Y", initial: Some("=") },
            Command::Data,
            Command::Bdat { length, last },
            Command::Rset,
            Command::Vrfy(text.trim()),
            Command::Expn(text.trim()),
            Command::Help(text.trim()),
            Command::Help(""),
            Command::Noop(text.trim()),
            Command::Noop(""),
            Command::Quit,
        ] {
            let wire = encode(&command);
            prop_assert_eq!(parse(&wire), command);
        }
    }

    #[test]
    fn any_bytes_that_are_a_command_are_one_when_written_again(bytes in proptest::collection::vec(any::<u8>(), 0..60), verb in 0_usize..8) {
        let start = ["MAIL FROM:", "RCPT TO:", "EHLO ", "AUTH ", "BDAT ", "VRFY ", "XCLIENT ", ""][verb];
        let wire = [start.as_bytes(), &bytes].concat();
        if let Ok((command, _)) = Command::parse(&wire, Leniency::LENIENT) {
            let once = encode(&command);
            prop_assert!(!once[..once.len() - 2].iter().any(|byte| matches!(byte, b'\r' | b'\n')));
            let (again, _) = Command::parse(&once[..once.len() - 2], Leniency::LENIENT).unwrap();
            prop_assert_eq!(encode(&again), once);
        }
    }
}

#[test]
fn attributes_of_xclient_read_as_they_were_meant() {
    let attributes = [("NAME", "a b=c+d"), ("ADDR", "IPv6:::1"), ("LOGIN", "[UNAVAILABLE]")];
    let attributes = attributes.map(|(name, value)| Attribute { name, value: Xtext::plain(value) });
    let mut client: Client = Client::new(ClientOptions::default());
    client.ehlo("h.example").unwrap();
    client.receive(b"220 mx\r\n");
    while client.next_event().unwrap().is_some() {}
    client.transmitted(client.transmit().len());
    client.receive(b"250-mx\r\n250 XCLIENT NAME ADDR LOGIN\r\n");
    while client.next_event().unwrap().is_some() {}
    client.xclient(&attributes).unwrap();
    let Command::Xclient(found) = parse(client.transmit()) else { panic!() };
    assert!(found.iter().eq(attributes));
    for spaces in ["XCLIENT NAME=a ", "XCLIENT  NAME=a", "XCLIENT NAME=a  ADDR=b"] {
        assert!(Command::parse(spaces.as_bytes(), Leniency::STRICT).is_err(), "{spaces}");
        assert!(Command::parse(spaces.as_bytes(), Leniency::LENIENT).is_ok(), "{spaces}");
    }
}
