//! See `keepsake_fuzz::catalogue`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keepsake_fuzz::catalogue::run(bytes));
