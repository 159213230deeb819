//! The program as it is called: what it prints and how it ends.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use keepsake_archive::Sealer;
use keepsake_crypto::{CryptoError, Kdf, Primitives, Random, derive_kek};
use keepsake_memory::{Draft, Scope};
use keepsake_policy::Subject;
use keepsake_vault::api;
use keepsake_vault::dump::DumpStore;
use keepsake_vault::{Clock, Vault};
use serde_json::{Value, json};
use tempfile::TempDir;

const PASSPHRASE: &str = "six random words to remember";
/// 2026-01-15; this side of now, so that a session begun then is over.
const MADE: u64 = 1_768_435_200_000;
const EXPORT: &str = concat!(
    r#"{"keepsake":"export","version":1,"exported":"2026-01-15T00:00:00.000Z"}"#,
    "\n",
    r#"{"type":"memory","id":"01890a5d-ac96-774b-bcce-b302099a8057","revision":1,"text":"green tea","kind":"note","#,
    r#""scopes":["general"],"sensitivity":"normal","channel":"self","reviewed":true,"#,
    r#""created":"2026-01-15T00:00:00.000Z","updated":"2026-01-15T00:00:00.000Z"}"#,
    "\n",
    r#"{"type":"end","memories":1,"receipts":0}"#,
    "\n",
);

/// A folder with files in it, and a way to call the program on them.
struct Bench {
    folder: TempDir,
}

/// How a call ended.
struct Ended {
    code: i32,
    output: String,
    errors: String,
}

impl Ended {
    fn json(&self) -> Value {
        serde_json::from_str(&self.output).unwrap_or_else(|_| panic!("no JSON: {}", self.output))
    }
}

impl Bench {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    fn call<A: AsRef<std::ffi::OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keepsake-cli"));
        let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
        Ended {
            code: output.status.code().unwrap(),
            output: String::from_utf8(output.stdout).unwrap(),
            errors: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn inspect(&self, file: &Path) -> Ended {
        self.call([Path::new("--json"), Path::new("inspect"), file])
    }

    fn verify(&self, file: &Path, passphrase: &str) -> Ended {
        let passphrase = self.write("passphrase.txt", format!("{passphrase}\n"));
        self.call([Path::new("--json"), Path::new("verify"), file, Path::new("--passphrase-file"), &passphrase])
    }
}

struct HandClock;

impl Clock for HandClock {
    fn now(&self) -> u64 {
        MADE
    }
}

struct System;

impl Random for System {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), CryptoError> {
        getrandom::fill(bytes).map_err(|_| CryptoError::NoRandomness)
    }
}

impl Primitives for System {}

/// The dump of a vault with two memories and a receipt, and its recovery code.
fn dump() -> (String, String) {
    let store = DumpStore::default();
    let mut vault = pollster::block_on(Vault::open(store.clone(), HandClock, System, None, None)).unwrap();
    // The floor of what is allowed: the tests derive many keys.
    let kdf = Kdf { memory_kib: 19 * 1024, passes: 2, ..vault.kdf().unwrap() };
    let kek = derive_kek(PASSPHRASE.as_bytes(), &kdf).unwrap();
    pollster::block_on(vault.create(kdf, &kek)).unwrap();
    let mut command = |command| pollster::block_on(vault.command(command)).0.unwrap();
    for text in ["green tea", "black tea"] {
        command(api::Command::MemoryAdd { draft: Draft::note(text, Scope::general()) });
    }
    let api::Reply::RecoveryMake(code) = command(api::Command::RecoveryMake) else { panic!() };
    let subject = Subject::site("https://assistant.example", "firefox-default").unwrap();
    let request = json!({"method": "permissions.request", "params": {"scopes": ["general"], "actions": ["search"]}});
    let effects = pollster::block_on(vault.handle(subject, &format!("{:032x}", 1), &request.to_string()));
    let consent = effects.into_iter().find_map(|effect| match effect {
        api::Effect::OpenConsent { id } => Some(id),
        _ => None,
    });
    // A closed window is a refusal, and a refusal has a receipt.
    pollster::block_on(vault.consent_closed(&consent.unwrap())).unwrap();
    let mut dump = Vec::new();
    store.write(MADE, &mut dump).unwrap();
    (String::from_utf8(dump).unwrap(), code)
}

