//! A raw dump of the object stores, for when the vault cannot open them: every stored object as it is, sealed.
//!
//! JSON Lines. The first says what this is, then comes one line for each object, and the last counts them, so that a dump that
//! was cut off shows:
//!
//! ```json
//! {"keepsake":"dump","version":1,"made":1768435200000}
//! {"store":"records","key":"000102030405060708090a0b0c0d0e0f","value":"AQAAAAAAAAAB…"}
//! {"end":true,"objects":1}
//! ```

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Read, Write};
use std::rc::Rc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use keepsake_memory::Millis;
use serde::{Deserialize, Serialize};

use crate::{Batch, ObjectKey, Space, Store, StoreError};

/// The version of the dumps that are written now.
pub const DUMP_VERSION: u32 = 1;

/// Bytes of the longest line, its end included.
pub const MAX_LINE: usize = 24 * 1024 * 1024;

/// Bytes of the largest object that fits into a line, with room for the rest of it.
pub const MAX_VALUE: usize = (MAX_LINE - 1024) / 4 * 3;

/// What the first line says a dump is.
const DUMP: &str = "dump";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstLine<'a> {
    #[serde(borrow)]
    keepsake: Cow<'a, str>,
    version: u32,
    made: Millis,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectLine<'a> {
    #[serde(borrow)]
    store: Cow<'a, str>,
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LastLine {
    end: bool,
    objects: u64,
}

/// One stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Where it stands.
    pub space: Space,
    /// Under which key.
    pub key: ObjectKey,
    /// Its bytes.
    pub value: Vec<u8>,
}

/// What is wrong with a dump, and where.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct DumpError {
    /// Counts from 1.
    pub line: u64,
    /// What is wrong there.
    pub fault: DumpFault,
}

/// What is wrong with a line of a dump. Never shows what stands in it.
#[derive(Debug, thiserror::Error)]
pub enum DumpFault {
    /// It cannot be read at all.
    #[error("it cannot be read ({0})")]
    Io(#[from] io::Error),
    /// The first line is another one.
    #[error("this is not a dump of Keepsake")]
    NotADump,
    /// The dump was made by a newer Keepsake.
    #[error("this dump has version {0}, which this Keepsake does not know: update Keepsake")]
    UnknownVersion(u32),
    /// The line is too long.
    #[error("it is longer than 24 MiB")]
    TooLong,
    /// Neither an object nor the end.
    #[error("it is not in form, from column {0} on")]
    NotInForm(usize),
    /// An object of a store that there is not.
    #[error("there is no such object store")]
    UnknownStore,
    /// A key that is not one.
    #[error("the key is not 32 lower-case hexadecimal digits")]
    BadKey,
    /// A value that is not one.
    #[error("the value is not base64, or is too large")]
    BadValue,
    /// The same key in the same store once more.
    #[error("this object stands in the dump twice")]
    Doubled,
    /// The last line says another number of objects.
    #[error("the dump says that it has {said} objects, and has {found}: it is not whole")]
    Miscounted {
        /// What the last line says.
        said: u64,
        /// How many came before it.
        found: u64,
    },
    /// There is no last line.
    #[error("the dump is cut off: its last line is missing")]
    CutOff,
    /// Something follows the last line.
    #[error("something stands behind the end of the dump")]
    BehindTheEnd,
}

/// Writes a dump, object by object, as text to append.
#[derive(Debug)]
pub struct DumpWriter {
    objects: u64,
}

impl DumpWriter {
    /// Begins a dump that is made at this moment; answers its first line too.
    pub fn begin(made: Millis) -> (Self, String) {
        (Self { objects: 0 }, line(&FirstLine { keepsake: DUMP.into(), version: DUMP_VERSION, made }))
    }

    /// The line of one object; `None` where it is larger than [`MAX_VALUE`], which no reader would take.
    pub fn object(&mut self, space: Space, key: &ObjectKey, value: &[u8]) -> Option<String> {
        if value.len() > MAX_VALUE {
            return None;
        }
        self.objects += 1;
        Some(line(&ObjectLine {
            store: space.name().into(),
            key: hex::encode(key).into(),
            value: BASE64_STANDARD.encode(value).into(),
        }))
    }

