//! Versions, as numbers that a program can compare at compile time and at run time.

use core::ffi::{CStr, c_char};

/// The major version of the library that this header belongs to.
pub const MAILPROTO_VERSION_MAJOR: u32 = 0;
/// The minor version of the library that this header belongs to.
pub const MAILPROTO_VERSION_MINOR: u32 = 1;
/// The patch version of the library that this header belongs to.
pub const MAILPROTO_VERSION_PATCH: u32 = 0;
/// The three above in one number: major * 65536 + minor * 256 + patch.
pub const MAILPROTO_VERSION_NUMBER: u32 = 256;
/// The version of the binary interface. A program runs with the shared library it was built for when
/// mailproto_abi_version() returns this number.
pub const MAILPROTO_ABI_VERSION: u32 = 1;

/// The version of the binary interface of the library that is linked. Compare it with
/// MAILPROTO_ABI_VERSION.
#[unsafe(no_mangle)]
pub extern "C" fn mailproto_abi_version() -> u32 {
    MAILPROTO_ABI_VERSION
}

/// The version of the library that is linked, such as "0.1.0". Never NULL, valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn mailproto_version() -> *const c_char {
    VERSION.as_ptr()
}

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => panic!("a version has no NUL in it"),
};

/// The numbers above are written by hand so that the header shows them; the manifest decides.
const _: () = {
    assert!(MAILPROTO_VERSION_MAJOR == decimal(env!("CARGO_PKG_VERSION_MAJOR")));
    assert!(MAILPROTO_VERSION_MINOR == decimal(env!("CARGO_PKG_VERSION_MINOR")));
    assert!(MAILPROTO_VERSION_PATCH == decimal(env!("CARGO_PKG_VERSION_PATCH")));
    assert!(
        MAILPROTO_VERSION_NUMBER
            == MAILPROTO_VERSION_MAJOR * 65_536 + MAILPROTO_VERSION_MINOR * 256 + MAILPROTO_VERSION_PATCH
    );
};

const fn decimal(digits: &str) -> u32 {
    let digits = digits.as_bytes();
    let mut value = 0;
    let mut index = 0;
    while index < digits.len() {
        value = value * 10 + (digits[index] - b'0') as u32;
        index += 1;
    }
    value
}