/// The dump without the objects of one store, counted anew.
fn without(dump: &str, store: &str) -> String {
    let mut lines: Vec<_> = dump.lines().filter(|line| !line.contains(&format!("\"{store}\""))).collect();
    lines.pop();
    format!("{}\n{{\"end\":true,\"objects\":{}}}\n", lines.join("\n"), lines.len() - 1)
}

fn seal(plaintext: &str) -> Vec<u8> {
    let mut sealer = Sealer::new(PASSPHRASE.as_bytes(), 1).unwrap();
    let mut file = sealer.push(plaintext.as_bytes()).unwrap();
    file.extend(sealer.finish().unwrap());
    file
}

#[test]
fn help_names_the_commands_the_exit_codes_and_examples() {
    let help = Bench::new().call(["--help"]);
    assert_eq!(help.code, 0);
    for said in [
        "inspect",
        "verify",
        "export",
        "import",
        "--json",
        "Examples:",
        "Ends with:",
        "the passphrase or recovery code does not open",
    ] {
        assert!(help.output.contains(said), "{said} is not in {}", help.output);
    }
    let help = Bench::new().call(["verify", "--help"]);
    assert!(help.output.contains("--passphrase-file <FILE>") && help.output.contains("--recovery-code"));
}

#[test]
fn a_call_that_makes_no_sense_ends_with_2() {
    let bench = Bench::new();
    let file = bench.write("x", "hello\n");
    for arguments in
        [&[][..], &["inspect"], &["erase", "x"], &["verify", "x", "--recovery-code", "--passphrase-file", "y"]]
    {
        assert_eq!(bench.call(arguments).code, 2, "{arguments:?}");
    }
    let ended = bench.inspect(&file);
    assert_eq!((ended.code, &ended.json()["error"]["code"]), (2, &json!("invalid")));
    let ended = bench.call([Path::new("inspect"), &file]);
    assert_eq!(ended.code, 2);
    assert_eq!(ended.errors, "keepsake-cli: this is neither an export nor a dump of Keepsake\n");
    assert_eq!(ended.output, "");
}

#[test]
fn a_file_that_cannot_be_read_ends_with_4() {
    let bench = Bench::new();
    let ended = bench.inspect(&bench.path("absent"));
    assert_eq!((ended.code, &ended.json()["error"]["code"]), (4, &json!("io")));
    let export = bench.write("export.age", seal(EXPORT));
    let absent = bench.path("absent");
    let ended = bench.call([Path::new("verify"), &export, Path::new("--passphrase-file"), &absent]);
    assert_eq!(ended.code, 4);
}

#[test]
fn a_dump_shows_its_counts_and_parameters_without_a_passphrase() {
    let bench = Bench::new();
    let (dump, _) = dump();
    let file = bench.write("dump.jsonl", &dump);
    let ended = bench.inspect(&file);
    assert_eq!(ended.code, 0);
    let shown = ended.json();
    assert_eq!((&shown["kind"], &shown["version"], &shown["made"]), (&json!("dump"), &json!(1), &json!(MADE)));
    assert_eq!(shown["bytes"], json!(dump.len()));
    let count = |store: &str| shown["stores"][store]["objects"].as_u64().unwrap();
    assert_eq!((count("meta"), count("records"), count("inbox"), count("receipts")), (3, 2, 0, 1));
    let header = json!({"state": "readable", "memory_kib": 19 * 1024, "passes": 2, "lanes": 1});
    assert_eq!(shown["header"], header);
    let ended = bench.call([Path::new("inspect"), &file]);
    assert!(ended.output.contains("2026-01-15T00:00:00Z") && ended.output.contains("2 objects"), "{}", ended.output);
}

#[test]
fn a_sound_vault_is_verified_with_its_passphrase_or_its_recovery_code() {
    let bench = Bench::new();
    let (dump, code) = dump();
    let file = bench.write("dump.jsonl", &dump);
    let none = json!({"header": false, "memories": 0, "uncatalogued": 0, "strays": 0, "proposals": 0, "decisions": 0,
        "receipts": 0});
    let sound = json!({"kind": "dump", "sound": true, "memories": 2, "inbox": 0, "receipts": 1, "aside": 0,
        "damage": none});
    let ended = bench.verify(&file, PASSPHRASE);
    assert_eq!((ended.code, ended.json()), (0, sound.clone()));
    let code = bench.write("code.txt", code.to_lowercase());
    let arguments = [Path::new("--json"), Path::new("verify"), &file, Path::new("--recovery-code-file"), &code];
    let ended = bench.call(arguments);
    assert_eq!((ended.code, ended.json()), (0, sound));
    let ended = bench.call(&arguments[1..]);
    assert!(ended.output.starts_with("Result    the vault is sound\n"), "{}", ended.output);
    assert_eq!(fs::read_to_string(&file).unwrap(), dump, "the file is never changed");
}

