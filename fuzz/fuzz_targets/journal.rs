//! See `keepsake_fuzz::journal`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keepsake_fuzz::journal::run(bytes));
