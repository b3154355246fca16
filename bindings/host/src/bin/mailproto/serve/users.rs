//! Who there is, and whose mail is whose.

use mailproto::sasl::{Credentials, ScramHash, Verifier};
use mailproto::smtp::Path;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// The users and the domains whose mail is theirs.
pub(super) struct Users {
    anyone: bool,
    domains: Vec<String>,
    users: Vec<User>,
    /// Makes the salts, of users and of names that are none, so that nobody can tell them apart.
    secret: [u8; 32],
}

struct User {
    name: String,
    /// Not the password itself: comparing digests tells nothing by the time it takes.
    digest: [u8; 32],
    verifier: Verifier,
}

/// The iterations that SCRAM asks of clients (RFC 7677 §4).
const ITERATIONS: u32 = 4_096;

impl Users {
    pub(super) fn new(anyone: bool, domains: Vec<String>, secret: [u8; 32]) -> Self {
        Self { anyone, domains, users: Vec::new(), secret }
    }

    /// Adds a user; `false` if the password has characters that SASLprep forbids.
    #[must_use]
    pub(super) fn add(&mut self, name: &str, password: &str) -> bool {
        let unknown = self.unknown(name);
        let verifier = Verifier::from_password(ScramHash::Sha256, password, unknown.salt(), ITERATIONS);
        let Ok(verifier) = verifier else { return false };
        self.users.push(User { name: name.into(), digest: digest(password), verifier });
        true
    }

    /// Whether logins need no password, which no mechanism that proves it could do without.
    pub(super) const fn takes_anyone(&self) -> bool {
        self.anyone
    }

    fn unknown(&self, name: &str) -> Verifier {
        Verifier::for_unknown_user(ScramHash::Sha256, &self.secret, name, ITERATIONS)
    }

    /// What SCRAM needs to know of whoever has this name, or of nobody.
    pub(super) fn verifier(&self, name: &str) -> Verifier {
        let unknown = self.unknown(name);
        self.find(name).map_or(unknown, |user| user.verifier.clone())
    }

    /// The user who proved to have this name and wants to act as that one.
    pub(super) fn acting(&self, name: &str, authorization: &str) -> Option<String> {
        let acts_for_itself = authorization.is_empty() || authorization == name;
        self.find(name).filter(|_| acts_for_itself).map(|user| user.name.clone())
    }

