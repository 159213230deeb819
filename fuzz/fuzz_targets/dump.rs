//! See `keepsake_fuzz::dump`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keepsake_fuzz::dump::run(bytes));
