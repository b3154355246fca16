//! What a task remembers, written down and read again.

use mailproto::pop3::Seen;
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_a_download_remembers_survives_json(entries in proptest::collection::vec(("[!-~]{1,70}", any::<u32>()), 0..40)) {
        let mut seen = Seen::default();
        for (unique_id, day) in &entries {
            seen.add(unique_id, *day);
        }
        let read: Seen = serde_json::from_str(&serde_json::to_string(&seen).unwrap()).unwrap();
        prop_assert_eq!(read, seen);
    }
}

/// The form on disk is a promise: hosts keep it between versions.
#[test]
fn the_form_of_what_a_download_remembers_stays() {
    let mut seen = Seen::default();
    for (unique_id, day) in [("b", 7), ("a", 8), ("b", 9)] {
        seen.add(unique_id, day);
    }
    let written = r#"{"messages":{"a":{"day":8,"copies":1},"b":{"day":7,"copies":2}}}"#;
    assert_eq!(serde_json::to_string(&seen).unwrap(), written);
    assert_eq!(serde_json::from_str::<Seen>(written).unwrap(), seen);
}
