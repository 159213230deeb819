//! A segment of the index, which stands behind a seal and must stand on its own: what reads as one has one form.

/// The bytes are the segment.
pub fn run(bytes: &[u8]) {
    if let Some(written) = keepsake_search::rewrite_segment(bytes) {
        assert_eq!(written, bytes);
    }
}
