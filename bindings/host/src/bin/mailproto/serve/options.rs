//! What the command line says, made into listeners and policies.

use super::users::Users;
use crate::failure::Failure;
use crate::store::Store;
use mailproto::Limits;
use mailproto::pop3::{self, CapabilitySet};
use mailproto::sasl::{Mechanism, Mechanisms};
use mailproto::smtp::{ExtensionSet, Protocol, ServerOptions};
use mailproto_host::tls;
use rustls::ServerConfig;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  mailproto serve
      SMTP on port 2525, submission on 2587 and POP3 on 2110, for the user demo with the password demo
  mailproto serve --smtp 0 --json
      SMTP on a free port; what arrives is printed, one JSON object a message
  mailproto serve --domain example.org --user ann:secret --user bob:secret --tls-self-signed
      mail for ann@example.org and bob@example.org, with STARTTLS
  mailproto serve --store mail.db --lmtp 2424
      keeps mail in a file; what was taken survives the server, however it ends
  mailproto serve --accept-any-user --mask PIPELINING --mask 8BITMIME --trace
      takes everything, offers less, and shows what is said

The first line on stdout says that all listen, and on which ports:
  {\"ready\":true,\"smtp\":2525,\"submission\":2587,\"pop3\":2110}
With --json each message follows as one line, written when it is in the store and before the client is
told that it is taken; if stdout takes no more, messages are taken all the same, and stderr says so:
  {\"event\":\"message\",\"id\":…,\"listener\":\"smtp\",\"client\":…,\"peer\":…,\"tls\":false,\"user\":null,
   \"from\":…,\"to\":[…],\"size\":…,\"sha256\":…,\"parameters\":{…},\"message\":…}";

/// A mail server for one machine: takes mail by SMTP and LMTP, shows it, and gives it out by POP3
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(super) listen: IpAddr,
    /// Listen for mail from servers; 0 takes a free port
    #[arg(long, value_name = "PORT")]
    smtp: Option<u16>,
    /// Listen for mail from users, who must log in (RFC 6409)
    #[arg(long, value_name = "PORT")]
    submission: Option<u16>,
    /// Listen for mail from users under TLS from the first byte (RFC 8314)
    #[arg(long, value_name = "PORT")]
    smtps: Option<u16>,
    /// Listen for mail from a local mail system by LMTP (RFC 2033)
    #[arg(long, value_name = "PORT")]
    lmtp: Option<u16>,
    /// Listen for users who fetch their mail by POP3 (RFC 1939)
    #[arg(long, value_name = "PORT")]
    pop3: Option<u16>,
    /// The same under TLS from the first byte (RFC 8314)
    #[arg(long, value_name = "PORT")]
    pop3s: Option<u16>,
    /// A user; NAME alone takes the password from --password-env or --password-file
    #[arg(long = "user", value_name = "NAME:PASSWORD")]
    users: Vec<String>,
    #[command(flatten)]
    password: crate::password::Source,
    /// Every login is good and every recipient has a mailbox
    #[arg(long)]
    accept_any_user: bool,
    /// A domain whose mail is taken; the first is the server's name too [default: localhost]
    #[arg(long = "domain", value_name = "NAME")]
    domains: Vec<String>,
    /// Where mail is kept: in memory, until the server ends, or in an SQLite file, which is made if
    /// there is none
    #[arg(long, value_name = "memory|FILE.db", default_value = "memory")]
    store: PathBuf,
    /// Offer TLS with a certificate made for the domains and this machine
    #[arg(long, conflicts_with_all = ["tls_cert", "tls_key"])]
    tls_self_signed: bool,
    /// Offer TLS with this certificate (PEM, with its chain)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Refuse everything before STARTTLS or STLS
    #[arg(long)]
    require_tls: bool,
    /// Do not offer this extension or capability, EHLO itself, or the mechanism in AUTH=MECHANISM
    #[arg(long = "mask", value_name = "CAPABILITY")]
    masks: Vec<String>,
    /// The largest message that is taken
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().message)]
    max_message: u64,
    /// How many clients are served at a time; others are told to come again
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    max_connections: usize,
    /// Print each message that arrives as a JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
    /// Print every conversation on stderr, secrets taken out and messages shortened
    #[arg(long)]
    pub(super) trace: bool,
}

/// What a port is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Smtp,
    Submission,
    Smtps,
    Lmtp,
    Pop3,
    Pop3s,
}

impl Service {
    /// Its name, as an option and in what is printed.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Submission => "submission",
            Self::Smtps => "smtps",
            Self::Lmtp => "lmtp",
            Self::Pop3 => "pop3",
            Self::Pop3s => "pop3s",
        }
    }

    /// Whether mail is fetched there.
    pub(super) const fn is_pop3(self) -> bool {
        matches!(self, Self::Pop3 | Self::Pop3s)
    }

    /// Whether TLS begins with the first byte.
    pub(super) const fn is_under_tls(self) -> bool {
        matches!(self, Self::Smtps | Self::Pop3s)
    }
}

