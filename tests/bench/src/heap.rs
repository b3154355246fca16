//! How much heap a pass takes, in Rust and C alike (`native/heap.c`).

/// What a pass asked of the heap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heap {
    /// Allocations; growing one counts again.
    pub(crate) calls: u64,
    /// The most bytes that lived at once, above those from before.
    pub(crate) peak: u64,
}

/// Runs `pass` and tells what it asked of the heap; nothing where that cannot be counted.
pub(crate) fn count<T>(pass: impl FnOnce() -> T) -> (T, Option<Heap>) {
    counting::begin();
    let result = pass();
    (result, counting::end())
}

#[cfg(counted_heap)]
mod counting {
    use super::Heap;

    // SAFETY: the declarations match `native/heap.c`. The functions take no argument and touch only
    // numbers of their own, which each thread has for itself.
    unsafe extern "C" {
        safe fn heap_begin();
        safe fn heap_end();
        safe fn heap_calls() -> u64;
        safe fn heap_peak() -> i64;
    }

    pub(super) fn begin() {
        heap_begin();
    }

    pub(super) fn end() -> Option<Heap> {
        heap_end();
        Some(Heap { calls: heap_calls(), peak: heap_peak().try_into().unwrap_or(0) })
    }
}

#[cfg(not(counted_heap))]
mod counting {
    use super::Heap;

    pub(super) fn begin() {}

    pub(super) fn end() -> Option<Heap> {
        None
    }
}
