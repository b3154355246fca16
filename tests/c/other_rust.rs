//! Another Rust library in the same program, with the standard library and panics that unwind: what a TLS
//! library written in Rust would be.

use std::collections::HashMap;
use std::panic::catch_unwind;

/// Allocates, hashes, formats, panics and catches it; 42 if all of that works.
#[unsafe(no_mangle)]
pub extern "C" fn other_rust_works() -> i32 {
    let caught = catch_unwind(|| {
        let numbers: HashMap<String, usize> = (0..10).map(|number| (format!("number {number}"), number)).collect();
        assert!(numbers["number 7"] == 8, "on purpose");
    });
    if caught.is_err() { 42 } else { 0 }
}
