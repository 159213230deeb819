//! The catalogue's segments: what is known of each memory without its words, and how that becomes bytes.
//!
//! A segment is read as a whole and written as a whole. New memories go to the last one, which is kept short, so that one
//! more memory rewrites little; when it is full it is folded into the one before.

use std::collections::HashMap;

use keepsake_crypto::{CryptoError, Plaintext};
use keepsake_memory::{Kind, MAX_SCOPES_PER_MEMORY, MemoryId, Millis, Scope, Sensitivity};
use serde::{Deserialize, Serialize};

/// The most entries of a segment.
pub(crate) const SEGMENT_ENTRIES: usize = 1024;

/// The most entries of the last segment before it is folded into the one before: its envelope is then still one that is sealed
/// without a trip to SubtleCrypto.
pub(crate) const LAST_SEGMENT_ENTRIES: usize = 32;

/// The bytes of one entry.
const ENTRY_BYTES: usize = 3 * 16 + 3 * 8 + 8 + 4 + 2 + 3;

/// Whether a memory is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Standing {
    /// It is.
    Kept,
    /// It was deleted or has expired: what is left keeps an import from bringing it back.
    Forgotten,
    /// What is stored of it is not what was written: shown as damaged, and used for nothing.
    Aside,
}

impl Standing {
    const ALL: [Self; 3] = [Self::Kept, Self::Forgotten, Self::Aside];
}

/// One memory without its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub id: MemoryId,
    /// The last 16 bytes of its envelope: another envelope in its place is not the one last written.
    pub tag: [u8; 16],
    /// What equal texts have in common.
    pub words: [u8; 16],
    pub created: Millis,
    pub updated: Millis,
    pub expires: Option<Millis>,
    /// Who wrote it, while the person has not seen it yet: it is told to nobody else.
    pub unreviewed_of: Option<Writer>,
    /// Which vault key it is sealed under; they are counted from 1.
    pub key: u32,
    pub scopes: ScopesId,
    pub kind: Kind,
    pub sensitivity: Sensitivity,
    pub standing: Standing,
}

/// What a subject is known by as the writer of something: a keyed hash, never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Writer([u8; 8]);

impl Writer {
    /// Somebody of whom no more is known: what they wrote is told to no subject.
    pub const UNKNOWN: Self = Self([0xff; 8]);

    /// The writer that a keyed hash of a subject stands for.
    pub fn of(hash: [u8; 16]) -> Self {
        let mut writer = [0; 8];
        writer.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        // Neither nobody nor the unknown one.
        writer[0] = writer[0].clamp(1, 0xfe);
        Self(writer)
    }
}

/// The scopes of a memory as one number: few memories stand in a set of their own.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ScopesId(u32);

impl ScopesId {
    /// Among all sets, counted from 0.
    pub fn place(self) -> usize {
        self.0 as usize
    }
}

/// Every set of scopes that some memory stands in.
#[derive(Debug, Default, Clone)]
pub(crate) struct ScopeSets {
    sets: Vec<Vec<Scope>>,
    ids: HashMap<Vec<Scope>, ScopesId>,
}

impl Entry {
    /// Whether the person has not seen it yet, and somebody else wrote it.
    pub fn is_unreviewed_to(&self, asker: Writer) -> bool {
        self.unreviewed_of.is_some_and(|writer| writer != asker)
    }
}

impl ScopeSets {
    /// The number of a set; a new one where nobody stood in it before.
    pub fn intern(&mut self, scopes: &[Scope]) -> ScopesId {
        if let Some(id) = self.ids.get(scopes) {
            return *id;
        }
        let id = ScopesId(self.sets.len() as u32);
        self.sets.push(scopes.to_vec());
        self.ids.insert(scopes.to_vec(), id);
        id
    }

    /// The scopes behind a number.
    pub fn get(&self, id: ScopesId) -> &[Scope] {
        self.sets.get(id.place()).map_or(&[], Vec::as_slice)
    }

    /// Every set with its number.
    pub fn iter(&self) -> impl Iterator<Item = (ScopesId, &[Scope])> {
        (0..).map(ScopesId).zip(self.sets.iter().map(Vec::as_slice))
    }
}

/// What the manifest knows of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SegmentRef {
    /// Which; the numbers rise but may have gaps.
    pub number: u32,
    /// How many entries it has.
    pub entries: u32,
    /// Which vault key it is sealed under.
    pub key: u32,
    /// The last 16 bytes of its envelope.
    #[serde(with = "serde_bytes")]
    pub tag: [u8; 16],
}

