//! `mailproto serve`: a mail server for one machine.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `options` | what the command line says, made into listeners and policies |
//! | `listener` | sockets: who may come in, and the end of it all |
//! | `connection` | one client's connection: what is the same in every protocol |
//! | `session`, `pop3` | one client of SMTP, of POP3: the endpoint's questions and the answers |
//! | `users` | who there is, and whose mail is whose |
//! | `journal` | where messages are told of |

mod connection;
mod exchange;
mod journal;
mod listener;
mod options;
mod pop3;
mod session;
mod users;

use crate::failure::Failure;
use crate::output;
use crate::signals::Signals;
use journal::Journal;
use listener::{Gate, Listener};
pub(crate) use options::Arguments;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long what is in flight may take when the server is told to end.
const GRACE: Duration = Duration::from_secs(4);
/// How long it may take to close the store then.
const CLOSING: Duration = Duration::from_millis(500);

/// Serves until SIGTERM or Ctrl-C.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let policy = Arc::new(options::Policy::new(arguments)?);
    let services = arguments.services()?;
    let store = arguments.open_store()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::io("cannot start", &error))?;
    let served = runtime.block_on(async {
        let journal = Journal::start(arguments.json);
        let gate = Arc::new(Gate::new(policy, journal, store.clone()));
        let mut listeners = Vec::new();
        for (service, port) in services {
            listeners.push(Listener::bind(service, arguments.listen, port).await?);
        }
        let signals = Signals::new().map_err(|error| Failure::io("cannot wait for signals", &error))?;
        arguments.announce(&gate.policy);
        say_ready(&listeners)?;
        serve(listeners, gate, signals).await;
        if tokio::time::timeout(CLOSING, store.end()).await.is_err() {
            eprintln!("the store was not closed in time; it is whole all the same");
        }
        Ok(())
    });
    // Whoever has been cut off may still wait for a disk.
    runtime.shutdown_background();
    served
}

/// The one line that says that everything listens, with the real ports.
fn say_ready(listeners: &[Listener]) -> Result<(), Failure> {
    let mut ready = Map::from_iter([("ready".to_owned(), Value::Bool(true))]);
    for listener in listeners {
        ready.insert(listener.service.name().into(), listener.port.into());
    }
    output::line(&Value::Object(ready)).map_err(|error| Failure::io("cannot write to stdout", &error))
}

async fn serve(listeners: Vec<Listener>, gate: Arc<Gate>, signals: Signals) {
    let (end, ending) = watch::channel(false);
    let mut tasks = JoinSet::new();
    for listener in listeners {
        tasks.spawn(listener.serve(Arc::clone(&gate), ending.clone()));
    }
    signals.wait().await;
    end.send_replace(true);
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        eprintln!("some clients did not finish in time and were cut off");
    }
}