#[test]
fn a_wrong_passphrase_ends_with_3() {
    let bench = Bench::new();
    for (name, bytes) in [("dump.jsonl", dump().0.into_bytes()), ("export.age", seal(EXPORT))] {
        let ended = bench.verify(&bench.write(name, bytes), "something else");
        assert_eq!((ended.code, &ended.json()["error"]["code"]), (3, &json!("wrong_secret")), "{name}");
    }
    let file = bench.write("dump.jsonl", dump().0);
    for code in ["1111", "0000-0000-0000-0000-0000-0000-0000"] {
        let code = bench.write("code.txt", code);
        assert_eq!(bench.call([Path::new("verify"), &file, Path::new("--recovery-code-file"), &code]).code, 3);
    }
}

#[test]
fn no_terminal_to_ask_at_ends_with_2() {
    let bench = Bench::new();
    let file = bench.write("export.age", seal(EXPORT));
    // A session of its own has no terminal, wherever the test was started from.
    let mut command = Command::new("setsid");
    let output = command.args(["--wait", env!("CARGO_BIN_EXE_keepsake-cli"), "verify"]).arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("use --passphrase-file"));
}

#[test]
fn a_vault_that_lost_memories_or_receipts_ends_with_1() {
    let bench = Bench::new();
    let (dump, _) = dump();
    let ended = bench.verify(&bench.write("records.jsonl", without(&dump, "records")), PASSPHRASE);
    assert_eq!((ended.code, &ended.json()["sound"]), (1, &json!(false)));
    assert_eq!(ended.json()["damage"]["memories"], json!(2));
    let ended = bench.verify(&bench.write("receipts.jsonl", without(&dump, "receipts")), PASSPHRASE);
    assert_eq!((ended.code, &ended.json()["damage"]["receipts"]), (1, &json!(1)));
    let file = bench.write("meta.jsonl", without(&dump, "meta"));
    assert_eq!(bench.inspect(&file).json()["header"], json!({"state": "absent"}));
    let ended = bench.verify(&file, PASSPHRASE);
    assert_eq!((ended.code, &ended.json()["error"]["code"]), (1, &json!("damaged")));
}

#[test]
fn a_memory_that_was_changed_is_counted() {
    let bench = Bench::new();
    let (dump, _) = dump();
    let (at, line) = dump.lines().enumerate().find(|(_, line)| line.contains("\"records\"")).unwrap();
    // Some character of the base64, well behind the envelope's beginning.
    let place = line.find("value").unwrap() + 100;
    let other = if line.as_bytes()[place] == b'A' { "B" } else { "A" };
    let mut changed = line.to_owned();
    changed.replace_range(place..=place, other);
    let lines: Vec<_> = dump.lines().enumerate().map(|(n, line)| if n == at { &*changed } else { line }).collect();
    let ended = bench.verify(&bench.write("dump.jsonl", lines.join("\n")), PASSPHRASE);
    assert_eq!((ended.code, &ended.json()["damage"]["memories"]), (1, &json!(1)));
}

#[test]
fn a_header_that_was_changed_shows_without_a_passphrase() {
    let bench = Bench::new();
    let (dump, _) = dump();
    let header_line = dump.lines().find(|line| line.contains(&hex::encode(b"keepsake  header"))).unwrap();
    let value = header_line.find("\"value\":\"").unwrap() + 9;
    let changed = dump.replace(header_line, &format!("{}AAAA{}", &header_line[..value], &header_line[value + 4..]));
    let ended = bench.inspect(&bench.write("dump.jsonl", changed));
    assert_eq!((ended.code, &ended.json()["header"]["state"]), (1, &json!("unusable")));
    assert_eq!(ended.json()["header"]["error"]["code"], json!("damaged"));
}

