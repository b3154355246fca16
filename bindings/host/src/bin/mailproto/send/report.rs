//! What became of a message, for programs.

use mailproto::smtp::{Delivery, EnhancedCode, ExtensionSet, Failure, Reply, Verdict};
use serde_json::{Value, json};

/// What is known so far.
#[derive(Debug)]
pub(super) struct Report {
    recipients: Vec<String>,
    /// One for each recipient, once its fate is known.
    fates: Vec<Option<Fate>>,
    pub(super) queued_as: Option<String>,
    pub(super) extensions: ExtensionSet,
}

#[derive(Debug)]
enum Fate {
    Accepted,
    Refused { code: Option<u16>, enhanced: Option<EnhancedCode>, text: String, permanent: bool },
}

impl Report {
    pub(super) fn new(recipients: Vec<String>) -> Self {
        let fates = recipients.iter().map(|_| None).collect();
        Self { recipients, fates, queued_as: None, extensions: ExtensionSet::NONE }
    }

    /// The task has told of one recipient.
    pub(super) fn settle(&mut self, recipient: u32, delivery: &Delivery<'_>) {
        let fate = match (delivery.verdict, delivery.reply) {
            (Verdict::Accepted, reply) => {
                self.queued_as = self.queued_as.take().or_else(|| reply.and_then(|reply| queue_id(&text_of(&reply))));
                Fate::Accepted
            }
            (verdict, Some(reply)) => Fate::Refused {
                code: Some(reply.code()),
                enhanced: reply.enhanced(),
                text: text_of(&reply),
                permanent: verdict == Verdict::Permanent,
            },
            (verdict, None) => Fate::Refused {
                code: None,
                enhanced: None,
                text: match verdict {
                    Verdict::Unknown => "the connection broke after the message was sent: it may have arrived".into(),
                    _ => delivery.failure.map(describe).unwrap_or_default(),
                },
                permanent: verdict == Verdict::Permanent,
            },
        };
        if let Some(place) = self.fates.get_mut(recipient as usize) {
            *place = Some(fate);
        }
    }

    /// Whoever has heard nothing yet has not got the message, and this is why.
    pub(super) fn settle_others(&mut self, why: &str) {
        for fate in self.fates.iter_mut().filter(|fate| fate.is_none()) {
            *fate = Some(Fate::Refused { code: None, enhanced: None, text: why.into(), permanent: false });
        }
    }

    /// How many recipients did not get it.
    pub(super) fn refused(&self) -> usize {
        self.fates.iter().filter(|fate| !matches!(fate, Some(Fate::Accepted))).count()
    }

    pub(super) fn to_json(&self) -> Value {
        let all = || self.recipients.iter().zip(&self.fates);
        let accepted: Vec<_> =
            all().filter(|(_, fate)| matches!(fate, Some(Fate::Accepted))).map(|(address, _)| address).collect();
        let refused: Vec<_> = all()
            .filter_map(|(address, fate)| match fate {
                Some(Fate::Refused { code, enhanced, text, permanent }) => Some(json!({
                    "address": address,
                    "code": code,
                    "enhanced": enhanced.map(|code| code.to_string()),
                    "text": text,
                    "permanent": permanent,
                })),
                _ => None,
            })
            .collect();
        json!({
            "accepted": accepted,
            "refused": refused,
            "queued_as": self.queued_as,
            "extensions_used": self.extensions.keywords().collect::<Vec<_>>(),
        })
    }
}

/// The words of a reply, without codes, in one line.
pub(super) fn text_of(reply: &Reply<'_>) -> String {
    let lines: Vec<_> = reply.lines().map(|line| String::from_utf8_lossy(line.message()).trim().to_owned()).collect();
    lines.join(" ").trim().to_owned()
}

/// What failed, and what to try.
pub(super) fn describe(failure: Failure) -> String {
    match failure {
        Failure::Greeting => "the server does not take mail now".into(),
        Failure::Hello => "the server refused EHLO and HELO: try another --name".into(),
        Failure::TlsNotOffered => {
            "the server does not offer STARTTLS: write smtps:// if it is under TLS from the first byte, or send in plain text by --tls none".into()
        }
        Failure::TlsRefused => "the server refused STARTTLS: try again later, or send in plain text by --tls none".into(),
        Failure::LoginNotOffered => {
            "the server offers no login that may be used here: a password is sent in plain text only with --tls none".into()
        }
        Failure::LoginRefused => "the server refused the login: check user and password".into(),
        Failure::NeedsExtension(missing) => {
            let missing: Vec<_> = missing.keywords().collect();
            format!("the message needs what the server does not offer: {}", missing.join(", "))
        }
        Failure::TooLarge => "the server takes no message of this size".into(),
        Failure::BadAddress => "no address in the form local@domain".into(),
        Failure::LimitReached => "the server takes no more recipients on one connection: send to these once more".into(),
        Failure::ConnectionLost => "the connection broke before the message was taken".into(),
        other => format!("{other:?}"),
    }
}

/// The queue id in the words of usual servers: `queued as 4F2C` (Postfix, this one), `OK id=1tAbc-…`
/// (Exim), `4F2C Message accepted for delivery` (Sendmail, OpenSMTPD).
fn queue_id(text: &str) -> Option<String> {
    let after = |marker: &str| {
        let start = text.to_ascii_lowercase().find(marker)? + marker.len();
        text.get(start..)?.split([' ', ';', ',', ')']).next()
    };
    let before = |marker: &str| {
        let end = text.to_ascii_lowercase().find(marker)?;
        text.get(..end)?.rsplit(' ').next()
    };
    let found = after("queued as ").or_else(|| after("id=")).or_else(|| before(" message accepted for delivery"))?;
    let found = found.trim_matches(['<', '>', '.', ':']);
    (!found.is_empty()).then(|| found.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_servers_tell_their_queue_id() {
        for (text, id) in [
            ("Ok: queued as 4XyZ12", Some("4XyZ12")),
            ("OK id=1tAbc-000000001-2dEf", Some("1tAbc-000000001-2dEf")),
            ("5a1b2c3d Message accepted for delivery", Some("5a1b2c3d")),
            ("Message accepted, queued as 7-1", Some("7-1")),
            ("OK", None),
            ("Message accepted for delivery", None),
        ] {
            assert_eq!(queue_id(text).as_deref(), id, "{text}");
        }
    }

    #[test]
    fn a_report_says_who_got_it_and_who_not() {
        let mut report = Report::new(vec!["a@x.example".into(), "b@x.example".into(), "c@x.example".into()]);
        let reply = |bytes| Some(Reply::parse(bytes).unwrap());
        let delivery = |verdict, reply| Delivery { verdict, failure: None, reply };
        report.settle(0, &delivery(Verdict::Accepted, reply(b"250 2.0.0 Ok: queued as 1\r\n")));
        report.settle(1, &delivery(Verdict::Permanent, reply(b"550-5.1.1 no\r\n550 5.1.1 such user\r\n")));
        report.settle_others("interrupted");
        assert_eq!(report.refused(), 2);
        assert_eq!(
            report.to_json().to_string(),
            "{\"accepted\":[\"a@x.example\"],\"refused\":[\
             {\"address\":\"b@x.example\",\"code\":550,\"enhanced\":\"5.1.1\",\"text\":\"no such user\",\"permanent\":true},\
             {\"address\":\"c@x.example\",\"code\":null,\"enhanced\":null,\"text\":\"interrupted\",\"permanent\":false}],\
             \"queued_as\":\"1\",\"extensions_used\":[]}"
        );
    }
}
