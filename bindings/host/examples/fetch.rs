//! Fetches every message of a maildrop and deletes none: `fetch pop3://USER:PASSWORD@HOST:PORT FOLDER`;
//! `pop3s://` for TLS from the first byte. Each message becomes a file, `NUMBER.eml`. The environment variable
//! `CA_FILE` names the authorities to trust in place of those that browsers trust.

use mailproto::Endpoint;
use mailproto::pop3::{CapabilitySet, Client, ClientEvent, ClientOptions, Verb};
use mailproto_host::blocking::{Driver, Stream};
use mailproto_host::tls::{self, Trust};
use std::collections::VecDeque;
use std::env;
use std::fs::File;
use std::io::Write;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [url, folder] = &arguments[..] else {
        return Err("usage: fetch pop3[s]://USER:PASSWORD@HOST:PORT FOLDER".into());
    };
    let (scheme, rest) = url.split_once("://").ok_or("the server is pop3://USER:PASSWORD@HOST:PORT")?;
    let (login, place) = rest.rsplit_once('@').ok_or("the server has no USER:PASSWORD@")?;
    let (user, password) = login.split_once(':').ok_or("the user has no :PASSWORD")?;
    let (host, port) = place.rsplit_once(':').ok_or("the server has no :PORT")?;

    let config = tls::client(&env::var_os("CA_FILE").map_or(Trust::Public, |file| Trust::File(file.into())))?;
    let mut stream = Stream::connect(host, port.parse()?)?;
    if scheme == "pop3s" {
        stream.start_tls(&config, host)?;
    }
    // A password is not for everybody to read on the way; to this machine itself there is no way.
    let may_be_plain = stream.socket().peer_addr()?.ip().is_loopback();
    let mut driver = Driver::new(<Client>::new(ClientOptions::default()), stream);
    let mut unread = VecDeque::new();
    let mut file = None;
    while !driver.endpoint.is_closed() {
        while let Some(event) = driver.endpoint.next_event()? {
            match event {
                ClientEvent::Greeting(response) if response.is_ok() => drop(driver.endpoint.capa()?),
                ClientEvent::StartTls { .. } => {
                    driver.start_tls(&config, host)?;
                    driver.endpoint.tls_started()?;
                    driver.endpoint.capa()?;
                }
                ClientEvent::End { verb: Verb::Capa, .. } | ClientEvent::Response { verb: Verb::Capa, .. } => {
                    if driver.endpoint.capabilities().offers(CapabilitySet::STLS) {
                        driver.endpoint.stls()?;
                    } else if may_be_plain || driver.stream().tls().is_some() {
                        driver.endpoint.login(user, password)?;
                        driver.endpoint.list(None)?;
                    } else {
                        return Err("the server offers no TLS".into());
                    }
                }
                ClientEvent::Listing { listing, .. } => unread.push_back(listing.number),
                ClientEvent::Start { verb: Verb::Retr, .. } => {
                    let number = unread.pop_front().ok_or("a message that was not asked for")?;
                    file = Some(File::create(Path::new(folder).join(format!("{number}.eml")))?);
                }
                ClientEvent::Data { bytes, .. } => {
                    file.as_mut().ok_or("a message without a start")?.write_all(bytes)?
                }
                ClientEvent::End { .. } => match unread.front() {
                    Some(number) => drop(driver.endpoint.retr(*number)?),
                    None => drop(driver.endpoint.quit()?),
                },
                ClientEvent::Greeting(response)
                | ClientEvent::Response { response, .. }
                | ClientEvent::Closing(response)
                    if !response.is_ok() =>
                {
                    return Err(format!("the server says {}", response.text()).into());
                }
                _ => {}
            }
        }
        driver.turn()?;
    }
    driver.close()?;
    Ok(())
}
