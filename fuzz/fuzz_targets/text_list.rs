//! See `keepsake_fuzz::text_list`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keepsake_fuzz::text_list::run(bytes));
