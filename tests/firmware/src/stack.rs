//! How deep the stack has been.

use core::ptr;

use cortex_m_rt::STACK_PAINT_VALUE;

unsafe extern "C" {
    static _stack_start: u32;
    static _stack_end: u32;
}

/// The bytes of stack used since the start: the start-up code painted all of
/// it, and the lowest word that has lost its paint is how deep calls went.
pub fn deepest() -> usize {
    let top = &raw const _stack_start;
    let mut word = &raw const _stack_end;
    // SAFETY: the linker script puts both symbols, aligned, at the ends of one
    // block of RAM, and the words between are read, never written.
    while word < top && unsafe { ptr::read_volatile(word) } == STACK_PAINT_VALUE {
        word = word.wrapping_add(1);
    }
    top as usize - word as usize
}