/// A segment's entries as bytes, in memory that is wiped.
pub(crate) fn encode_segment<'a>(entries: impl Iterator<Item = &'a Entry> + Clone, sets: &ScopeSets) -> Plaintext {
    let mut used: Vec<ScopesId> = entries.clone().map(|entry| entry.scopes).collect();
    used.sort_unstable();
    used.dedup();
    let count = entries.clone().count();
    let mut plaintext = Plaintext::with_capacity(8 + used.len() * 64 + count * ENTRY_BYTES);
    let bytes = plaintext.bytes_mut();
    bytes.extend_from_slice(&(used.len() as u32).to_be_bytes());
    for id in &used {
        let scopes = sets.get(*id);
        bytes.push(scopes.len() as u8);
        for scope in scopes {
            bytes.extend_from_slice(&(scope.as_str().len() as u16).to_be_bytes());
            bytes.extend_from_slice(scope.as_str().as_bytes());
        }
    }
    bytes.extend_from_slice(&(count as u32).to_be_bytes());
    for entry in entries {
        bytes.extend_from_slice(entry.id.as_bytes());
        bytes.extend_from_slice(&entry.tag);
        bytes.extend_from_slice(&entry.words);
        for moment in [entry.created, entry.updated, entry.expires.unwrap_or(0)] {
            bytes.extend_from_slice(&moment.to_be_bytes());
        }
        bytes.extend_from_slice(&entry.unreviewed_of.map_or([0; 8], |Writer(writer)| writer));
        bytes.extend_from_slice(&entry.key.to_be_bytes());
        let scopes = used.binary_search(&entry.scopes).unwrap_or(0);
        bytes.extend_from_slice(&(scopes as u16).to_be_bytes());
        for code in [code(&Kind::ALL, entry.kind), code(&Sensitivity::ALL, entry.sensitivity)] {
            bytes.push(code);
        }
        bytes.push(code(&Standing::ALL, entry.standing));
    }
    plaintext
}

/// Reads what [`encode_segment`] wrote, and refuses every other form; what then stands behind the entries before is none.
pub(crate) fn decode_segment(bytes: &[u8], sets: &mut ScopeSets, entries: &mut Vec<Entry>) -> Result<(), CryptoError> {
    let mut reader = Reader(bytes);
    let mut used = Vec::new();
    let count = u32::from_be_bytes(reader.take()?);
    if count as usize > SEGMENT_ENTRIES {
        return Err(CryptoError::DoesNotOpen);
    }
    for _ in 0..count {
        let [scopes] = reader.take()?;
        if usize::from(scopes) > MAX_SCOPES_PER_MEMORY {
            return Err(CryptoError::DoesNotOpen);
        }
        let mut set = Vec::with_capacity(usize::from(scopes));
        for _ in 0..scopes {
            let length = u16::from_be_bytes(reader.take()?);
            let name =
                core::str::from_utf8(reader.slice(usize::from(length))?).map_err(|_| CryptoError::DoesNotOpen)?;
            set.push(Scope::new(name).map_err(|_| CryptoError::DoesNotOpen)?);
        }
        used.push(sets.intern(&set));
    }
    let count = u32::from_be_bytes(reader.take()?) as usize;
    let (rows, rest) = reader.0.as_chunks::<ENTRY_BYTES>();
    if count > SEGMENT_ENTRIES || rows.len() != count || !rest.is_empty() {
        return Err(CryptoError::DoesNotOpen);
    }
    let mut are_sound = true;
    entries.extend(rows.iter().map(|row| {
        let (entry, is_sound) = decode_entry(row, &used);
        are_sound &= is_sound;
        entry
    }));
    if are_sound { Ok(()) } else { Err(CryptoError::DoesNotOpen) }
}

/// One entry, and whether every one of its codes stands for something. Of arrays and without a way out, so that entries are
/// written where they stay: copying each once or twice more was a third of taking a hundred thousand in.
#[inline(always)]
fn decode_entry(row: &[u8; ENTRY_BYTES], used: &[ScopesId]) -> (Entry, bool) {
    let mut row = Row(row);
    let (id, tag, words) = (MemoryId::from_bytes(row.take()), row.take(), row.take());
    let [created, updated, expires] = [row.take(), row.take(), row.take()].map(Millis::from_be_bytes);
    let (writer, key) = (row.take(), u32::from_be_bytes(row.take()));
    let scopes = used.get(usize::from(u16::from_be_bytes(row.take()))).copied();
    let [[kind], [sensitivity], [standing]] = [row.take(), row.take(), row.take()];
    let (kind, sensitivity) = (Kind::ALL.get(usize::from(kind)), Sensitivity::ALL.get(usize::from(sensitivity)));
    let standing = Standing::ALL.get(usize::from(standing)).copied();
    let is_sound = scopes.is_some() && kind.is_some() && sensitivity.is_some() && standing.is_some();
    let entry = Entry {
        id,
        tag,
        words,
        created,
        updated,
        expires: (expires > 0).then_some(expires),
        unreviewed_of: (writer != [0; 8]).then_some(Writer(writer)),
        key,
        scopes: scopes.unwrap_or_default(),
        kind: kind.copied().unwrap_or_default(),
        sensitivity: sensitivity.copied().unwrap_or_default(),
        standing: standing.unwrap_or(Standing::Aside),
    };
    (entry, is_sound)
}