/// What everybody who connects meets.
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) users: Users,
    pub(super) tls: Option<Arc<ServerConfig>>,
    /// The certificate, if it was made here.
    certificate: Option<String>,
    require_tls: bool,
    masked: ExtensionSet,
    masked_pop3: CapabilitySet,
    /// EHLO is not known here.
    pub(super) no_ehlo: bool,
    pub(super) mechanisms: Mechanisms,
    limits: Limits,
    pub(super) max_connections: usize,
    pub(super) trace: bool,
}

impl Policy {
    pub(super) fn new(arguments: &Arguments) -> Result<Self, Failure> {
        let mut domains = arguments.domains.clone();
        if domains.is_empty() {
            domains.push("localhost".into());
        }
        let (tls, certificate) = arguments.tls(&domains)?;
        let tls_needed = [
            (arguments.require_tls, "--require-tls"),
            (arguments.smtps.is_some(), "--smtps"),
            (arguments.pop3s.is_some(), "--pop3s"),
        ];
        if let Some((_, option)) = tls_needed.iter().find(|(needed, _)| *needed && tls.is_none()) {
            return Err(Failure::usage(format_args!(
                "{option} needs a certificate: add --tls-self-signed, or --tls-cert and --tls-key"
            )));
        }
        let secret = mailproto_host::random().map_err(|error| Failure::io("no secret could be made", &error))?;
        let mut policy = Self {
            name: domains[0].clone(),
            users: Users::new(arguments.accept_any_user, domains, secret),
            tls,
            certificate,
            require_tls: arguments.require_tls,
            masked: ExtensionSet::NONE,
            masked_pop3: CapabilitySet::NONE,
            no_ehlo: false,
            mechanisms: Mechanisms::SERVER_DEFAULT,
            limits: Limits { message: arguments.max_message, ..Limits::default() },
            max_connections: arguments.max_connections,
            trace: arguments.trace,
        };
        if !policy.users.takes_anyone() {
            policy.mechanisms = policy.mechanisms.with(Mechanism::ScramSha256).with(Mechanism::ScramSha256Plus);
        }
        arguments.masks.iter().try_for_each(|mask| policy.mask(mask))?;
        arguments.add_users(&mut policy.users)?;
        mailproto::smtp::Server::<mailproto::Heap>::new(policy.options(Service::Smtp))
            .map_err(|error| Failure::usage(format_args!("--domain {}: {error}", policy.name)))?;
        Ok(policy)
    }

    fn mask(&mut self, capability: &str) -> Result<(), Failure> {
        let is = |name: &str| capability.eq_ignore_ascii_case(name);
        let head = capability.get(..5).filter(|head| head.eq_ignore_ascii_case("AUTH="));
        let mechanism = head.and_then(|_| Mechanism::from_name(&capability.as_bytes()[5..]));
        let bits = || (0..u32::BITS).map(|bit| 1 << bit);
        let extension = bits().map(ExtensionSet::from_bits).find(|one| one.keywords().any(is));
        let in_pop3 = bits().map(CapabilitySet::from_bits).find(|one| one.tags().any(is));
        if is("EHLO") {
            self.no_ehlo = true;
        } else if let Some(mechanism) = mechanism {
            self.mechanisms =
                self.mechanisms.iter().filter(|one| *one != mechanism).fold(Mechanisms::NONE, Mechanisms::with);
        } else if extension.is_some() || in_pop3.is_some() {
            // PIPELINING is the same word in both.
            self.masked = self.masked.with(extension.unwrap_or(ExtensionSet::NONE));
            self.masked_pop3 = self.masked_pop3.with(in_pop3.unwrap_or(CapabilitySet::NONE));
        } else {
            let known: Vec<_> = ExtensionSet::ALL.keywords().chain(CapabilitySet::ALL.tags()).collect();
            return Err(Failure::usage(format_args!(
                "--mask {capability}: there is no such capability; there are EHLO, AUTH=MECHANISM, {}",
                known.join(", ")
            )));
        }
        Ok(())
    }

    /// Whether clients of POP3 can say that they read UTF-8 in headers.
    pub(super) fn offers_utf8(&self) -> bool {
        !self.masked_pop3.contains(CapabilitySet::UTF8)
    }

