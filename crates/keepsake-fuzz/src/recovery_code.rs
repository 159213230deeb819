//! Recovery codes: what is read as one reads back from the form in which it is shown.

use keepsake_crypto::RecoveryCode;

/// The bytes are what a person typed, with what is no UTF-8 replaced.
pub fn run(bytes: &[u8]) {
    let Some(code) = RecoveryCode::parse(&String::from_utf8_lossy(bytes)) else { return };
    let shown = code.grouped();
    assert_eq!(shown.len(), 34);
    let again = RecoveryCode::parse(&shown).expect("what is shown is a code");
    assert!(again.derive_kek(&[1; 16]).unwrap() == code.derive_kek(&[1; 16]).unwrap());
}
