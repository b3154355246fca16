//! What both sides of TLS need, from the certificates of this run.

use std::sync::{Arc, LazyLock};

use mailproto_host::tls::{self, Trust};
use rustls::{ClientConfig, ServerConfig};
use tempfile::TempDir;

use crate::certificates::CERTIFICATES;

pub(super) struct Tls {
    pub(super) client: Arc<ClientConfig>,
    pub(super) server: Arc<ServerConfig>,
}

pub(super) static TLS: LazyLock<Tls> = LazyLock::new(|| {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let files = CERTIFICATES.write_to(folder.path());
    Tls {
        client: tls::client(&Trust::File(files.authority)).expect("an own authority is sound"),
        server: tls::server(&files.server, &files.server_key).expect("an own certificate is sound"),
    }
});
