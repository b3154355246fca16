//! A certificate authority for one run of the tests, and one certificate of it
//! that every server shows.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};

/// The name that the certificate holds, beside `127.0.0.1`.
pub(crate) const HOST: &str = "localhost";

/// Certificates and key in PEM.
pub(crate) struct Certificates {
    pub(crate) authority: String,
    pub(crate) server: String,
    pub(crate) server_key: String,
}

/// The same certificates as files, for programs that take paths.
pub(crate) struct CertificateFiles {
    pub(crate) authority: PathBuf,
    pub(crate) server: PathBuf,
    pub(crate) server_key: PathBuf,
}

/// The certificates of this run.
pub(crate) static CERTIFICATES: LazyLock<Certificates> = LazyLock::new(make);

impl Certificates {
    /// Writes the certificates into `folder`.
    pub(crate) fn write_to(&self, folder: &Path) -> CertificateFiles {
        let write = |name: &str, content: &str| {
            let path = folder.join(name);
            fs::write(&path, content).expect("a certificate can be written");
            path
        };
        CertificateFiles {
            authority: write("authority.pem", &self.authority),
            server: write("server.pem", &self.server),
            server_key: write("server-key.pem", &self.server_key),
        }
    }
}

fn make() -> Certificates {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "mailproto interop authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = KeyPair::generate().expect("a key can be made");
    let authority = CertifiedIssuer::self_signed(authority, authority_key).expect("the authority is sound");

    let names = [HOST.to_owned(), "127.0.0.1".to_owned()];
    let mut server = CertificateParams::new(names).expect("the names are sound");
    server.distinguished_name.push(DnType::CommonName, HOST);
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    let server_key = KeyPair::generate().expect("a key can be made");
    let certificate = server.signed_by(&server_key, &authority).expect("the authority signs");

    Certificates { authority: authority.pem(), server: certificate.pem(), server_key: server_key.serialize_pem() }
}