    /// The last line.
    pub fn finish(self) -> String {
        line(&LastLine { end: true, objects: self.objects })
    }
}

fn line(value: &impl Serialize) -> String {
    // Text and numbers in named fields: there is nothing in them that JSON has no form for.
    let mut line = serde_json::to_string(value).unwrap_or_default();
    line.push('\n');
    line
}

/// Whether the first line of a file is that of a dump, of whatever version.
pub fn is_dump(first_line: &[u8]) -> bool {
    /// What every version has.
    #[derive(Deserialize)]
    struct Kind<'a> {
        #[serde(borrow)]
        keepsake: Cow<'a, str>,
    }
    serde_json::from_slice::<Kind<'_>>(first_line).is_ok_and(|kind| kind.keepsake == DUMP)
}

/// Reads lines of at most [`MAX_LINE`] bytes and counts them.
pub struct LineReader<R> {
    input: R,
    buffer: Vec<u8>,
    number: u64,
}

impl<R: BufRead> LineReader<R> {
    /// From the first line on.
    pub fn new(input: R) -> Self {
        Self { input, buffer: Vec::new(), number: 0 }
    }

    /// The next line with its end, or `None` behind the last.
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, DumpFault> {
        self.buffer.clear();
        self.number += 1;
        // One byte more than a line may have, to see that it has more.
        let length = (&mut self.input).take(MAX_LINE as u64 + 1).read_until(b'\n', &mut self.buffer)?;
        if length > MAX_LINE {
            return Err(DumpFault::TooLong);
        }
        Ok((length > 0).then_some(&self.buffer))
    }

    /// The number of the line that was last asked for.
    pub fn number(&self) -> u64 {
        self.number
    }
}

/// Reads a dump strictly, one object after the other. After an error nothing follows; where the objects end without one, the
/// dump is whole.
pub struct DumpReader<R> {
    lines: LineReader<R>,
    made: Millis,
    seen: BTreeSet<(Space, ObjectKey)>,
    done: bool,
}

impl<R: BufRead> DumpReader<R> {
    /// Reads the first line.
    pub fn new(input: R) -> Result<Self, DumpError> {
        let mut reader = Self { lines: LineReader::new(input), made: 0, seen: BTreeSet::new(), done: false };
        reader.made = reader.first().map_err(|fault| reader.at_line(fault))?;
        Ok(reader)
    }

    /// When the dump was made; milliseconds since 1970.
    pub fn made(&self) -> Millis {
        self.made
    }

    fn first(&mut self) -> Result<Millis, DumpFault> {
        /// What every version has.
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let line = self.lines.next_line()?.filter(|line| is_dump(line)).ok_or(DumpFault::NotADump)?;
        let Version { version } = parse(line)?;
        if version != DUMP_VERSION {
            return Err(DumpFault::UnknownVersion(version));
        }
        Ok(parse::<FirstLine<'_>>(line)?.made)
    }

    /// The next object; `None` behind the last line.
    fn object(&mut self) -> Result<Option<Object>, DumpFault> {
        let line = self.lines.next_line()?.ok_or(DumpFault::CutOff)?;
        let found = match parse::<ObjectLine<'_>>(line) {
            Ok(found) => found,
            Err(fault) => {
                return match parse(line) {
                    Ok(LastLine { end: true, objects }) => self.end(objects).map(|()| None),
                    _ => Err(fault),
                };
            }
        };
        let mut spaces = Space::ALL.into_iter();
        let space = spaces.find(|space| space.name() == found.store).ok_or(DumpFault::UnknownStore)?;
        let key = parse_key(&found.key).ok_or(DumpFault::BadKey)?;
        let value = BASE64_STANDARD.decode(&*found.value).map_err(|_| DumpFault::BadValue)?;
        if value.len() > MAX_VALUE {
            return Err(DumpFault::BadValue);
        }
        if !self.seen.insert((space, key)) {
            return Err(DumpFault::Doubled);
        }
        Ok(Some(Object { space, key, value }))
    }

