//! What a program without Rust's standard library must bring: an allocator and an end.
//!
//! Compiled only where panics abort, which is how the archive is built (profile `staticlib`), and
//! not where tests bring the standard library's. An archive whose panics unwind cannot be built: it
//! would have no panic handler.
//!
//! This makes the archive link beside any other Rust archive, because it shares no symbol with it.

use crate::allocator::{chosen, mailproto_allocator};
use core::alloc::{GlobalAlloc, Layout};
use core::ffi::c_void;
use core::panic::PanicInfo;
use core::ptr;

#[link(name = "c")]
unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
    fn abort() -> !;
}

/// What `malloc` aligns to at least, on every system: the alignment of the largest scalars of C.
const MALLOC_ALIGNMENT: usize = 2 * size_of::<usize>();

struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

// SAFETY: both branches return NULL or fresh memory of the layout, and take back what they gave: the
// choice between them is made before the first allocation and never changes (see `chosen`).
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if let Some(mailproto_allocator { user, allocate: Some(allocate), .. }) = chosen() {
            // SAFETY: the program's function, called as its declaration says.
            return unsafe { allocate(*user, layout.size(), layout.align()) }.cast();
        }
        if layout.align() > MALLOC_ALIGNMENT {
            return ptr::null_mut();
        }
        // SAFETY: any size may be asked for.
        unsafe { malloc(layout.size()) }.cast()
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if let Some(mailproto_allocator { user, release: Some(release), .. }) = chosen() {
            // SAFETY: the program's function, called with what its other one returned.
            return unsafe { release(*user, memory.cast(), layout.size(), layout.align()) };
        }
        // SAFETY: `alloc` got it from `malloc`.
        unsafe { free(memory.cast()) }
    }
}

/// No input leads here; a bug that does ends the program before it does harm.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: never returns, needs nothing.
    unsafe { abort() }
}
