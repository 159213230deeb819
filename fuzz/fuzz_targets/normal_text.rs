//! See `keepsake_fuzz::normal_text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keepsake_fuzz::normal_text::run(bytes));
