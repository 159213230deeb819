//! See `keepsake_fuzz::request`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keepsake_fuzz::request::run(bytes));
