//! Where memory comes from: `malloc` and `free`, or what the program names before anything else.

use crate::status::{MAILPROTO_ERR_NULL_POINTER, MAILPROTO_ERR_OUT_OF_ORDER, MAILPROTO_ERR_STRUCT_SIZE};
use crate::status::{MAILPROTO_OK, mailproto_status};
use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

/// An allocator of the program's own.
#[repr(C)]
pub struct mailproto_allocator {
    /// sizeof(mailproto_allocator).
    pub struct_size: u32,
    /// Passed to both functions.
    pub user: *mut c_void,
    /// Returns `size` bytes at a multiple of `alignment`, a power of two of at most 16, or NULL if
    /// there is no memory. Must not call this library.
    pub allocate: Option<unsafe extern "C" fn(user: *mut c_void, size: usize, alignment: usize) -> *mut c_void>,
    /// Takes back what `allocate` returned, with the same size and alignment. Must not call this
    /// library.
    pub release: Option<unsafe extern "C" fn(user: *mut c_void, memory: *mut c_void, size: usize, alignment: usize)>,
}

/// The program's allocator; NULL for `malloc` and `free`.
static CHOSEN: AtomicPtr<mailproto_allocator> = AtomicPtr::new(ptr::null_mut());
/// Something has been allocated already.
static USED: AtomicBool = AtomicBool::new(false);

/// Takes memory from `allocator` instead of malloc() and free(). To be called once, before any other
/// function of this library and before other threads use it; `allocator` must stay valid and unchanged
/// for as long as the program runs.
///
/// Returns MAILPROTO_ERR_OUT_OF_ORDER when memory has been allocated already: it could not be given
/// back to where it came from.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailproto_set_allocator(allocator: *const mailproto_allocator) -> mailproto_status {
    // SAFETY: NULL or valid by the caller's contract.
    let Some(chosen) = (unsafe { allocator.as_ref() }) else {
        return MAILPROTO_ERR_NULL_POINTER;
    };
    if (chosen.struct_size as usize) < size_of::<mailproto_allocator>() {
        return MAILPROTO_ERR_STRUCT_SIZE;
    }
    if chosen.allocate.is_none() || chosen.release.is_none() {
        return MAILPROTO_ERR_NULL_POINTER;
    }
    if USED.load(Ordering::Acquire) {
        return MAILPROTO_ERR_OUT_OF_ORDER;
    }
    CHOSEN.store(allocator.cast_mut(), Ordering::Release);
    MAILPROTO_OK
}

/// The program's allocator, if it has named one. From now on it cannot be changed.
#[cfg_attr(not(all(panic = "abort", not(test))), expect(dead_code, reason = "only the archive allocates by it"))]
pub(crate) fn chosen() -> Option<&'static mailproto_allocator> {
    if !USED.load(Ordering::Relaxed) {
        USED.store(true, Ordering::Release);
    }
    // SAFETY: NULL or, by the contract of `mailproto_set_allocator`, valid and unchanged for ever.
    unsafe { CHOSEN.load(Ordering::Acquire).as_ref() }
}
