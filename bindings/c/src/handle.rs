//! Handles and pointers: from C to references and back, with every NULL looked for.

use crate::fault::Fault;
use crate::status::{MAILPROTO_OK, mailproto_status};
use alloc::boxed::Box;
use alloc::string::String;
use core::alloc::Layout;

/// An endpoint with what went wrong last.
pub(crate) struct Handle<E> {
    pub(crate) endpoint: E,
    pub(crate) fault: Option<Fault>,
}

impl<E> Handle<E> {
    pub(crate) fn new(endpoint: E) -> Self {
        Self { endpoint, fault: None }
    }
}

/// The type behind an opaque handle of an endpoint.
pub(crate) trait Face {
    type Endpoint;
    fn handle(&self) -> &Handle<Self::Endpoint>;
    fn handle_mut(&mut self) -> &mut Handle<Self::Endpoint>;
}

/// Runs a call that may change an endpoint, and remembers how it failed.
///
/// # Safety
/// `face` is NULL or valid, and nobody else uses it.
pub(crate) unsafe fn change<F: Face>(
    face: *mut F,
    call: impl FnOnce(&mut F::Endpoint) -> Result<(), Fault>,
) -> mailproto_status {
    // SAFETY: this function's contract.
    let Some(face) = (unsafe { face.as_mut() }) else {
        return Fault::NullPointer.status();
    };
    let handle = face.handle_mut();
    match call(&mut handle.endpoint) {
        Ok(()) => MAILPROTO_OK,
        Err(fault) => {
            handle.fault = Some(fault);
            fault.status()
        }
    }
}

/// What a handle that may be NULL shows; `otherwise` for NULL.
///
/// # Safety
/// `face` is NULL or valid, and nobody changes it meanwhile.
pub(crate) unsafe fn look<F: Face, R>(face: *const F, otherwise: R, call: impl FnOnce(&F::Endpoint) -> R) -> R {
    // SAFETY: this function's contract.
    match unsafe { face.as_ref() } {
        Some(face) => call(&face.handle().endpoint),
        None => otherwise,
    }
}

/// Runs a call on options or another object that keeps no last error.
///
/// # Safety
/// `object` is NULL or valid, and nobody else uses it.
pub(crate) unsafe fn set<T>(object: *mut T, call: impl FnOnce(&mut T) -> Result<(), Fault>) -> mailproto_status {
    // SAFETY: this function's contract.
    match unsafe { object.as_mut() } {
        Some(object) => crate::fault::status(call(object)),
        None => Fault::NullPointer.status(),
    }
}

/// Refuses NULL where an output is to be put; called before anything changes.
pub(crate) fn wanted<T>(output: *mut T) -> Result<*mut T, Fault> {
    if output.is_null() { Err(Fault::NullPointer) } else { Ok(output) }
}

/// Puts an output that the caller may have no use for.
///
/// # Safety
/// `output` is NULL or writable.
pub(crate) unsafe fn put<T>(output: *mut T, value: T) {
    if !output.is_null() {
        // SAFETY: not NULL, so writable; what stands there is plain data.
        unsafe { output.write(value) };
    }
}

/// Makes an object and puts its handle.
///
/// # Safety
/// `output` is NULL or writable.
pub(crate) unsafe fn create<T>(output: *mut *mut T, make: impl FnOnce() -> Result<T, Fault>) -> mailproto_status {
    let made = wanted(output).and_then(|output| Ok((output, boxed(make()?)?)));
    match made {
        Ok((output, object)) => {
            // SAFETY: not NULL, so writable.
            unsafe { output.write(Box::into_raw(object)) };
            MAILPROTO_OK
        }
        Err(fault) => fault.status(),
    }
}

/// Frees what `create` made; NULL is nothing to free.
///
/// # Safety
/// `object` is NULL or came from `create` and was not freed.
pub(crate) unsafe fn free<T>(object: *mut T) {
    if !object.is_null() {
        // SAFETY: it came from `Box::into_raw`, and this is its end.
        drop(unsafe { Box::from_raw(object) });
    }
}

/// `Box::new` that can fail.
pub(crate) fn boxed<T>(value: T) -> Result<Box<T>, Fault> {
    let layout = Layout::new::<T>();
    debug_assert!(layout.size() > 0);
    // SAFETY: no handle type is of size 0.
    let place = unsafe { alloc::alloc::alloc(layout) }.cast::<T>();
    if place.is_null() {
        return Err(Fault::NoMemory);
    }
    // SAFETY: fresh memory of this layout from the global allocator, which is where a Box's comes from.
    unsafe {
        place.write(value);
        Ok(Box::from_raw(place))
    }
}

/// An owned copy that can fail.
pub(crate) fn copied(text: &str) -> Result<String, Fault> {
    let mut copy = String::new();
    copy.try_reserve_exact(text.len())?;
    copy.push_str(text);
    Ok(copy)
}
