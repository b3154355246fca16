//! Reading what JavaScript passes: numbers in a row, texts in a row, and bytes.
//!
//! The package's JavaScript checks types and ranges, and lays options out in the order in which they
//! are read here (`npm/lib/layout.js`). NaN and `undefined` stand for what is left at its default.

use crate::error;
use crate::interop::Array;
use alloc::string::String;
use alloc::vec::Vec;
use wasm_bindgen::JsValue;

/// What a call brings along.
pub(crate) struct Arguments<'a> {
    pub(crate) numbers: Numbers<'a>,
    pub(crate) texts: Texts<'a>,
    pub(crate) bytes: Option<Vec<u8>>,
}

impl<'a> Arguments<'a> {
    pub(crate) fn new(numbers: &'a [f64], texts: &'a Array, bytes: Option<Vec<u8>>) -> Self {
        Self { numbers: Numbers::new(numbers), texts: Texts::new(texts), bytes }
    }

    /// The next number, of 32 bits.
    pub(crate) fn number(&mut self) -> u32 {
        self.numbers.choice()
    }

    /// The next text, empty if there is none in this place.
    pub(crate) fn text(&mut self) -> String {
        self.texts.next().unwrap_or_default()
    }

    /// Bytes that must not be missing.
    pub(crate) fn bytes(self) -> Result<Vec<u8>, JsValue> {
        self.bytes.ok_or_else(|| error::argument("bytes"))
    }
}

/// Numbers in a row.
pub(crate) struct Numbers<'a>(core::slice::Iter<'a, f64>);

impl<'a> Numbers<'a> {
    pub(crate) fn new(numbers: &'a [f64]) -> Self {
        Self(numbers.iter())
    }

    /// The next number, unless it is left at its default.
    pub(crate) fn next(&mut self) -> Option<f64> {
        self.0.next().copied().filter(|number| !number.is_nan())
    }

    /// The next number as a place among alternatives, the first being the default.
    pub(crate) fn choice(&mut self) -> u32 {
        self.next().map_or(0, |number| number as u32)
    }

    /// The next number as a truth value, false being the default.
    pub(crate) fn flag(&mut self) -> bool {
        self.choice() != 0
    }

    /// Overwrites a setting unless it is left at its default.
    pub(crate) fn count(&mut self, setting: &mut u32) {
        if let Some(number) = self.next() {
            *setting = number as u32;
        }
    }

    /// The same for a setting of 16 bits.
    pub(crate) fn small(&mut self, setting: &mut u16) {
        if let Some(number) = self.next() {
            *setting = number as u16;
        }
    }
}

/// Texts in a row.
pub(crate) struct Texts<'a> {
    array: &'a Array,
    next: u32,
}

impl<'a> Texts<'a> {
    pub(crate) fn new(array: &'a Array) -> Self {
        Self { array, next: 0 }
    }

    /// The next text, if there is one in this place.
    pub(crate) fn next(&mut self) -> Option<String> {
        let text = self.array.at(self.next).as_string();
        self.next += 1;
        text
    }
}
