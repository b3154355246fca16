#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mailproto_fuzz::message_writer(data));
