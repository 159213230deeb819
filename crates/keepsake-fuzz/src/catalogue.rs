//! A segment of the catalogue, which stands behind a seal and must stand on its own: what reads as one has one form.

/// The bytes are the segment.
pub fn run(bytes: &[u8]) {
    if let Some(written) = keepsake_vault::rewrite_segment(bytes) {
        assert!(keepsake_vault::rewrite_segment(&written).is_some_and(|again| again == written));
    }
}
