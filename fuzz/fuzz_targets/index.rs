//! See `keepsake_fuzz::index`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keepsake_fuzz::index::run(bytes));
