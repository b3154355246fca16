//! What a program without the standard library brings itself: memory, and an end for panics.

use core::panic::PanicInfo;
use rlsf::SmallGlobalTlsf;

#[global_allocator]
static ALLOCATOR: SmallGlobalTlsf = SmallGlobalTlsf::new();

/// No input leads here. If the memory is used up, or a defect does, the instance traps at once, and
/// the package's JavaScript refuses to use it any further.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