    /// How the endpoint presents itself on a port where mail is fetched.
    pub(super) fn pop3_options(&self, service: Service) -> pop3::ServerOptions<'_> {
        let mut offered = CapabilitySet::SERVER_DEFAULT.with(CapabilitySet::UTF8);
        if self.tls.is_some() {
            offered = offered.with(CapabilitySet::STLS);
        }
        pop3::ServerOptions {
            offered: offered.without(self.masked_pop3),
            mechanisms: self.mechanisms,
            auth_without_tls: self.tls.is_none(),
            require_tls: self.require_tls,
            tls: service.is_under_tls(),
            implementation: concat!("mailproto-", env!("CARGO_PKG_VERSION")),
            ..pop3::ServerOptions::default()
        }
    }

    /// How the endpoint presents itself on a port where mail is taken.
    pub(super) fn options(&self, service: Service) -> ServerOptions<'_> {
        let mut options = ServerOptions::new(&self.name);
        let mut offered = ExtensionSet::SERVER_DEFAULT;
        if self.tls.is_some() {
            offered = offered.with(ExtensionSet::STARTTLS).with(ExtensionSet::REQUIRETLS);
        }
        if service == Service::Lmtp {
            options.protocol = Protocol::Lmtp;
        } else {
            offered = offered.with(ExtensionSet::AUTH);
        }
        options.offered = offered.without(self.masked);
        options.mechanisms = self.mechanisms;
        // Where there is no TLS, a password in plain text is what was asked for.
        options.auth_without_tls = self.tls.is_none();
        options.require_tls = self.require_tls;
        options.require_auth = matches!(service, Service::Submission | Service::Smtps);
        options.tls = service.is_under_tls();
        options.limits = self.limits;
        options
    }
}

impl Arguments {
    /// The ports that are wanted.
    pub(super) fn services(&self) -> Result<Vec<(Service, u16)>, Failure> {
        let wanted = [
            (Service::Smtp, self.smtp),
            (Service::Submission, self.submission),
            (Service::Smtps, self.smtps),
            (Service::Lmtp, self.lmtp),
            (Service::Pop3, self.pop3),
            (Service::Pop3s, self.pop3s),
        ];
        let named: Vec<_> = wanted.into_iter().filter_map(|(service, port)| Some((service, port?))).collect();
        let usual = || vec![(Service::Smtp, 2525), (Service::Submission, 2587), (Service::Pop3, 2110)];
        Ok(if named.is_empty() { usual() } else { named })
    }

    /// Where mail is kept.
    pub(super) fn open_store(&self) -> Result<Store, Failure> {
        if self.store.as_os_str() == "memory" {
            return Ok(Store::memory());
        }
        Store::open(&self.store).map_err(|error| {
            Failure::usage(format_args!(
                "--store {}: {error}; name a file that mailproto may make or has made, or write memory",
                self.store.display()
            ))
        })
    }

    fn tls(&self, domains: &[String]) -> Result<(Option<Arc<ServerConfig>>, Option<String>), Failure> {
        if let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) {
            let config =
                tls::server(certificate, key).map_err(|error| Failure::usage(format_args!("no TLS: {error}")))?;
            return Ok((Some(config), None));
        }
        if !self.tls_self_signed {
            return Ok((None, None));
        }
        let mut names = domains.to_vec();
        names.extend(["localhost", "127.0.0.1", "::1"].map(String::from));
        names.push(self.listen.to_string());
        names.dedup();
        let (config, certificate) = tls::self_signed(&names)
            .map_err(|error| Failure::usage(format_args!("no certificate for {}: {error}", names.join(", "))))?;
        Ok((Some(config), Some(certificate)))
    }

    fn add_users(&self, users: &mut Users) -> Result<(), Failure> {
        let elsewhere = self.password.read()?;
        for user in &self.users {
            let (name, password) = match (user.split_once(':'), &elsewhere) {
                (Some((name, password)), _) => (name, password),
                (None, Some(password)) => (user.as_str(), password.as_str()),
                (None, None) => {
                    return Err(Failure::usage(format_args!(
                        "--user {user}: write NAME:PASSWORD, or add --password-env or --password-file"
                    )));
                }
            };
            if name.is_empty() {
                return Err(Failure::usage("--user: the name is empty, write NAME:PASSWORD"));
            }
            if !users.add(name, password) {
                return Err(Failure::usage(format_args!(
                    "--user {name}: the password has characters that nobody can type"
                )));
            }
        }
        if users.is_empty() {
            let _ = users.add("demo", "demo");
        }
        Ok(())
    }

    /// What people want to know at the start.
    pub(super) fn announce(&self, policy: &Policy) {
        if self.accept_any_user {
            eprintln!("every login is good and every recipient has a mailbox");
        } else if self.users.is_empty() {
            eprintln!("there is one user: demo, with the password demo");
        }
        if let Some(certificate) = &policy.certificate {
            eprint!("the certificate, for --ca of whoever is to trust it:\n{certificate}");
        }
        if policy.tls.is_none() && !self.listen.is_loopback() {
            eprintln!(
                "without TLS passwords cross the network readable: add --tls-self-signed or --tls-cert and --tls-key"
            );
        }
    }
}