#[test]
fn a_file_that_was_cut_off_ends_with_1() {
    let bench = Bench::new();
    let (dump, _) = dump();
    for length in [dump.len() - 3, dump.len() / 2] {
        let file = bench.write("dump.jsonl", &dump[..length]);
        let ended = bench.inspect(&file);
        assert_eq!((ended.code, &ended.json()["error"]["code"]), (1, &json!("damaged")));
        assert!(ended.json()["error"]["message"].as_str().unwrap().starts_with("line "));
        assert_eq!(bench.verify(&file, PASSPHRASE).code, 1);
    }
    let export = seal(EXPORT);
    let ended = bench.verify(&bench.write("export.age", &export[..export.len() - 1]), PASSPHRASE);
    assert_eq!((ended.code, &ended.json()["error"]["code"]), (1, &json!("damaged")));
}

#[test]
fn an_export_is_read_sealed_and_in_plaintext() {
    let bench = Bench::new();
    let sealed = bench.write("export.age", seal(EXPORT));
    let plain = bench.write("export.jsonl", EXPORT);
    let bytes = seal(EXPORT).len();
    let shown = json!({"kind": "export", "sealed": true, "bytes": bytes, "version": null, "lines": null});
    assert_eq!(bench.inspect(&sealed).json(), shown);
    let shown = json!({"kind": "export", "sealed": false, "bytes": EXPORT.len(), "version": 1, "lines": 3});
    assert_eq!(bench.inspect(&plain).json(), shown);
    let verified = |sealed| {
        json!({"kind": "export", "sound": true, "sealed": sealed, "version": 1, "memories": 1, "receipts": 0,
            "receipts_intact": true})
    };
    for (file, is_sealed) in [(&sealed, true), (&plain, false)] {
        let ended = bench.verify(file, PASSPHRASE);
        assert_eq!((ended.code, ended.json()), (0, verified(is_sealed)));
    }
    for (from, to, said) in [
        ("\"kind\":\"note\"", "\"kind\":\"rumour\"", "line 2: this is no line of an export"),
        ("\"memories\":1", "\"memories\":2", "line 3: lines are missing before the end"),
        ("{\"type\":\"end\",\"memories\":1,\"receipts\":0}\n", "", "line 2: the end is missing: the file was cut off"),
    ] {
        let broken = bench.write("export.jsonl", EXPORT.replace(from, to));
        let ended = bench.verify(&broken, PASSPHRASE);
        assert_eq!((ended.code, &ended.json()["error"]["message"]), (1, &json!(said)));
    }
}

impl Bench {
    fn export(&self, file: &Path, output: &str, more: &[&str]) -> (Ended, PathBuf) {
        let (passphrase, output) = (self.write("passphrase.txt", PASSPHRASE), self.path(output));
        let arguments = [
            Path::new("--json"),
            Path::new("export"),
            file,
            Path::new("--output"),
            &output,
            Path::new("--passphrase-file"),
            &passphrase,
            Path::new("--new-passphrase-file"),
            &passphrase,
        ];
        (self.call(arguments.into_iter().map(Path::as_os_str).chain(more.iter().map(std::ffi::OsStr::new))), output)
    }
}

#[test]
fn everything_comes_out_of_a_dump_and_goes_into_another() {
    let bench = Bench::new();
    let (dump, _) = dump();
    let from = bench.write("dump.jsonl", &dump);
    let (ended, sealed) = bench.export(&from, "out.age", &[]);
    assert_eq!(
        (ended.code, ended.json()),
        (0, json!({"sealed": true, "memories": 2, "receipts": 1, "lost": 0})),
        "{}",
        ended.errors
    );
    assert_eq!(bench.export(&from, "out.age", &[]).0.code, 4, "what is there is not replaced");
    let (ended, plain) = bench.export(&sealed, "out.jsonl", &[]);
    assert_eq!(ended.code, 0);
    let text = fs::read_to_string(&plain).unwrap();
    assert!(text.contains("green tea") && text.contains("black tea"));
    assert!(bench.verify(&sealed, PASSPHRASE).json()["sound"].as_bool().unwrap());

    let other = bench.write("other.jsonl", self::dump().0);
    let (passphrase, output) = (bench.write("passphrase.txt", PASSPHRASE), bench.path("merged.jsonl"));
    let ended = bench.call([
        Path::new("--json"),
        Path::new("import"),
        &sealed,
        Path::new("--into"),
        &other,
        Path::new("--output"),
        &output,
        Path::new("--export-passphrase-file"),
        &passphrase,
        Path::new("--passphrase-file"),
        &passphrase,
    ]);
    // The other vault holds the same words under other ids.
    assert_eq!((ended.code, &ended.json()["taken"], &ended.json()["memories"]), (0, &json!(0), &json!(2)));
    assert_eq!(ended.json()["preview"]["unchanged"], json!(2));
    let changed = text.replace("green tea", "white tea").replace("01", "02");
    let changed = bench.write("changed.jsonl", changed.replace("2026-02", "2026-01"));
    let again = bench.path("again.jsonl");
    let ended = bench.call([
        Path::new("--json"),
        Path::new("import"),
        &changed,
        Path::new("--into"),
        &output,
        Path::new("--output"),
        &again,
        Path::new("--passphrase-file"),
        &passphrase,
    ]);
    assert_eq!(ended.code, 0, "{}{}", ended.output, ended.errors);
    assert!(ended.json()["taken"].as_u64().unwrap() >= 1);
    let ended = bench.verify(&again, PASSPHRASE);
    assert_eq!((ended.code, &ended.json()["sound"]), (0, &json!(true)));
}

