//! LMTP: our client to Dovecot, and to our server from those of others.

use mailproto::smtp::Protocol;

use crate::clients::{Encryption, Job, msmtp, swaks};
use crate::message::{FIFTY_MEBIBYTES, assert_arrived, eight_bit, plain};
use crate::ours::client::{Session, Transfer};
use crate::ours::server::{self, OurServer, Settings};
use crate::servers::dovecot;

const FROM: &str = "sender@mail.test";

const OPEN_LMTP: Settings = Settings { protocol: Protocol::Lmtp, ..Settings::OPEN };

#[test]
fn dovecot_answers_for_each_recipient() {
    let dovecot = dovecot::start();
    let full = format!("{}@mail.test", dovecot::FULL);
    let to = ["alice@mail.test", "nobody@mail.test", &full, "bob@mail.test"];
    for transfer in [Transfer::Lines, Transfer::Chunks(200)] {
        let mut session = Session::open_lmtp(dovecot.smtp).expect("Dovecot takes the connection");
        let message = plain();
        let answers = session.send(FROM, &to, &[], &message, transfer).expect("Dovecot answers");
        assert_eq!(answers.recipients, [250, 550, 250, 250], "{transfer:?}");
        assert_eq!(answers.verdicts, [250, 552, 250], "{transfer:?}");
        for mailbox in ["alice", "bob"] {
            assert_arrived(&message, &dovecot.delivered_to(mailbox), dovecot.trace);
        }
        dovecot.assert_nothing_for(dovecot::FULL);
        session.quit().expect("Dovecot says good-bye");
    }
}

#[test]
fn dovecot_keeps_every_octet_of_several_messages() {
    let dovecot = dovecot::start();
    let mut session = Session::open_lmtp(dovecot.smtp).expect("Dovecot takes the connection");
    for message in [plain(), eight_bit(), FIFTY_MEBIBYTES.clone()] {
        let answers =
            session.send(FROM, &["carol@mail.test"], &[], &message, Transfer::Lines).expect("Dovecot answers");
        assert_eq!(answers.verdicts, [250]);
        assert_arrived(&message, &dovecot.delivered_to("carol"), dovecot.trace);
    }
    session.quit().expect("Dovecot says good-bye");
}

#[test]
fn our_server_answers_swaks_for_each_recipient() {
    let server = OurServer::start(OPEN_LMTP);
    let full = format!("{}@mail.test", server::FULL);
    let message = plain();
    let outcome = swaks::send_lmtp(&Job {
        server: server.address,
        encryption: Encryption::None,
        login: None,
        from: FROM,
        to: &["alice@mail.test", "nobody@mail.test", &full, "bob@mail.test"],
        message: &message,
    });
    for recipient in ["alice@mail.test", "bob@mail.test"] {
        let received = server.received();
        assert_eq!(received.to, [recipient], "{}", outcome.transcript);
        assert_arrived(&message, &received.message, &[]);
    }
    assert!(outcome.transcript.contains("<** 552 5.2.2 Mailbox full"), "{}", outcome.transcript);
    server.assert_nothing_received();
    assert_eq!(server.failures(), [""; 0]);
}

#[test]
fn our_server_takes_what_msmtp_delivers() {
    let server = OurServer::start(OPEN_LMTP);
    let message = eight_bit();
    let outcome = msmtp::send_lmtp(&Job {
        server: server.address,
        encryption: Encryption::None,
        login: None,
        from: FROM,
        to: &["alice@mail.test", "bob@mail.test"],
        message: &message,
    });
    outcome.assert_success();
    for recipient in ["alice@mail.test", "bob@mail.test"] {
        let received = server.received();
        assert_eq!(received.to, [recipient], "{}", outcome.transcript);
        assert_arrived(&message, &received.message, &[]);
    }
    assert_eq!(server.failures(), [""; 0]);
}
