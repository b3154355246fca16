//! What a capability means, in a sentence.

use mailproto::pop3::Capability;
use mailproto::smtp::Extension;

/// What a server of SMTP or LMTP that announces this can do.
pub(crate) fn of_extension(extension: &Extension<'_>) -> String {
    let text = match extension {
        Extension::Pipelining => "commands may be sent without waiting for replies (RFC 2920)",
        Extension::Size(None | Some(0)) => "sizes may be declared; no fixed limit is told (RFC 1870)",
        Extension::Size(Some(most)) => return format!("messages of up to {most} bytes are taken (RFC 1870)"),
        Extension::EightBitMime => "messages may hold bytes beyond ASCII (RFC 6152)",
        Extension::SmtpUtf8 => "addresses and headers may be in UTF-8 (RFC 6531)",
        Extension::Chunking => "messages may be sent in chunks of known length, by BDAT (RFC 3030)",
        Extension::BinaryMime => "messages may hold any bytes, without line ends (RFC 3030)",
        Extension::Dsn => "reports of delivery, delay and failure can be asked for (RFC 3461)",
        Extension::EnhancedStatusCodes => "replies carry codes such as 5.1.1 that say what they are about (RFC 2034)",
        Extension::StartTls => "TLS can be begun on this connection (RFC 3207)",
        Extension::Auth(mechanisms) if mechanisms.is_empty() => {
            "clients can log in, by no mechanism known here (RFC 4954)"
        }
        Extension::Auth(_) => "clients can log in, by these mechanisms (RFC 4954)",
        Extension::RequireTls => "a message can demand TLS all the way to its recipient (RFC 8689)",
        Extension::Limits(_) => "what the server takes at most on one connection (RFC 9422)",
        Extension::DeliverBy(_) => "a message can have a deadline (RFC 2852)",
        Extension::MtPriority(_) => "messages can have a priority (RFC 6710)",
        Extension::FutureRelease { .. } => "a message can be held back until a time (RFC 4865)",
        Extension::Rrvs => "mail can be kept from a new owner of an old address (RFC 7293)",
        Extension::Xclient(_) => "a trusted proxy can say whom it speaks for (Postfix)",
        Extension::Verify => "addresses can be asked about, by VRFY (RFC 5321 §3.5)",
        Extension::Expand => "lists can be asked about, by EXPN (RFC 5321 §3.5)",
        Extension::Help => "there is help, by HELP (RFC 5321 §4.1.1.8)",
        _ => "not known here",
    };
    text.into()
}

/// What a server of POP3 that announces this can do.
pub(crate) fn of_capability(capability: &Capability<'_>) -> String {
    let text = match capability {
        Capability::Top => "the header and first lines of a message can be fetched, by TOP (RFC 2449 §6.1)",
        Capability::User => "clients can log in by USER and PASS (RFC 2449 §6.2)",
        Capability::Sasl(mechanisms) if mechanisms.is_empty() => {
            "clients can log in by AUTH, by no mechanism known here (RFC 5034)"
        }
        Capability::Sasl(_) => "clients can log in by AUTH, by these mechanisms (RFC 5034)",
        Capability::RespCodes => "responses carry codes such as [IN-USE] that say why (RFC 2449 §6.4)",
        Capability::LoginDelay { seconds, per_user } => {
            let whose = if *per_user { ", another for some users" } else { "" };
            return format!("between two logins {seconds} seconds must pass{whose} (RFC 2449 §6.5)");
        }
        Capability::Pipelining => "commands may be sent without waiting for responses (RFC 2449 §6.6)",
        Capability::Expire { days, per_user } => {
            let whose = if *per_user { ", another time for some users" } else { "" };
            return match days {
                None => format!("messages stay until they are deleted{whose} (RFC 2449 §6.7)"),
                Some(0) => format!("messages that were fetched may not stay{whose} (RFC 2449 §6.7)"),
                Some(days) => format!("messages stay at least {days} days{whose} (RFC 2449 §6.7)"),
            };
        }
        Capability::Uidl => "messages have a name for life, by UIDL (RFC 2449 §6.8)",
        Capability::Implementation(_) => "what the server calls itself (RFC 2449 §6.9)",
        Capability::AuthRespCode => "responses to logins say whether the password or the server is to blame (RFC 3206)",
        Capability::Stls => "TLS can be begun on this connection (RFC 2595 §4)",
        Capability::Utf8 { user: false } => "messages may have UTF-8 in their headers (RFC 6856)",
        Capability::Utf8 { user: true } => "messages, and users and passwords, may be in UTF-8 (RFC 6856)",
        Capability::Lang => "the server speaks other languages, by LANG (RFC 6856 §3)",
        _ => "not known here",
    };
    text.into()
}