    /// By its name, or its address here.
    fn find(&self, name: &str) -> Option<&User> {
        self.user(name).or_else(|| {
            let (local, domain) = name.rsplit_once('@')?;
            self.user(local).filter(|_| self.is_ours(domain))
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// The name of the user who proved to be there.
    pub(super) fn log_in(&self, credentials: &Credentials<'_>) -> Option<String> {
        let acts_for_itself = credentials.authorization.is_empty() || credentials.authorization == credentials.user;
        if self.anyone {
            let local = credentials.user.rsplit_once('@').map_or(credentials.user, |(local, _)| local);
            return Some(anyone(local));
        }
        let proof = digest(credentials.password()?);
        let user = self.find(credentials.user)?;
        (acts_for_itself && user.digest == proof).then(|| user.name.clone())
    }

    /// The user who gets mail to this recipient at a server with this address.
    pub(super) fn mailbox(&self, recipient: &Path<'_>, server: IpAddr) -> Option<String> {
        let local: String = recipient.unquoted_local_part().collect();
        if self.anyone {
            return Some(anyone(&local));
        }
        let ours = recipient.domain().is_empty()
            || self.is_ours(recipient.domain())
            || is_literal_of(recipient.domain(), server);
        if !ours {
            let whole = self.user(recipient.as_str())?;
            return Some(whole.name.clone());
        }
        // There is a postmaster wherever there is mail (RFC 5321 §4.5.1).
        let postmaster = || local.eq_ignore_ascii_case("postmaster").then(|| self.users.first()).flatten();
        let user = self
            .user(&local)
            .or_else(|| self.user(recipient.as_str()))
            .or_else(|| self.user(without_detail(&local)))
            .or_else(postmaster)?;
        Some(user.name.clone())
    }

    fn user(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.name.to_lowercase() == name.to_lowercase())
    }

    fn is_ours(&self, domain: &str) -> bool {
        self.domains.iter().any(|ours| ours.to_lowercase() == domain.to_lowercase())
    }
}

/// `NAME+detail` is NAME's too.
fn without_detail(local: &str) -> &str {
    local.split('+').next().unwrap_or_default()
}

/// The user whom a name stands for where everybody is one: the same for a login and for mail,
/// however it is written.
fn anyone(local: &str) -> String {
    let name = without_detail(local);
    if name.is_empty() { local.to_lowercase() } else { name.to_lowercase() }
}

/// Whether a domain is an address literal of the server's own address (RFC 5321 §4.1.3).
fn is_literal_of(domain: &str, server: IpAddr) -> bool {
    let literal = domain.strip_prefix('[').and_then(|domain| domain.strip_suffix(']'));
    let address = literal.map(|text| match text.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => &text[5..],
        _ => text,
    });
    address.and_then(|text| text.parse::<IpAddr>().ok()) == Some(server)
}

fn digest(password: &str) -> [u8; 32] {
    Sha256::digest(password).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mailproto::sasl::Proof;

    fn users() -> Users {
        let mut users = Users::new(false, vec!["example.org".into(), "bücher.example".into()], [7; 32]);
        assert!(users.add("ann", "secret") && users.add("bob@other.example", "hidden"));
        users
    }

    fn mailbox(users: &Users, recipient: &str) -> Option<String> {
        users.mailbox(&Path::parse(recipient.as_bytes()).unwrap(), [127, 0, 0, 1].into())
    }

    #[test]
    fn mail_finds_its_user_by_name_detail_and_domain() {
        let users = users();
        for recipient in [
            "<ann@example.org>",
            "<ANN@EXAMPLE.ORG>",
            "<ann+lists@example.org>",
            "<\"ann\"@example.org>",
            "<ann@bücher.example>",
            "<ann@[127.0.0.1]>",
            "<Postmaster>",
            "<postmaster@example.org>",
        ] {
            assert_eq!(mailbox(&users, recipient).as_deref(), Some("ann"), "{recipient}");
        }
        assert_eq!(mailbox(&users, "<bob@other.example>").as_deref(), Some("bob@other.example"));
    }

    #[test]
    fn mail_for_others_finds_nobody() {
        let users = users();
        for recipient in ["<ann@other.example>", "<bob@example.org>", "<anna@example.org>", "<ann@[192.0.2.1]>"] {
            assert_eq!(mailbox(&users, recipient), None, "{recipient}");
        }
    }

    #[test]
    fn where_everybody_is_a_user_mail_and_login_name_the_same_one() {
        let users = Users::new(true, vec!["example.org".into()], [7; 32]);
        let mechanism = mailproto::sasl::Mechanism::Plain;
        for (name, user) in [("Ann+lists@x.example", "ann"), ("+odd@x.example", "+odd"), ("ann@y.example", "ann")] {
            assert_eq!(mailbox(&users, &format!("<{name}>")).as_deref(), Some(user));
            let credentials = Credentials { mechanism, authorization: "", user: name, proof: Proof::Password("any") };
            assert_eq!(users.log_in(&credentials).as_deref(), Some(user));
        }
        assert_eq!(mailbox(&users, "<Postmaster>").as_deref(), Some("postmaster"));
    }

    #[test]
    fn a_login_needs_the_whole_password_and_no_other_identity() {
        let users = users();
        let log_in = |user, password, authorization| {
            let mechanism = mailproto::sasl::Mechanism::Plain;
            users.log_in(&Credentials { mechanism, authorization, user, proof: Proof::Password(password) })
        };
        assert_eq!(log_in("ann", "secret", "").as_deref(), Some("ann"));
        assert_eq!(log_in("ann@example.org", "secret", "").as_deref(), Some("ann"));
        for (user, password, authorization) in [
            ("ann", "secre", ""),
            ("ann", "", ""),
            ("ann@other.example", "secret", ""),
            ("bob", "hidden", ""),
            ("ann", "secret", "bob@other.example"),
        ] {
            assert_eq!(log_in(user, password, authorization), None, "{user} {password}");
        }
    }
}
