//! See `keepsake_fuzz::recovery_code`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keepsake_fuzz::recovery_code::run(bytes));
