//! See `keepsake_fuzz::header`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keepsake_fuzz::header::run(bytes));
