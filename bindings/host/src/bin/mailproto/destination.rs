//! Where a server is: `smtp://[USER:PASSWORD@]HOST[:PORT]`, and the same for the other protocols.

use crate::failure::Failure;

/// A server, and perhaps who to be there.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) scheme: Scheme,
    /// User and password, as far as the URL names them.
    pub(crate) login: Login,
    /// An address literal of IPv6 is in brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// User and password.
type Login = Option<(String, Option<String>)>;

/// What is spoken there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// SMTP in plain text, with STARTTLS perhaps.
    Smtp,
    /// SMTP under TLS from the first byte (RFC 8314).
    Smtps,
    /// LMTP.
    Lmtp,
    /// POP3 in plain text, with STLS perhaps.
    Pop3,
    /// POP3 under TLS from the first byte (RFC 8314).
    Pop3s,
}

impl Scheme {
    /// Those of SMTP and LMTP.
    pub(crate) const SUBMITTING: &[Self] = &[Self::Smtp, Self::Smtps, Self::Lmtp];
    /// Those from which mail is fetched.
    pub(crate) const FETCHING: &[Self] = &[Self::Pop3, Self::Pop3s];
    /// All of them.
    pub(crate) const ALL: &[Self] = &[Self::Smtp, Self::Smtps, Self::Lmtp, Self::Pop3, Self::Pop3s];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Smtps => "smtps",
            Self::Lmtp => "lmtp",
            Self::Pop3 => "pop3",
            Self::Pop3s => "pop3s",
        }
    }

    /// Whether TLS begins with the first byte.
    pub(crate) const fn is_implicit(self) -> bool {
        matches!(self, Self::Smtps | Self::Pop3s)
    }

    /// The same in plain text at first.
    pub(crate) const fn plain(self) -> Self {
        match self {
            Self::Smtps => Self::Smtp,
            Self::Pop3s => Self::Pop3,
            other => other,
        }
    }

    /// The command that begins TLS.
    pub(crate) const fn starttls(self) -> &'static str {
        match self {
            Self::Smtp | Self::Smtps | Self::Lmtp => "STARTTLS",
            Self::Pop3 | Self::Pop3s => "STLS",
        }
    }

    /// The registered port.
    const fn port(self) -> u16 {
        match self {
            Self::Smtp => 25,
            Self::Smtps => 465,
            Self::Lmtp => 24,
            Self::Pop3 => 110,
            Self::Pop3s => 995,
        }
    }
}

impl std::fmt::Display for Destination {
    /// Without the login: this ends up in messages.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}://{}:{}", self.scheme.name(), self.host, self.port)
    }
}

impl Destination {
    /// Reads a URL with one of these schemes. What is wrong is told without repeating it, for it can hold a
    /// password.
    pub(crate) fn parse(url: &str, schemes: &[Scheme]) -> Result<Self, Failure> {
        let example = schemes.first().map_or("smtp", |scheme| scheme.name());
        let wrong = |what: &str| {
            Failure::usage(format_args!(
                "the URL of the server is wrong, {what}: write {example}://[USER:PASSWORD@]HOST[:PORT]"
            ))
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("it has no scheme"))?;
        let Some(&scheme) = schemes.iter().find(|one| one.name().eq_ignore_ascii_case(scheme)) else {
            let names: Vec<_> = schemes.iter().map(|scheme| scheme.name()).collect();
            return Err(wrong(&format!("its scheme is none of {}", names.join(", "))));
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, rest),
        };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (place, None),
        };
        let literal = host.starts_with('[') && host.ends_with(']');
        let odd = |byte: u8| byte.is_ascii_whitespace() || byte.is_ascii_control() || b"/?#".contains(&byte);
        if host.is_empty() || host.bytes().any(odd) || host.contains(':') && !literal {
            return Err(wrong("its host is no name or address (IPv6 goes in brackets)"));
        }
        let port = match port {
            None => scheme.port(),
            Some(port) => port
                .parse()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| wrong("its port is no number from 1 to 65535"))?,
        };
        let login = login.map(read_login).transpose().map_err(wrong)?;
        Ok(Self { scheme, login, host: host.into(), port })
    }
}

fn read_login(login: &str) -> Result<(String, Option<String>), &'static str> {
    let decode =
        |text: &str| percent_decode(text).ok_or("a % in its login is not followed by two hexadecimal digits of UTF-8");
    let (user, password) = match login.split_once(':') {
        Some((user, password)) => (user, Some(decode(password)?)),
        None => (login, None),
    };
    if user.is_empty() {
        return Err("its user is empty");
    }
    Ok((decode(user)?, password))
}

/// `%40` stands for `@` (RFC 3986 §2.1).
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            bytes.push((digit(rest.next()?)? << 4 | digit(rest.next()?)?) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Option<(String, Login)> {
        Destination::parse(url, Scheme::ALL).ok().map(|found| (found.to_string(), found.login))
    }

    #[test]
    fn a_url_names_scheme_login_host_and_port() {
        let login = |user: &str, password: Option<&str>| Some((user.to_owned(), password.map(str::to_owned)));
        for (url, place, who) in [
            ("smtp://localhost", "smtp://localhost:25", None),
            ("SMTPS://mx.example.org/", "smtps://mx.example.org:465", None),
            ("lmtp://[::1]", "lmtp://[::1]:24", None),
            ("smtp://[::1]:2525", "smtp://[::1]:2525", None),
            ("smtp://tim:a:b@h:1", "smtp://h:1", login("tim", Some("a:b"))),
            ("smtp://tim%40example.org:p%C3%A4ss%3A@h:1", "smtp://h:1", login("tim@example.org", Some("päss:"))),
            ("smtp://tim@h", "smtp://h:25", login("tim", None)),
            ("pop3://tim@h", "pop3://h:110", login("tim", None)),
            ("pop3s://h", "pop3s://h:995", None),
        ] {
            assert_eq!(parse(url), Some((place.into(), who)), "{url}");
        }
    }

    #[test]
    fn what_is_no_url_of_a_server_is_refused() {
        for url in [
            "localhost",
            "http://h",
            "smtp://",
            "smtp://h:0",
            "smtp://h:70000",
            "smtp://::1",
            "smtp://:p@h",
            "smtp://a%4@h",
            "smtp://h h",
        ] {
            assert_eq!(parse(url), None, "{url}");
        }
    }

    #[test]
    fn a_scheme_that_the_command_does_not_speak_is_refused() {
        assert!(Destination::parse("pop3://h", Scheme::SUBMITTING).is_err());
    }
}