    fn end(&mut self, said: u64) -> Result<(), DumpFault> {
        let found = self.seen.len() as u64;
        if said != found {
            return Err(DumpFault::Miscounted { said, found });
        }
        if self.lines.next_line()?.is_some() { Err(DumpFault::BehindTheEnd) } else { Ok(()) }
    }

    fn at_line(&self, fault: DumpFault) -> DumpError {
        DumpError { line: self.lines.number(), fault }
    }
}

impl<R: BufRead> Iterator for DumpReader<R> {
    type Item = Result<Object, DumpError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let object = self.object().map_err(|fault| self.at_line(fault)).transpose();
        self.done = !matches!(object, Some(Ok(_)));
        object
    }
}

fn parse<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, DumpFault> {
    serde_json::from_slice(line).map_err(|error| DumpFault::NotInForm(error.column()))
}

/// One key has one spelling.
fn parse_key(text: &str) -> Option<ObjectKey> {
    let mut key = [0; 16];
    hex::decode_to_slice(text, &mut key).ok()?;
    (!text.contains(|c: char| c.is_ascii_uppercase())).then_some(key)
}

/// Every object by its place.
type Objects = BTreeMap<(Space, ObjectKey), Vec<u8>>;

/// The objects of a dump in memory, as a store. Who clones it shares them, as two who open the same database do.
#[derive(Debug, Clone, Default)]
pub struct DumpStore {
    objects: Rc<RefCell<Objects>>,
}

impl DumpStore {
    /// Everything that a reader has; fails where the dump is not whole.
    pub fn read<R: BufRead>(reader: DumpReader<R>) -> Result<Self, DumpError> {
        let objects: Result<Objects, _> =
            reader.map(|object| object.map(|Object { space, key, value }| ((space, key), value))).collect();
        Ok(Self { objects: Rc::new(RefCell::new(objects?)) })
    }

    /// Writes it all as a dump that is made at this moment.
    pub fn write(&self, made: Millis, output: &mut impl Write) -> io::Result<()> {
        let (mut writer, first) = DumpWriter::begin(made);
        output.write_all(first.as_bytes())?;
        for ((space, key), value) in self.objects.borrow().iter() {
            let line = writer.object(*space, key, value).ok_or(io::ErrorKind::InvalidData)?;
            output.write_all(line.as_bytes())?;
        }
        output.write_all(writer.finish().as_bytes())
    }

    /// How many objects a space has, and their bytes.
    pub fn size_of(&self, space: Space) -> (u64, u64) {
        let objects = self.objects.borrow();
        let values = objects.iter().filter(|((at, _), _)| *at == space).map(|(_, value)| value.len() as u64);
        values.fold((0, 0), |(objects, bytes), length| (objects + 1, bytes + length))
    }
}