#[test]
fn what_still_opens_is_saved_without_the_manifest() {
    let bench = Bench::new();
    let (dump, _) = dump();
    let manifest = hex::encode(b"keepsake  manife");
    let lines = dump.lines().map(|line| {
        let mut line = line.to_owned();
        if line.contains(&manifest) {
            line.replace_range(180..181, if line.as_bytes()[180] == b'A' { "B" } else { "A" });
        }
        line
    });
    let damaged = bench.write("dump.jsonl", lines.collect::<Vec<_>>().join("\n"));
    let (ended, _) = bench.export(&damaged, "out.jsonl", &[]);
    assert_eq!(ended.code, 1);
    assert!(ended.json()["error"]["message"].as_str().unwrap().contains("--salvage"), "{}", ended.output);
    let (ended, saved) = bench.export(&damaged, "out.jsonl", &["--salvage"]);
    assert_eq!((ended.code, ended.json()), (0, json!({"sealed": false, "memories": 2, "receipts": 1, "lost": 0})));
    assert!(fs::read_to_string(saved).unwrap().contains("green tea"));
}

/// The file with all receipts of a dump's vault, as the add-on writes it.
fn receipts_of(dump: &str) -> String {
    let store = DumpStore::read(keepsake_vault::dump::DumpReader::new(dump.as_bytes()).unwrap()).unwrap();
    let mut vault = pollster::block_on(Vault::open(store, HandClock, System, None, None)).unwrap();
    let kek = derive_kek(PASSPHRASE.as_bytes(), &vault.kdf().unwrap()).unwrap();
    pollster::block_on(vault.unlock(keepsake_vault::Proof::Passphrase(&kek))).0.unwrap();
    match pollster::block_on(vault.command(api::Command::ReceiptsExport { done: 0 })).0.unwrap() {
        api::Reply::ReceiptsExport(api::ExportPart { text, finished: true, .. }) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn receipts_are_checked_without_the_vault() {
    let bench = Bench::new();
    let whole = receipts_of(&dump().0);
    let file = bench.write("receipts.jsonl", &whole);
    let ended = bench.call([Path::new("--json"), Path::new("receipts"), &file]);
    let report = ended.json();
    assert_eq!((ended.code, &report["intact"], &report["receipts"]), (0, &json!(true), &json!(1)), "{}", ended.errors);
    assert!(bench.call([Path::new("receipts"), &file]).output.contains("every link holds"));

    let changed = bench.write("changed.jsonl", whole.replace("assistant.example", "somebody.example"));
    assert_eq!(bench.call([Path::new("receipts"), &changed]).code, 1);
    let lines: Vec<_> = whole.lines().collect();
    let missing = bench.write("missing.jsonl", [lines[0], lines[2], ""].join("\n"));
    assert_eq!(bench.call([Path::new("receipts"), &missing]).code, 1);
    let cut = bench.write("cut.jsonl", &whole[..whole.len() - 1]);
    let ended = bench.call([Path::new("receipts"), &cut]);
    assert_eq!(ended.code, 1);
    assert!(ended.errors.contains("cut off"), "{}", ended.errors);
    let other = bench.write("other.jsonl", EXPORT);
    assert_eq!(bench.call([Path::new("receipts"), &other]).code, 2);
    assert_eq!(bench.call([Path::new("receipts"), &bench.path("absent")]).code, 4);
}

/// Two conversations in LoCoMo's form, made up.
fn conversations() -> String {
    let turn = |id: &str, speaker: &str, text: &str| json!({"speaker": speaker, "dia_id": id, "text": text});
    let question = |question: &str, evidence: &[&str], category: u32| json!({"question": question, "answer": "", "evidence": evidence, "category": category});
    json!([
        {
            "sample_id": "conv-a",
            "conversation": {
                "speaker_a": "Ann", "speaker_b": "Bob",
                "session_1_date_time": "1:56 pm on 8 May, 2023",
                "session_1": [
                    turn("D1:1", "Ann", "Where did you spend the holidays?"),
                    turn("D1:2", "Bob", "In a hut by the lake, with my canoe."),
                    turn("D1:3", "Ann", "I painted a sunrise."),
                ],
                "session_2": [turn("D2:1", "Bob", "My sister adopted a greyhound.")],
            },
            "qa": [
                question("What did Bob's sister adopt?", &["D2:1"], 4),
                // Two turns in one string, one that does not exist, and one that is named twice.
                question("Where was Bob in the holidays?", &["D1:1; D1:2", "D9:9", "D1:2"], 1),
                question("What is never said?", &["D7:1", "D", ""], 5),
            ],
        },
        {
            "sample_id": "conv-b",
            "conversation": { "session_1": [turn("D1:1", "Cleo", "Nothing much."), turn("D1:2", "Dan", "Ok.")] },
            "qa": [question("Which zebra?", &["D1:2"], 4)],
        },
    ])
    .to_string()
}

#[test]
fn search_is_measured_on_conversations() {
    let bench = Bench::new();
    let file = bench.write("conversations.json", conversations());
    for arguments in [&["eval", "--lexical"][..], &["--json", "eval", "--lexical"], &["eval"]] {
        let ended = bench.call(arguments.iter().map(Path::new).chain([file.as_path()]));
        let measured = ended.json();
        assert_eq!(ended.code, 0);
        assert_eq!(measured["embedding_table"], json!(!arguments.contains(&"--lexical")));
        assert_eq!(measured["overall"]["questions"], 3, "a question without evidence does not count");
        assert_eq!(measured["by_conversation"]["conv-a"]["recall_at_5"], 100.0);
        assert_eq!(measured["by_category"]["1"]["questions"], 1);
    }
    let mistyped = bench.call([Path::new("eval"), Path::new("--mistyped"), &file]).json();
    assert_eq!(mistyped["by_conversation"]["conv-a"]["recall_at_5"], 100.0, "a slip is forgiven");
    let lexical = bench.call([Path::new("eval"), Path::new("--lexical"), &file]).json();
    assert_eq!(lexical["by_conversation"]["conv-b"]["ndcg_at_10"], 0.0);
    assert_eq!(lexical["overall"]["recall_at_10"], 66.67);
}

#[test]
fn what_each_ingredient_adds_is_measured_alike_each_time() {
    let bench = Bench::new();
    let file = bench.write("conversations.json", conversations());
    let measure = || bench.call([Path::new("eval"), &file, Path::new("--ablate")]).json();
    let measured = measure();
    assert_eq!(measured["questions"], 3);
    assert_eq!(measured["all"]["recall_at_10"]["mean"], 66.67);
    let without = measured["loss_without"].as_object().unwrap();
    assert!(without.len() >= 10 && without.values().all(|loss| loss["ndcg_at_10"]["low"].is_number()));
    assert_eq!(measure(), measured);
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let bench = Bench::new();
    let file = bench.write("other.json", "{}");
    let ended = bench.call([Path::new("--json"), Path::new("eval"), &file]);
    assert_eq!((ended.code, &ended.json()["error"]["code"]), (2, &json!("invalid")));
    let file = bench.write("conversations.json", conversations());
    let ended = bench.call([Path::new("eval"), &file, Path::new("--table"), &file]);
    assert_eq!((ended.code, ended.errors.as_str()), (2, "keepsake-cli: this is not an embedding table\n"));
    assert_eq!(bench.call([Path::new("eval"), &bench.path("absent")]).code, 4);
}