/// Reads a segment and writes it again; `None` where it is none. For the fuzzer, which has no key to seal one with.
#[doc(hidden)]
pub fn rewrite_segment(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut sets = ScopeSets::default();
    let mut entries = Vec::new();
    decode_segment(bytes, &mut sets, &mut entries).ok()?;
    Some(encode_segment(entries.iter(), &sets).to_vec())
}

/// The place of a value in the list of all: part of the format.
fn code<T: PartialEq>(all: &[T], value: T) -> u8 {
    all.iter().position(|one| *one == value).unwrap_or_default() as u8
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], CryptoError> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(CryptoError::DoesNotOpen)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn slice(&mut self, length: usize) -> Result<&'a [u8], CryptoError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(CryptoError::DoesNotOpen)?;
        self.0 = rest;
        Ok(taken)
    }
}

/// What is left of an entry. Its length is known where it is read, so that no check of it is left in what runs.
struct Row<'a>(&'a [u8]);

impl Row<'_> {
    #[inline(always)]
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let Some((taken, rest)) = self.0.split_first_chunk::<N>() else { return [0; N] };
        self.0 = rest;
        *taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scopes() -> impl Strategy<Value = Vec<Scope>> {
        let names = prop::sample::subsequence(vec!["food", "santé", "work", "a long name of a collection"], 1..3);
        names.prop_map(|names| names.into_iter().map(|name| Scope::new(name).unwrap()).collect())
    }

    fn entry() -> impl Strategy<Value = (Entry, Vec<Scope>)> {
        (
            any::<[[u8; 16]; 3]>(),
            any::<(u64, u64, Option<u64>, [u8; 16], u32)>(),
            0..8_usize,
            0..4_usize,
            0..3_usize,
            scopes(),
        )
            .prop_map(
                |([id, tag, words], (created, updated, expires, writer, key), kind, sensitivity, standing, scopes)| {
                    let entry = Entry {
                        id: MemoryId::from_bytes(id),
                        tag,
                        words,
                        created,
                        updated,
                        expires: expires.filter(|&moment| moment > 0),
                        unreviewed_of: (writer[0] > 100).then(|| Writer::of(writer)),
                        key,
                        scopes: ScopesId(0),
                        kind: Kind::ALL[kind],
                        sensitivity: Sensitivity::ALL[sensitivity],
                        standing: Standing::ALL[standing],
                    };
                    (entry, scopes)
                },
            )
    }

    proptest! {
        #[test]
        fn a_segment_reads_back_as_it_was_written(
            entries in prop::collection::vec(entry(), 0..40), cut: prop::sample::Index,
        ) {
            let mut sets = ScopeSets::default();
            let entries: Vec<Entry> =
                entries.into_iter().map(|(entry, scopes)| Entry { scopes: sets.intern(&scopes), ..entry }).collect();
            let bytes = encode_segment(entries.iter(), &sets);
            // Whoever reads has other numbers for the same sets.
            let mut others = ScopeSets::default();
            others.intern(&[Scope::new("something else").unwrap()]);
            let mut read = Vec::new();
            decode_segment(&bytes, &mut others, &mut read).unwrap();
            prop_assert_eq!(read.len(), entries.len());
            for (read, entry) in read.into_iter().zip(entries) {
                prop_assert_eq!(others.get(read.scopes), sets.get(entry.scopes));
                prop_assert_eq!(Entry { scopes: entry.scopes, ..read }, entry);
            }
            prop_assert!(decode_segment(&bytes[..cut.index(bytes.len())], &mut others, &mut Vec::new()).is_err());
        }

        #[test]
        fn no_bytes_stop_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _read = decode_segment(&bytes, &mut ScopeSets::default(), &mut Vec::new());
        }
    }
}