impl Store for DumpStore {
    async fn get(&self, space: Space, key: ObjectKey) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.objects.borrow().get(&(space, key)).cloned())
    }

    async fn get_many(&self, space: Space, keys: &[ObjectKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let objects = self.objects.borrow();
        Ok(keys.iter().map(|key| objects.get(&(space, *key)).cloned()).collect())
    }

    async fn all(&self, space: Space) -> Result<Vec<(ObjectKey, Vec<u8>)>, StoreError> {
        let objects = self.objects.borrow();
        let range = objects.range((space, [0; 16])..=(space, [0xff; 16]));
        Ok(range.map(|((_, key), value)| (*key, value.clone())).collect())
    }

    async fn keys(&self, space: Space) -> Result<Vec<ObjectKey>, StoreError> {
        let objects = self.objects.borrow();
        Ok(objects.range((space, [0; 16])..=(space, [0xff; 16])).map(|((_, key), _)| *key).collect())
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        // The one thing that can fail is looked at before anything is changed.
        if batch.puts.iter().any(|(_, _, value)| value.len() > MAX_VALUE) {
            return Err(StoreError::Failed("an object is too large for a dump".to_owned()));
        }
        let mut objects = self.objects.borrow_mut();
        objects.retain(|(space, _), _| !batch.clears.contains(space));
        for (space, key, value) in batch.puts {
            objects.insert((space, key), value);
        }
        for (space, key) in batch.deletes {
            objects.remove(&(space, key));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIRST: &str = "{\"keepsake\":\"dump\",\"version\":1,\"made\":7}\n";
    const OBJECT: &str =
        "{\"store\":\"records\",\"key\":\"000102030405060708090a0b0c0d0e0f\",\"value\":\"c2VhbGVk\"}\n";
    const LAST: &str = "{\"end\":true,\"objects\":1}\n";
    const KEY: ObjectKey = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    fn read(dump: &[u8]) -> Result<DumpStore, DumpError> {
        DumpStore::read(DumpReader::new(dump)?)
    }

    fn write(store: &DumpStore) -> Vec<u8> {
        let mut dump = Vec::new();
        store.write(7, &mut dump).unwrap();
        dump
    }

    fn store(objects: impl IntoIterator<Item = (Space, ObjectKey, Vec<u8>)>) -> DumpStore {
        let store = DumpStore::default();
        let batch = Batch { puts: objects.into_iter().collect(), ..Batch::default() };
        pollster::block_on(store.commit(batch)).unwrap();
        store
    }

    fn fault(dump: &str) -> (u64, String) {
        let DumpError { line, fault } = read(dump.as_bytes()).unwrap_err();
        (line, fault.to_string())
    }

    #[test]
    fn a_dump_is_written_as_it_is_described() {
        let dump = write(&store([(Space::Records, KEY, b"sealed".to_vec())]));
        assert_eq!(String::from_utf8(dump).unwrap(), [FIRST, OBJECT, LAST].concat());
        assert_eq!(DumpReader::new([FIRST, OBJECT, LAST].concat().as_bytes()).unwrap().made(), 7);
    }

    #[test]
    fn a_dump_without_objects_is_whole() {
        let dump = write(&DumpStore::default());
        assert_eq!(write(&read(&dump).unwrap()), dump);
    }

    #[test]
    fn wherever_a_dump_is_cut_off_it_shows() {
        let dump = [FIRST, OBJECT, LAST].concat();
        // Without its line's end alone the last line still says all that it has to.
        for length in 0..dump.len() - 1 {
            assert!(read(&dump.as_bytes()[..length]).is_err(), "{length}");
        }
        assert_eq!(fault(&[FIRST, OBJECT].concat()), (3, "the dump is cut off: its last line is missing".into()));
    }

    #[test]
    fn an_error_names_its_line_and_what_is_wrong_there() {
        for (dump, line, fault_begins) in [
            (String::new(), 1, "this is not a dump"),
            (FIRST.replace("dump", "export"), 1, "this is not a dump"),
            (FIRST.replace(":1,", ":2,\"what\":\"ever\","), 1, "this dump has version 2"),
            (FIRST.replace(":7", ":7,\"more\":1"), 1, "it is not in form"),
            ([FIRST, "\n"].concat(), 2, "it is not in form"),
            ([FIRST, OBJECT, OBJECT, LAST].concat(), 3, "this object stands in the dump twice"),
            ([FIRST, &OBJECT.replace("records", "rekords"), LAST].concat(), 2, "there is no such object store"),
            ([FIRST, &OBJECT.replacen("00", "", 1), LAST].concat(), 2, "the key"),
            ([FIRST, &OBJECT.replace("0a0b", "0A0b"), LAST].concat(), 2, "the key"),
            ([FIRST, &OBJECT.replace("c2VhbGVk", "c2VhbGV"), LAST].concat(), 2, "the value"),
            ([FIRST, &OBJECT.replace('}', ",\"more\":1}"), LAST].concat(), 2, "it is not in form"),
            ([FIRST, LAST].concat(), 2, "the dump says that it has 1 objects, and has 0"),
            ([FIRST, OBJECT, &LAST.replace("true", "false")].concat(), 3, "it is not in form"),
            ([FIRST, OBJECT, LAST, "\n"].concat(), 4, "something stands behind the end"),
        ] {
            let (at, message) = fault(&dump);
            assert!(at == line && message.starts_with(fault_begins), "{dump} gives line {at}: {message}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_not_read_for_ever() {
        let endless = io::BufReader::new(FIRST.as_bytes().chain(io::repeat(b'x')));
        let error = DumpStore::read(DumpReader::new(endless).unwrap()).unwrap_err();
        assert!(matches!(error, DumpError { line: 2, fault: DumpFault::TooLong }), "{error}");
    }

    #[test]
    fn after_an_error_nothing_follows() {
        let dump = [FIRST, "x\n", OBJECT, LAST].concat();
        let mut reader = DumpReader::new(dump.as_bytes()).unwrap();
        assert!(reader.next().unwrap().is_err());
        assert!(reader.next().is_none());
    }

    #[test]
    fn a_commit_that_cannot_be_dumped_changes_nothing() {
        let shared = store([(Space::Meta, KEY, vec![1])]);
        let puts = vec![(Space::Meta, KEY, vec![2]), (Space::Inbox, KEY, vec![0; MAX_VALUE + 1])];
        let batch = Batch { puts, deletes: vec![(Space::Meta, KEY)], ..Batch::default() };
        assert!(pollster::block_on(shared.clone().commit(batch)).is_err());
        assert_eq!(write(&shared), write(&store([(Space::Meta, KEY, vec![1])])));
        let batch =
            Batch { puts: vec![(Space::Inbox, KEY, vec![2])], deletes: vec![(Space::Meta, KEY)], ..Batch::default() };
        pollster::block_on(shared.clone().commit(batch)).unwrap();
        assert_eq!((shared.size_of(Space::Meta), shared.size_of(Space::Inbox)), ((0, 0), (1, 1)));
    }

    #[test]
    fn the_largest_object_fits_into_a_line() {
        let (mut writer, _) = DumpWriter::begin(7);
        let longest = Space::ALL.into_iter().max_by_key(|space| space.name().len()).unwrap();
        assert!(writer.object(longest, &KEY, &vec![0xff; MAX_VALUE]).unwrap().len() <= MAX_LINE);
        assert!(writer.object(Space::Meta, &KEY, &vec![0; MAX_VALUE + 1]).is_none());
    }

    fn objects() -> impl Strategy<Value = Vec<(Space, ObjectKey, Vec<u8>)>> {
        let object = (0..Space::ALL.len(), any::<ObjectKey>(), prop::collection::vec(any::<u8>(), 0..200));
        let object = object.prop_map(|(space, key, value)| (Space::ALL[space], key, value));
        prop::collection::vec(object, 0..20)
    }

    proptest! {
        #[test]
        fn what_is_dumped_is_read_again(objects in objects()) {
            let store = store(objects);
            let read = read(&write(&store)).unwrap();
            for space in Space::ALL {
                prop_assert_eq!(pollster::block_on(read.all(space)), pollster::block_on(store.all(space)));
                for (key, value) in pollster::block_on(store.all(space)).unwrap() {
                    prop_assert_eq!(pollster::block_on(read.get(space, key)), Ok(Some(value)));
                }
            }
        }

        #[test]
        fn a_lost_line_is_found(objects in objects(), lost: prop::sample::Index) {
            let dump = String::from_utf8(write(&store(objects))).unwrap();
            let mut lines: Vec<_> = dump.split_inclusive('\n').collect();
            lines.remove(lost.index(lines.len()));
            prop_assert!(read(lines.concat().as_bytes()).is_err());
        }

        #[test]
        fn no_bytes_stop_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400), at: prop::sample::Index) {
            let _either_way = read(&bytes);
            let mut dump = [FIRST, OBJECT, LAST].concat().into_bytes();
            let at = at.index(dump.len());
            dump.splice(at..at, bytes);
            let _either_way = read(&dump);
        }
    }
}
