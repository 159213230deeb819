//! The Firefox that everything runs in: found where it is, installed where that is possible.

use anyhow::{Context, Result, bail};

use crate::command::Program;
use crate::debian;
use crate::layout::Layout;

/// The first version that knows all of what the manifest asks for.
const OLDEST: u32 = 142;
/// Firefox as Debian has it, and French for the French screenshots.
const DEBIAN_PACKAGES: [&str; 2] = ["firefox-esr", "firefox-esr-l10n-fr"];

pub const ADVICE: &str = "Install Firefox 142 or later (Debian: `apt-get install firefox-esr firefox-esr-l10n-fr`; macOS: \
    `brew install --cask firefox`), or set KEEPSAKE_FIREFOX to the program of one that is elsewhere.";

/// A Firefox that is new enough.
pub struct Firefox {
    /// What to start: a name on the path, or a path.
    pub program: String,
}

/// The first Firefox that is new enough; on Debian, root gets one installed.
pub fn find_or_install(layout: &Layout) -> Result<Firefox> {
    let found = find(layout);
    if !debian::can_install(layout) {
        return found;
    }
    // Any other Firefox brings its languages along.
    let is_debians = found.as_ref().is_ok_and(|_| debian::is_installed(layout, DEBIAN_PACKAGES[0]));
    if found.is_ok() && (!is_debians || debian::is_installed(layout, DEBIAN_PACKAGES[1])) {
        return found;
    }
    debian::install(layout, &DEBIAN_PACKAGES)?;
    find(layout)
}

fn find(layout: &Layout) -> Result<Firefox> {
    let chosen = std::env::var("KEEPSAKE_FIREFOX").ok();
    let candidates = match &chosen {
        Some(program) => vec![program.as_str()],
        None => vec!["firefox", "firefox-esr"],
    };
    let mut seen = Vec::new();
    for program in candidates {
        match version(layout, program) {
            Ok((number, text)) if number >= OLDEST => {
                println!("   {program}: {text}");
                return Ok(Firefox { program: program.to_owned() });
            }
            Ok((_, text)) => seen.push(format!("{program} is {text}, and {OLDEST} or later is needed")),
            Err(_) => seen.push(format!("{program} cannot be started")),
        }
    }
    bail!("no Firefox: {}", seen.join("; "))
}

/// The major version, and the line that Firefox says it in.
fn version(layout: &Layout, program: &str) -> Result<(u32, String)> {
    let line = Program::new(program, &layout.root).arg("--version").read()?.trim().to_owned();
    let number = major(&line).with_context(|| format!("no version in “{line}”"))?;
    Ok((number, line))
}

/// 153 in `Mozilla Firefox 153.7.0esr`.
fn major(line: &str) -> Option<u32> {
    line.split_whitespace().find_map(|word| word.split_once('.')?.0.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_firefox_says() {
        assert_eq!(major("Mozilla Firefox 153.7.0esr"), Some(153));
        assert_eq!(major("Mozilla Firefox 142.0"), Some(142));
        assert_eq!(major("Mozilla Firefox Nightly"), None);
    }
}
